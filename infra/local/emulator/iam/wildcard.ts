/**
 * IAM's wildcards: `*` stands for any characters or none, `?` for exactly one. The matcher is made once for
 * each pattern; most patterns hold no wildcard, and are compared as they are.
 */
export function wildcard(
  pattern: string,
  { ignoreCase = false }: { readonly ignoreCase?: boolean } = {},
): (text: string) => boolean {
  if (pattern === '*') return () => true;
  if (/[*?]/.test(pattern)) {
    const expression = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    const compiled = new RegExp(`^${expression}$`, ignoreCase ? 'is' : 's');
    return (text) => compiled.test(text);
  }
  if (!ignoreCase) return (text) => text === pattern;
  const lower = pattern.toLowerCase();
  return (text) => text.toLowerCase() === lower;
}

/**
 * The wildcards of an ARN in a condition: each of its six parts is matched by itself, so that a `*` never
 * reaches over a colon but in the last ("ARN condition operators" of the IAM guide).
 */
export function arnWildcard(pattern: string): (arn: string) => boolean {
  const parts = partsOf(pattern).map((part) => wildcard(part));
  return (arn) => {
    const others = partsOf(arn);
    return others.length === parts.length && parts.every((matches, at) => matches(others[at] ?? ''));
  };
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

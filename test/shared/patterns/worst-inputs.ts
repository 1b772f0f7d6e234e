/** A pattern as a tree: as much of the syntax as our own patterns use. */
interface Part {
  /** What it accepts, without its quantifier. */
  readonly source: string;
  /** Of a group: its alternatives, each a sequence. */
  readonly alternatives: readonly (readonly Part[])[];
  readonly optional: boolean;
  readonly unbounded: boolean;
}

/** One piece: a class, an escape, an assertion, a bracket of a group, or a character. */
const pieces =
  /\[(?:\\.|[^\]\\])*\]|\\p\{\w+\}|\\u[\dA-F]{4}|\\.|\(\?[:=!]|\(|\)|\||[*+?]|\{\d+,?\d*\}|[\s\S]/gi;
const quantifier = /^(?:[*+?]|\{\d+,?\d*\})$/;

/**
 * Texts that make a pattern try longest: for each part that may repeat without end, what leads to it, as much of
 * what it accepts as fits, and an end that refuses it; and all of that over and over.
 */
export function worstInputs(source: string, flags: string, length: number): string[] {
  const tokens = source.match(pieces) ?? [];
  const own = tokens.filter((token) => token.length === 1 && !'()|*+?^$.'.includes(token));
  const alphabet = [...new Set([...own, ...'aA1_.-= \n/<[#:'])];
  const accepts = (part: Part, text: string) =>
    new RegExp(`^(?:${part.source})$`, flags.replace(/[gy]/g, '')).test(text);
  const sampleOf = (part: Part): string =>
    part.alternatives.length > 0
      ? sequenceSample(part.alternatives[0] ?? [])
      : (alphabet.find((text) => accepts(part, text)) ?? literalOf(part.source));
  const sequenceSample = (parts: readonly Part[]) =>
    parts.map((part) => (part.optional ? '' : sampleOf(part))).join('');

  const inputs = ['a', '1', ' ', '\n', ...own].map((text) => text.repeat(length));
  const visit = (parts: readonly Part[], before: string) => {
    for (const [at, part] of parts.entries()) {
      const prefix = before + sequenceSample(parts.slice(0, at));
      if (part.unbounded) {
        const pumps =
          part.alternatives.length > 0 ? [sampleOf(part)] : alphabet.filter((one) => accepts(part, one));
        for (const pump of pumps) {
          if (pump === '') continue;
          for (const end of ['', '!', '\n!', '\u0000']) inputs.push(prefix + repeated(pump, length) + end);
          inputs.push(`${repeated(prefix + pump, length)}\u0000`);
        }
      }
      for (const alternative of part.alternatives) visit(alternative, prefix);
    }
  };
  for (const alternative of alternativesOf(tokens.values())) visit(alternative, '');
  return inputs;
}

function repeated(text: string, length: number): string {
  return text.repeat(Math.ceil(length / text.length));
}

function alternativesOf(tokens: IterableIterator<string>): Part[][] {
  const alternatives: Part[][] = [[]];
  for (const token of tokens) {
    const sequence = alternatives.at(-1) ?? [];
    if (token === ')') break;
    if (token === '|') alternatives.push([]);
    else if (quantifier.test(token)) quantify(sequence, token);
    else if (token.startsWith('(')) sequence.push(groupOf(token, alternativesOf(tokens)));
    else sequence.push({ source: token, alternatives: [], optional: isAssertion(token), unbounded: false });
  }
  return alternatives;
}

function groupOf(opening: string, alternatives: Part[][]): Part {
  const source = alternatives.map((parts) => parts.map((part) => part.source).join('')).join('|');
  return { source: `(?:${source})`, alternatives, optional: /[=!]/.test(opening), unbounded: false };
}

/** A `?` behind a quantifier makes it lazy, which changes neither. */
function quantify(sequence: Part[], token: string): void {
  const last = sequence.pop();
  if (!last) return;
  sequence.push({
    ...last,
    optional: last.optional || /^[*?]|^\{0/.test(token),
    unbounded: last.unbounded || /^[*+]|,\}$/.test(token),
  });
}

function isAssertion(token: string): boolean {
  return /^(?:\^|\$|\\b)$/i.test(token);
}

function literalOf(source: string): string {
  if (/^\\u/.test(source)) return String.fromCharCode(Number.parseInt(source.slice(2), 16));
  return source.replace(/^\\/, '');
}

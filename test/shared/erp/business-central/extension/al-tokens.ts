/** A word, a "quoted name", a 'text', a number or a sign of AL. */
export interface AlToken {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'sign';
  /** Without its quotes. */
  readonly value: string;
  readonly line: number;
}

const pattern =
  /(?<space>\s+)|(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<quoted>"(?:[^"\n]|"")*")|(?<text>'(?:[^'\n]|'')*')|(?<number>\d+(?:\.\d+)?[A-Za-z]*)|(?<word>[A-Za-z_]\w*)|(?<sign>::|:=|\+=|-=|<=|>=|<>|\.\.|[\s\S])/y;

/** The tokens of a file of AL, without comments. What a pragma takes out is left out, as if all clean-ups were done. */
export function readTokens(source: string): AlToken[] {
  const text = withoutPragmas(source.replace(/^\uFEFF/, ''));
  const tokens: AlToken[] = [];
  let line = 1;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const token = toToken(match.groups ?? {}, line);
    if (token) tokens.push(token);
    line += match[0].split('\n').length - 1;
  }
  return tokens;
}

function toToken(groups: Partial<Record<string, string>>, line: number): AlToken | undefined {
  const { quoted, text, number, word, sign } = groups;
  if (quoted !== undefined) return { kind: 'quoted', value: quoted.slice(1, -1).replaceAll('""', '"'), line };
  if (text !== undefined) return { kind: 'text', value: text.slice(1, -1).replaceAll("''", "'"), line };
  if (number !== undefined) return { kind: 'number', value: number, line };
  if (word !== undefined) return { kind: 'word', value: word, line };
  if (sign !== undefined) return { kind: 'sign', value: sign, line };
  return undefined;
}

/** Lines between `#if not CLEAN…` and `#endif` are obsolete: a later version no longer has them. */
function withoutPragmas(text: string): string {
  const kept: boolean[] = [];
  return text
    .split('\n')
    .map((line) => {
      const pragma = /^\s*#(if|elif|else|endif)\b\s*(not)?/i.exec(line);
      const word = pragma?.[1]?.toLowerCase();
      if (word === 'if') kept.push(pragma?.[2] === undefined);
      if (word === 'else') kept.push(!kept.pop());
      if (word === 'endif') kept.pop();
      const isLeftOut = /^\s*#/.test(line) || kept.includes(false);
      return isLeftOut ? '' : line;
    })
    .join('\n');
}

/** Whether the token is this word, in any case, as AL has it, or this sign. */
export function isToken(token: AlToken | undefined, value: string): boolean {
  const isPlain = token?.kind === 'word' || token?.kind === 'sign';
  return isPlain && token.value.toLowerCase() === value.toLowerCase();
}

/** Whether the token can be the name of something. */
export function isName(token: AlToken | undefined): token is AlToken {
  return token?.kind === 'word' || token?.kind === 'quoted';
}

/** The place behind the bracket that closes the one at `start`. */
export function closingOf(tokens: readonly AlToken[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind !== 'sign') continue;
    if ('([{'.includes(token.value)) depth++;
    if (')]}'.includes(token.value)) depth--;
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

/** What stands between the separators, on the level of the tokens themselves. */
export function splitAt(tokens: readonly AlToken[], separator: string): AlToken[][] {
  if (tokens.length === 0) return [];
  const parts: AlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'sign' && '([{'.includes(token.value)) depth++;
    if (token.kind === 'sign' && ')]}'.includes(token.value)) depth--;
    if (depth === 0 && isToken(token, separator)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

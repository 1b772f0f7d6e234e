/** Longest number of an order, an article or a unit, and longest id. An id of Azumuta has 17 characters. */
export const maxTextLength = 200;

/**
 * The only rule for numbers, codes and ids, for every input: a text that passes is safe as a key of the ledger and in
 * URLs, messages and terminals.
 * @returns Why the text is refused, to follow "it"; undefined when it passes.
 */
export function problemOfText(text: string): string | undefined {
  if (text.length === 0) return 'is empty';
  if (text.length > maxTextLength)
    return `has ${text.length} characters; at most ${maxTextLength} are possible`;
  if (!text.isWellFormed()) return 'holds half a character (a surrogate without its other half)';
  if (/\p{Cc}/u.test(text)) return 'holds a control character';
  const [unseen] = unseenCharacter.exec(text) ?? [];
  // It would look like another number, or turn a list around (U+202E).
  if (unseen !== undefined) return `holds a character that nobody sees (${codePointOf(unseen)})`;
  if (text.trim() !== text) return 'begins or ends with white space';
  // As segments of a URL they would name another resource.
  if (text === '.' || text === '..') return `is "${text}"`;
  return undefined;
}

/** Characters without a picture of their own: format characters (zero-width, change of direction) and line separators. */
const unseenCharacter = /[\p{Cf}\p{Zl}\p{Zp}]/u;

/** `U+200B`. */
function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The text with `[U+200B]` for each character that nobody sees: for texts that were stored before they were refused. */
export function withUnseen(text: string): string {
  return text.replace(/[\p{Cf}\p{Zl}\p{Zp}]/gu, (found) => `[${codePointOf(found)}]`);
}

/** The text with at most `limit` characters; a longer one is cut between two characters and ends with `…`. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/**
 * The ways in which a number that somebody types may be stored, the likeliest first: as it is typed, with single blanks, in
 * capitals, in small letters. None of a text that is no number.
 */
export function writingsOf(text: string): string[] {
  const typed = text.trim();
  const plain = typed.replace(/\s+/g, ' ');
  const writings = new Set([typed, plain, plain.toUpperCase(), plain.toLowerCase()]);
  return [...writings].filter(({ length }) => length > 0 && length <= maxTextLength);
}

/** `1 message`, `2 messages`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A foreign text as one line: line breaks, cursor moves and changes of direction become a space. */
export function oneLine(text: string, limit: number): string {
  return shorten(
    text
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim(),
    limit,
  );
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}

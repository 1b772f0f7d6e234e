/** Longest number of an order, an article or a unit, and longest id. An id of Azumuta has 17 characters. */
export const maxTextLength = 200;

/**
 * The one rule for numbers, codes and ids, at every entry: what is refused here can neither be a key of the ledger
 * nor stand in a URL, a message or a terminal.
 * @returns Why the text cannot be one, to follow "it"; undefined when it can.
 */
export function problemOfText(text: string): string | undefined {
  if (text.length === 0) return 'is empty';
  if (text.length > maxTextLength)
    return `has ${text.length} characters; at most ${maxTextLength} are possible`;
  if (!text.isWellFormed()) return 'holds half a character (a surrogate without its other half)';
  if (/\p{Cc}/u.test(text)) return 'holds a control character';
  if (text.trim() !== text) return 'begins or ends with white space';
  // As a segment of a URL they would name another resource.
  if (text === '.' || text === '..') return `is "${text}"`;
  return undefined;
}

/** A text of at most `limit` characters; a longer one is cut between two of them, and ends with `…`. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** `1 message`, `2 messages`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * A text of somebody else's as one line of at most `limit` characters: what moves a cursor, turns the direction of
 * writing or breaks a line becomes a space.
 */
export function oneLine(text: string, limit: number): string {
  return shorten(
    text
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim(),
    limit,
  );
}

import { createHash } from 'node:crypto';

// A mark is our key as it stands in the ERP: it tells our own work from that of others. Its form never changes, as an
// attempt must find the marks of earlier versions. Different keys have different marks, whatever characters they hold.

/**
 * A key for a text in HTML or brackets: no white space, no bracket and nothing that HTML escapes. `#` and `/`, which most
 * keys have, stay readable.
 */
export function keyAsText(key: string): string {
  return encodeURIComponent(key.toWellFormed()).replaceAll('%23', '#').replaceAll('%2F', '/');
}

/**
 * A key for a line of plain text, as one word: a percent sign and four digits replace each character beyond printable
 * ASCII, and the percent sign itself. Most keys stay as they are.
 */
export function keyAsWord(key: string): string {
  return key.replace(/[^!-$&-~]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Namespace of our GUIDs, so that no other system makes the same. */
const namespace = '6e0f7a3c5b1d4d0a9a5e2f8c7d416b90';

/** A key for a field of fixed length, as a GUID (RFC 9562 §5.5, name-based): the same key is always the same GUID. */
export function keyAsGuid(key: string): string {
  const hash = createHash('sha1').update(namespace, 'hex').update(key).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

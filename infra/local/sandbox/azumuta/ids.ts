import { createHash, randomBytes } from 'node:crypto';

/** Alphabet of Meteor ids: no characters that look alike (VERIFIED on ids in Azumuta's public pages). */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** A new 17-character Meteor id. */
export function newMeteorId(): string {
  return meteorIdFrom(randomBytes(32));
}

/** The same Meteor id for the same name: ids of the catalogue stay when the sandbox starts anew. */
export function meteorIdOf(name: string): string {
  return meteorIdFrom(createHash('sha256').update(name).digest());
}

/** The same UUID for the same name, for the steps of work instructions (VERIFIED: step ids are UUIDs). */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function meteorIdFrom(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 17), (byte) => alphabet[byte % alphabet.length]).join('');
}

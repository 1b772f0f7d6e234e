import fc from 'fast-check';

/**
 * Any code point except half a surrogate pair. fast-check's own unit `binary` first builds a table of them all, which
 * takes a second.
 */
const codePoint = fc
  .integer({ min: 0, max: 0x10_ffff - 0x800 })
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + 0x800));

export const anyText = (maxLength = 10) => fc.string({ unit: codePoint, maxLength });

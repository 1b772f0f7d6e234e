import fc from 'fast-check';

/** Any code point but half a pair. fast-check's own unit `binary` makes a table of all of them first: a second. */
const codePoint = fc
  .integer({ min: 0, max: 0x10_ffff - 0x800 })
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + 0x800));

export const anyText = (maxLength = 10) => fc.string({ unit: codePoint, maxLength });

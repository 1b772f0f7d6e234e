import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert, fits, inUnit, losesPieces, type Unit } from '../../../../shared/erp/tryton/units.ts';
import { compareDecimals } from '../../../../shared/model/quantity.ts';

/** As Tryton 7.0 ships them (modules/product/uom.xml:72, 7.0.2). */
const unit = (symbol: string, factor: number, rate: number, digits: number, rounding: number): Unit => ({
  id: symbol.charCodeAt(0),
  symbol,
  factor,
  rate,
  digits,
  rounding,
});
const kilogram = unit('kg', 1, 1, 2, 0.01);
const gram = unit('g', 0.001, 1000, 2, 0.01);
const pound = unit('lb', 0.45359237, 2.204622621849, 2, 0.01);
const piece = unit('u', 1, 1, 0, 1);
const dozen = unit('doz', 12, 0.083333333333, 0, 1);

describe('a quantity in another unit of its category', () => {
  it.each([
    ['24', piece, dozen, '2', false],
    ['2', dozen, piece, '24', false],
    ['4500', gram, kilogram, '4.5', false],
    ['1', kilogram, gram, '1000', false],
    ['0.1', kilogram, gram, '100', false],
    ['1', pound, kilogram, '0.45', false],
    ['1', kilogram, pound, '2.2', false],
    ['5', gram, kilogram, '0', false],
    ['15', gram, kilogram, '0.02', false],
    ['25', gram, kilogram, '0.02', false],
    ['30', piece, dozen, '2', true],
    ['42', piece, dozen, '4', true],
    ['2.5', piece, piece, '2.5', false],
  ])(
    'converts %s as Tryton does, and reports whether pieces are lost',
    (amount, from, to, expected, loses) => {
      expect(convert(amount, from, to)).toBe(expected);
      expect(losesPieces(amount, from, to)).toBe(loses);
    },
  );

  it('is the same after converting it there and back, unless it is rounded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (pieces) => {
        const back = inUnit(inUnit(String(pieces), dozen, piece), piece, dozen);
        expect(compareDecimals(back, String(pieces))).toBe(0);
      }),
    );
  });
});

describe('an amount that Tryton can store', () => {
  it.each([
    ['2', piece, true],
    ['2.5', piece, false],
    ['2.5', kilogram, true],
    ['2.50', kilogram, true],
    ['2.123', kilogram, false],
    ['9007199254740993', piece, false],
    ['9007199254740992', piece, true],
  ])('is decided for %s', (amount, own, expected) => {
    expect(fits(amount, own)).toBe(expected);
  });
});

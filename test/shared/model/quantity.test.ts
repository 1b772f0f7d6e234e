import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDecimal } from '../../../shared/model/quantity.ts';

describe('a decimal', () => {
  it.each([
    ['+5', '5'],
    ['-0.50', '-0.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e3', '1000'],
    [' 12 ', '12'],
    [2.5, '2.5'],
  ])('%s is %s', (given, decimal) => {
    expect(toDecimal(given)).toBe(decimal);
  });

  it('never throws, and is undefined for what is no decimal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.stringMatching(/^[+-]?[0-9.e+-]{0,80}$/)), (given) => {
        const decimal = toDecimal(given);
        if (decimal !== undefined) expect(decimal).toMatch(/^-?\d+(\.\d+)?$/);
      }),
    );
  });
});

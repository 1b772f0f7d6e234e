import Big from 'big.js';
import * as z from 'zod/mini';
import type { Decimal } from '../../model/quantity.ts';

/** A unit of measure (`product.uom`). Quantities are exact decimals; Tryton keeps them as binary floats. */
export const unitSchema = z.object({
  id: z.int(),
  symbol: z.string(),
  /** One of these is `factor` of the category's base unit, and one base unit is `rate` of these. */
  factor: z.number(),
  rate: z.number(),
  /** Quantities are rounded to multiples of this when they are converted. */
  rounding: z.number(),
  /** Digits after the point; Tryton refuses more (trytond/model/modelstorage.py:1444, 7.0.30). */
  digits: z.int(),
});
export type Unit = z.infer<typeof unitSchema>;

/** A whole number that is converted by a rate of twelve decimals is off by less than this. */
const conversionError = '0.000001';

/** An amount in another unit of the same category, as exactly as it can be. */
export function inUnit(amount: Decimal, from: Unit, to: Unit): Decimal {
  if (from.id === to.id) return amount;
  const base = isFactorExact(from) ? new Big(amount).times(from.factor) : new Big(amount).div(from.rate);
  return (isFactorExact(to) ? base.div(to.factor) : base.times(to.rate)).toFixed();
}

/** Converts as Tryton does: rounded to a multiple of the target's `rounding`, halves to even (`Uom.compute_qty`, 7.0). */
export function convert(amount: Decimal, from: Unit, to: Unit): Decimal {
  if (from.id === to.id) return amount;
  const steps = new Big(inUnit(amount, from, to)).div(to.rounding).round(0, Big.roundHalfEven);
  return steps.times(to.rounding).toFixed();
}

/** Whether the conversion would lose pieces: a measure may be rounded, half a piece may not. */
export function losesPieces(amount: Decimal, from: Unit, to: Unit): boolean {
  const loss = new Big(inUnit(amount, from, to)).minus(convert(amount, from, to)).abs();
  return to.digits === 0 && loss.gt(conversionError);
}

/** Whether Tryton can store this amount: no more digits than the unit has, and none that a binary float loses. */
export function fits(amount: Decimal, { digits }: Unit): boolean {
  const exact = new Big(amount);
  return exact.round(digits).eq(exact) && exact.eq(Number(amount));
}

/** Factor and rate are each other's inverse: the one with fewer decimals is exact (`Uom.accurate_field`, 7.0). */
function isFactorExact({ factor, rate }: Unit): boolean {
  const [ofFactor, ofRate] = [decimalsOf(factor), decimalsOf(rate)];
  return ofFactor === ofRate ? factor >= 1 : ofFactor < ofRate;
}

/** Tryton compares twelve decimals (`uom_conversion_decimal`). */
function decimalsOf(value: number): number {
  return new Big(value).round(12).toFixed().split('.')[1]?.length ?? 0;
}

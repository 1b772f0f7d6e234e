import Big from 'big.js';
import type { Decimal } from '../../model/quantity.ts';

/** A unit of measure (`product.uom`). Quantities are exact decimals; Tryton keeps them as binary floats. */
export interface Unit {
  readonly id: number;
  readonly symbol: string;
  /** `factor` of the category's base unit are one of these, which is one base unit in `rate` of these. */
  readonly factor: number;
  readonly rate: number;
  /** Steps that quantities are rounded to when they are converted. */
  readonly rounding: number;
  /** Digits after the point that Tryton takes; it refuses more (trytond/model/modelstorage.py, digits_test). */
  readonly digits: number;
}

/** More than a rate of twelve decimals makes of what is whole. */
const conversionError = '0.000001';

/** Fields of a unit to read, below the name of the field that holds it. */
export function unitFields(name: string): string[] {
  return ['symbol', 'factor', 'rate', 'rounding', 'digits'].map((field) => `${name}.${field}`);
}

/** An amount in another unit of the same category, as exactly as it can be. */
export function inUnit(amount: Decimal, from: Unit, to: Unit): Decimal {
  if (from.id === to.id) return amount;
  const base = isFactorExact(from) ? new Big(amount).times(from.factor) : new Big(amount).div(from.rate);
  return (isFactorExact(to) ? base.div(to.factor) : base.times(to.rate)).toFixed();
}

/** As Tryton converts quantities: rounded to the target's steps, a half to the even one (`Uom.compute_qty`, 7.0). */
export function convert(amount: Decimal, from: Unit, to: Unit): Decimal {
  if (from.id === to.id) return amount;
  const steps = new Big(inUnit(amount, from, to)).div(to.rounding).round(0, Big.roundHalfEven);
  return steps.times(to.rounding).toFixed();
}

/** Whether the conversion would lose what can be counted: a measure may be rounded, and half a dozen may not. */
export function losesPieces(amount: Decimal, from: Unit, to: Unit): boolean {
  const loss = new Big(inUnit(amount, from, to)).minus(convert(amount, from, to)).abs();
  return to.digits === 0 && loss.gt(conversionError);
}

/** Whether Tryton can keep this amount: no more digits than the unit has, and none that a binary float loses. */
export function fits(amount: Decimal, { digits }: Unit): boolean {
  const exact = new Big(amount);
  return exact.round(digits).eq(exact) && exact.eq(Number(amount));
}

/** Of factor and rate, which are each other's inverse, the one with fewer decimals (`Uom.accurate_field`, 7.0). */
function isFactorExact({ factor, rate }: Unit): boolean {
  const [ofFactor, ofRate] = [decimalsOf(factor), decimalsOf(rate)];
  return ofFactor === ofRate ? factor >= 1 : ofFactor < ofRate;
}

/** Tryton compares twelve decimals (`uom_conversion_decimal`). */
function decimalsOf(value: number): number {
  return new Big(value).round(12).toFixed().split('.')[1]?.length ?? 0;
}

import Big from 'big.js';
import * as z from 'zod/mini';

/** An exact decimal as text: `12`, `0.5`, `-3.25`; without exponent or superfluous zeros. */
export type Decimal = string;

export const quantitySchema = z.object({ amount: z.string(), unit: z.exactOptional(z.string()) });
/** An amount with its unit, as the ERP writes the unit (`u`, `kg`, `PC`); no unit means the article's own. */
export type Quantity = Readonly<z.output<typeof quantitySchema>>;

/** Without backtracking: each character matches in one way only, so that any text is refused fast. */
const plainDecimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?$/i;
/** More digits than any quantity has. */
const maxDecimalLength = 60;

/** Canonical decimal of a number or a numeric text; undefined when it is neither. */
export function toDecimal(value: unknown): Decimal | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value);
  if (text.length > maxDecimalLength || !plainDecimal.test(text.trim())) return undefined;
  // big.js takes a minus, and no plus.
  return new Big(text.trim().replace(/^\+/, '')).toFixed();
}

export function sumOf(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), new Big(0)).toFixed();
}

/**
 * Compares two decimals exactly: negative when `a` is less than `b`, zero when equal (`5` and `5.0` are), positive when more.
 * @throws Error for a text that is no decimal.
 * @example
 * compareDecimals('2.50', '10') < 0;
 */
export function compareDecimals(a: Decimal, b: Decimal): number {
  return new Big(a).cmp(b);
}

/** `5 kg`, or `5` without a unit. */
export function formatQuantity({
  amount,
  unit,
}: {
  readonly amount: Decimal;
  readonly unit?: string | undefined;
}): string {
  return unit ? `${amount} ${unit}` : amount;
}

import { compareDecimals, type Decimal, formatQuantity, sumOf, toDecimal } from '../../../model/quantity.ts';
import { type Built, type BuiltLot, scrapLotsOf } from '../../booking-rules.ts';
import type { Reader } from '../client.ts';
import { type Line, notBookable, type Production } from '../production.ts';
import { convert, fits, losesPieces, type Unit, unitSchema } from '../units.ts';

/** What was built, in the production's unit and with digits that Tryton takes. */
export type Amounts = Pick<Built, 'good' | 'scrap' | 'goodLots'> & {
  readonly scrapLots: readonly BuiltLot[];
};

/**
 * @throws Rejected when its unit is of another category than the production's, when Tryton would refuse its digits, or
 * when its lots do not add up once they are rounded.
 */
export async function amountsOf(
  reader: Reader,
  built: Built,
  { number }: Production,
  { unit }: Line,
): Promise<Amounts> {
  const from = await unitNamed(reader, built.unit, unit, number);
  const inOwn = (amount: Decimal) => converted(amount, from, unit, number);
  const amounts = {
    good: inOwn(built.good),
    scrap: inOwn(built.scrap),
    goodLots: built.goodLots.map((lot) => ({ ...lot, amount: inOwn(lot.amount) })),
    scrapLots: scrapLotsOf(built).map((lot) => ({ ...lot, amount: inOwn(lot.amount) })),
  };
  for (const [lots, whole] of [
    [amounts.goodLots, amounts.good],
    [amounts.scrapLots, amounts.scrap],
  ] as const) {
    const sum = sumOf(lots.map(({ amount }) => amount));
    if (lots.length === 0 || compareDecimals(sum, whole) === 0) continue;
    const why = `its lots come to ${sum} ${unit.symbol} in Tryton, and the whole to ${whole}: let the mapping give all in ${unit.symbol}`;
    throw notBookable(number, why);
  }
  return amounts;
}

/** The unit that figures are given in: the production's own, or another one of its category. */
async function unitNamed(
  reader: Reader,
  given: string | undefined,
  own: Unit,
  number: string,
): Promise<Unit> {
  if (given === undefined || given === own.symbol) return own;
  const [found, other] = await reader.search('product.uom', {
    domain: [
      ['symbol', '=', given],
      ['category.uoms', '=', own.id],
    ],
    limit: 2,
    row: unitSchema,
    what: `looking for the unit of production ${number}`,
  });
  if (found && !other) return found;
  const why = `it is counted in ${own.symbol}, which Tryton does not convert ${given} to: let the mapping give the quantity in ${own.symbol}`;
  throw notBookable(number, why);
}

function converted(amount: Decimal, from: Unit, to: Unit, number: string): Decimal {
  const own = toDecimal(convert(amount, from, to)) ?? '0';
  const recorded = formatQuantity({ amount, unit: from.symbol });
  if (!fits(own, to)) {
    const why = `Tryton takes ${to.digits} digits after the point in ${to.symbol}, and refuses ${recorded}: let the mapping round it`;
    throw notBookable(number, why);
  }
  if (losesPieces(amount, from, to)) {
    const why = `${recorded} are no whole number of ${to.symbol}, in which it is counted: correct what was recorded`;
    throw notBookable(number, why);
  }
  if (compareDecimals(own, '0') === 0 && compareDecimals(amount, '0') !== 0) {
    const why = `${recorded} is nothing in ${to.symbol}, as Tryton rounds: correct what was recorded`;
    throw notBookable(number, why);
  }
  return own;
}

import * as z from 'zod/mini';
import { Rejected } from '../../../model/errors.ts';
import { compareDecimals, type Decimal, formatQuantity, sumOf, toDecimal } from '../../../model/quantity.ts';
import type { Built } from '../../booking-rules.ts';
import type { Reader } from '../desk.ts';
import { type Production, unitSchema } from '../production.ts';
import { convert, fits, losesPieces, type Unit } from '../units.ts';

/** What was built, in the production's unit, with digits that Tryton takes. */
export type Amounts = Pick<Built, 'good' | 'scrap' | 'goodLots' | 'scrapLots'>;

/**
 * @throws Rejected when its unit is none of the production's kind, when Tryton would refuse its digits, or when its
 * lots do not add up once they are rounded.
 */
export async function amountsOf(desk: Reader, built: Built, production: Production): Promise<Amounts> {
  const { unit } = production;
  if (!unit) return built;
  const from = await unitNamed(desk, built.unit, unit, production.number);
  const inOwn = (amount: Decimal) => converted(amount, from, unit, production.number);
  const amounts = {
    good: inOwn(built.good),
    scrap: inOwn(built.scrap),
    goodLots: built.goodLots.map((lot) => ({ ...lot, amount: inOwn(lot.amount) })),
    scrapLots: built.scrapLots.map((lot) => ({ ...lot, amount: inOwn(lot.amount) })),
  };
  for (const [lots, whole] of [
    [amounts.goodLots, amounts.good],
    [amounts.scrapLots, amounts.scrap],
  ] as const) {
    const sum = sumOf(lots.map(({ amount }) => amount));
    if (lots.length > 0 && compareDecimals(sum, whole) !== 0) {
      throw refused(
        production.number,
        `its lots come to ${sum} ${unit.symbol} in Tryton, and the whole to ${whole}: let the mapping give all in ${unit.symbol}`,
      );
    }
  }
  return amounts;
}

/** The unit that figures are given in: the production's own, or another one of its category. */
async function unitNamed(desk: Reader, given: string | undefined, own: Unit, number: string): Promise<Unit> {
  if (given === undefined || given === own.symbol) return own;
  const domain = [
    ['symbol', '=', given],
    ['category.uoms', '=', own.id],
  ];
  const fields = ['symbol', 'factor', 'rate', 'rounding', 'digits'];
  const [found, other] = await desk.read('product.uom', 'search_read', [domain, 0, 2, null, fields], {
    what: `looking for the unit of production ${number}`,
    answer: z.array(unitSchema),
  });
  if (found && !other) return found;
  throw refused(
    number,
    `it is counted in ${own.symbol}, which Tryton does not convert ${given} to: let the mapping give the quantity in ${own.symbol}`,
  );
}

function converted(amount: Decimal, from: Unit, to: Unit, number: string): Decimal {
  const own = toDecimal(convert(amount, from, to)) ?? '0';
  const told = formatQuantity({ amount, unit: from.symbol });
  if (!fits(own, to)) {
    throw refused(
      number,
      `Tryton takes ${to.digits} digits after the point in ${to.symbol}, and refuses ${told}: let the mapping round it`,
    );
  }
  if (losesPieces(amount, from, to)) {
    throw refused(
      number,
      `${told} are no whole number of ${to.symbol}, in which it is counted: correct what was recorded`,
    );
  }
  if (compareDecimals(own, '0') === 0 && compareDecimals(amount, '0') !== 0) {
    throw refused(number, `${told} is nothing in ${to.symbol}, as Tryton rounds: correct what was recorded`);
  }
  return own;
}

function refused(number: string, why: string): Rejected {
  return new Rejected(`Tryton: production ${number} cannot be booked, because ${why}.`, {
    code: 'quantity-or-lots',
  });
}

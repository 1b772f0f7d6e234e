import { compareDecimals, type Decimal, formatQuantity, sumOf, toDecimal } from '../../../model/quantity.ts';
import { type Built, type BuiltLot, scrapLotsOf } from '../../booking-rules.ts';
import type { Reader } from '../client.ts';
import {
  productionNotBookable,
  productionRefused,
  type TrytonLine,
  type TrytonMove,
  type TrytonProduction,
} from '../production.ts';
import { convert, fits, losesPieces, type Unit, unitSchema } from '../units.ts';
import { amountOf, mergeByLotAndLocation, plannedLot, type TakenPart } from './moves.ts';

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
  production: TrytonProduction,
  { unit }: TrytonLine,
): Promise<Amounts> {
  const from = await unitNamed(reader, built.unit, unit, production);
  const inOwn = (amount: Decimal) => convertAmount(amount, from, unit, production);
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
    throw productionNotBookable(production, why);
  }
  return amounts;
}

/** The unit that figures are given in: the production's own, or another one of its category. */
async function unitNamed(
  reader: Reader,
  given: string | undefined,
  own: Unit,
  production: TrytonProduction,
): Promise<Unit> {
  if (given === undefined || given === own.symbol) return own;
  const [found, other] = await reader.search('product.uom', {
    domain: [
      ['symbol', '=', given],
      ['category.uoms', '=', own.id],
    ],
    limit: 2,
    row: unitSchema,
    what: `looking for the unit of production ${production.number}`,
  });
  if (found && !other) return found;
  const why = `it is counted in ${own.symbol}, which Tryton does not convert ${given} to: let the mapping give the quantity in ${own.symbol}`;
  throw productionNotBookable(production, why);
}

function convertAmount(amount: Decimal, from: Unit, to: Unit, production: TrytonProduction): Decimal {
  const own = toDecimal(convert(amount, from, to)) ?? '0';
  const recorded = formatQuantity({ amount, unit: from.symbol });
  if (!fits(own, to)) {
    const why = `Tryton takes ${to.digits} digits after the point in ${to.symbol}, and refuses ${recorded}: let the mapping round it`;
    throw productionNotBookable(production, why);
  }
  if (losesPieces(amount, from, to)) {
    const why = `${recorded} are no whole number of ${to.symbol}, in which it is counted: correct what was recorded`;
    throw productionNotBookable(production, why);
  }
  if (compareDecimals(own, '0') === 0 && compareDecimals(amount, '0') !== 0) {
    const why = `${recorded} is nothing in ${to.symbol}, as Tryton rounds: correct what was recorded`;
    throw productionNotBookable(production, why);
  }
  return own;
}

/**
 * What a booking takes of the output: a part for each lot, and those of scrap (to a waste location of the warehouse, as
 * Tryton 7.0 books scrap: `production.outputs` admits `to_location.waste_warehouses`, and its cost then falls
 * on the good quantity). Where no lot was recorded, the one that a planner chose is used.
 * @param open Moves that can be turned into them.
 * @throws Rejected when the waste location or the planner's lots are wrong.
 */
export function outputPartsOf(
  { good, scrap, goodLots, scrapLots }: Amounts,
  production: TrytonProduction,
  open: readonly TrytonMove[],
  scrapLocation: string | undefined,
): TakenPart[] {
  const planned = open.filter(({ wasted }) => !wasted);
  const parts = goodLots.length > 0 ? goodLots.map(partOfLot) : plannedShares(planned, good, production);
  if (scrap === '0') return mergeByLotAndLocation(parts);
  const location = wasteLocation(production, scrapLocation);
  const wasted =
    scrapLots.length > 0 ? scrapLots.map(partOfLot) : [{ quantity: scrap, lot: plannedLot(planned) }];
  return mergeByLotAndLocation([...parts, ...wasted.map((part) => ({ ...part, location }))]);
}

/** Tryton strips white space off the numbers of lots (`fields.Char`, 7.0). */
export function partOfLot({ number, amount }: Amounts['goodLots'][number]): TakenPart {
  return { quantity: amount, lot: { number: number.trim() } };
}

function plannedShares(
  planned: readonly TrytonMove[],
  good: Decimal,
  production: TrytonProduction,
): TakenPart[] {
  if (good === '0') return [];
  const lot = plannedLot(planned);
  if (lot) return [{ quantity: good, lot }];
  const lots = planned.flatMap((move) => (move.lot ? [move.lot.number] : []));
  if (lots.length === 0) return [{ quantity: good }];
  if (compareDecimals(amountOf(planned), good) === 0) {
    return planned.map((move) => ({ quantity: move.quantity, lot: move.lot }));
  }
  const why = `its output is planned in the lots ${lots.join(', ')}, and nobody recorded which of them the ${good} good are: record and map the lots`;
  throw productionNotBookable(production, why);
}

function wasteLocation(production: TrytonProduction, chosen: string | undefined): number {
  const [only, other] = production.wasteLocations.filter(
    ({ name, code }) => chosen === undefined || name === chosen || code === chosen,
  );
  if (only && !other) return only.id;
  const found = other ? 'several waste locations' : `no waste location ${chosen ?? ''}`.trim();
  const why = `has scrap, and its warehouse ${found}: choose one with scrapLocation in tryton(), or add one in Tryton (Inventory, Locations)`;
  throw productionRefused(production, 'refused-by-erp', why);
}

/** Whether Tryton has completed the moves with our key: it completes all of a booking in one transaction. */
export function isBooked(production: TrytonProduction): boolean {
  return bookedMoves(production).length > 0;
}

/** @throws Rejected when what is booked under our key is not what was completed. */
export function requireBooked(production: TrytonProduction, asked: Amounts): void {
  const own = bookedMoves(production);
  const good = amountOf(own.filter(({ wasted }) => !wasted));
  const scrap = amountOf(own.filter(({ wasted }) => wasted));
  if (compareDecimals(good, asked.good) === 0 && compareDecimals(scrap, asked.scrap) === 0) return;
  const why = `is booked with ${good} good and ${scrap} scrap instead of ${asked.good} and ${asked.scrap}: somebody changed it meanwhile; correct the stock in Tryton`;
  throw productionRefused(production, 'booked-otherwise', why);
}

function bookedMoves({ output }: TrytonProduction): TrytonMove[] {
  return (output?.moves ?? []).filter(({ state, isOwn }) => state === 'done' && isOwn);
}

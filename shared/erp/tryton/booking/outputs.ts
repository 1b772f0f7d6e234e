import Big from 'big.js';
import type { Completion, Lot } from '../../../model/completions.ts';
import { Rejected } from '../../../model/errors.ts';
import { compareDecimals, type Decimal, sumOf } from '../../../model/quantity.ts';
import type { OutputMove, Production } from '../order.ts';

/** An output move as it shall be. */
export interface WantedMove {
  readonly quantity: Decimal;
  readonly lot?: string;
  /** Where it goes; the planned location when absent. */
  readonly location?: number;
}

/** What has to change so that the open output moves become the wanted ones. */
export interface OutputChanges {
  readonly write: readonly { readonly id: number; readonly wanted: WantedMove }[];
  readonly create: readonly WantedMove[];
  readonly delete: readonly number[];
}

/**
 * The moves that a completion books: one per lot, one for scrap (to a waste location of the warehouse, which is
 * how Tryton 7.0 keeps scrap: `production.outputs` admits `to_location.waste_warehouses`, and its cost then
 * falls on the good quantity).
 * @throws Rejected when units, lots or the waste location do not fit.
 */
export function wantedMoves(
  completion: Completion,
  production: Production,
  scrapLocation: string | undefined,
): WantedMove[] {
  const { number, unit } = production;
  const good = completion.quantity?.amount ?? '0';
  const scrap = completion.scrap?.amount ?? '0';
  for (const given of [completion.quantity, completion.scrap]) {
    if (given?.unit !== undefined && unit && given.unit !== unit.symbol) {
      throw new Rejected(
        `Tryton: production ${number} is counted in ${unit.symbol}, but was completed in ${given.unit}: let the mapping give the quantity in ${unit.symbol}.`,
        { code: 'quantity-or-lots' },
      );
    }
  }
  if (compareDecimals(good, '0') < 0 || compareDecimals(scrap, '0') < 0) {
    throw new Rejected(`Tryton: production ${number} cannot be completed with a quantity below zero.`, {
      code: 'quantity-or-lots',
    });
  }
  if (compareDecimals(sumOf([good, scrap]), '0') === 0) {
    throw new Rejected(
      `Tryton: nothing was built for production ${number}: cancel it in Tryton, or correct the quantity.`,
      { code: 'quantity-or-lots' },
    );
  }
  const wanted: WantedMove[] = [];
  if (compareDecimals(good, '0') > 0) wanted.push(...byLot(completion.lots, good, number));
  if (compareDecimals(scrap, '0') > 0) {
    // What fell out of a batch bears the batch's number; which serial number scrap would have had, nobody says.
    const [batch, other] = completion.lots;
    const lot = batch && !other ? { lot: batch.number } : {};
    wanted.push({ quantity: scrap, location: wasteLocation(production, scrapLocation), ...lot });
  }
  return wanted;
}

/** What is left for later bookings when `wanted` is taken from the open moves. */
export function remainderOf(open: readonly OutputMove[], wanted: readonly WantedMove[]): Decimal {
  const left = new Big(sumOf(open.map(({ quantity }) => quantity))).minus(
    sumOf(wanted.map(({ quantity }) => quantity)),
  );
  return left.gt(0) ? left.toFixed() : '0';
}

/** @param open In the order in which they are to become the wanted ones. */
export function outputChanges(
  open: readonly OutputMove[],
  wanted: readonly WantedMove[],
  plannedLocation: number | undefined,
): OutputChanges {
  return {
    write: open.flatMap((move, at) => {
      const one = wanted[at];
      return one && !isAsWanted(move, one, plannedLocation) ? [{ id: move.id, wanted: one }] : [];
    }),
    create: wanted.slice(open.length),
    delete: open.slice(wanted.length).map(({ id }) => id),
  };
}

export function isUnchanged(changes: OutputChanges): boolean {
  return changes.write.length + changes.create.length + changes.delete.length === 0;
}

function isAsWanted(move: OutputMove, wanted: WantedMove, plannedLocation: number | undefined): boolean {
  return (
    compareDecimals(move.quantity, wanted.quantity) === 0 &&
    // A lot that a planner chose stays when the completion names none.
    (wanted.lot === undefined || move.lot === wanted.lot) &&
    (wanted.location === undefined
      ? !move.wasted || move.location === plannedLocation
      : move.location === wanted.location)
  );
}

function byLot(lots: readonly Lot[], good: Decimal, number: string): WantedMove[] {
  if (lots.length === 0) return [{ quantity: good }];
  const counted = sumOf(lots.map((lot) => lot.quantity?.amount ?? '0'));
  const uncounted = lots.filter((lot) => lot.quantity === undefined).length;
  const rest = new Big(good).minus(counted);
  // Several lots without a quantity are serial numbers: one piece each.
  const each = uncounted === 1 ? rest : new Big(1);
  const fits = uncounted === 0 ? rest.eq(0) : rest.gt(0) && each.times(uncounted).eq(rest);
  if (!fits) {
    throw new Rejected(
      `Tryton: the lots of production ${number} do not add up to its good quantity of ${good}: give each lot its quantity.`,
      { code: 'quantity-or-lots' },
    );
  }
  return lots.map((lot) => ({ quantity: lot.quantity?.amount ?? each.toFixed(), lot: lot.number }));
}

function wasteLocation(production: Production, chosen: string | undefined): number {
  const { number, wasteLocations } = production;
  const fitting = wasteLocations.filter(
    ({ name, code }) => chosen === undefined || name === chosen || code === chosen,
  );
  const [only, other] = fitting;
  if (only && !other) return only.id;
  const why = other
    ? 'its warehouse has several waste locations: choose one with scrapLocation in tryton()'
    : chosen === undefined
      ? 'its warehouse has no waste location: add one in Tryton (Inventory, Locations)'
      : `its warehouse has no waste location ${chosen}: check scrapLocation in tryton()`;
  throw new Rejected(`Tryton: the scrap of production ${number} cannot be booked, because ${why}.`, {
    code: 'refused-by-erp',
  });
}

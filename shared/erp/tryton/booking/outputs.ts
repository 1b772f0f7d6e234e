import Big from 'big.js';
import { compareDecimals, type Decimal, sumOf } from '../../../model/quantity.ts';
import { rejected } from '../../failures.ts';
import { notBookable, type OutputMove, type Production } from '../production.ts';
import type { Amounts } from './amounts.ts';

/** An output move as the booking needs it. */
export interface WantedMove {
  readonly quantity: Decimal;
  readonly lot?: WantedLot | undefined;
  /** Its destination; the planned location when absent. */
  readonly location?: number;
}

export interface WantedLot {
  readonly number: string;
  /** Absent while Tryton has no lot of this number. */
  readonly id?: number;
}

/**
 * The moves that a booking completes: one per lot, and those of scrap (to a waste location of the warehouse, as
 * Tryton 7.0 books scrap: `production.outputs` admits `to_location.waste_warehouses`, and its cost then falls
 * on the good quantity). Where no lot was recorded, the one that a planner chose is used.
 * @param open Moves that can be turned into them.
 * @throws Rejected when the waste location or the planner's lots are wrong.
 */
export function wantedMoves(
  amounts: Amounts,
  production: Production,
  open: readonly OutputMove[],
  scrapLocation: string | undefined,
): WantedMove[] {
  const { good, scrap, goodLots, scrapLots } = amounts;
  const planned = open.filter(({ wasted }) => !wasted);
  const moves =
    goodLots.length > 0 ? goodLots.map(moveOfLot) : plannedShares(planned, good, production.number);
  if (scrap === '0') return moves;
  const location = wasteLocation(production, scrapLocation);
  const wasted =
    scrapLots.length > 0 ? scrapLots.map(moveOfLot) : [{ quantity: scrap, lot: plannedLot(planned) }];
  return [...moves, ...wasted.map((move) => ({ ...move, location }))];
}

/** Moves that this booking may change: those with our key first, so that a second attempt pairs them with the same lots. */
export function openMoves(
  { outputs }: Production,
  { bound, foreign }: { readonly bound: readonly number[]; readonly foreign: readonly number[] },
): OutputMove[] {
  const open = outputs.filter(({ id, state }) => state !== 'done' && !foreign.includes(id));
  return [...open.filter(({ id }) => bound.includes(id)), ...open.filter(({ id }) => !bound.includes(id))];
}

/** The move that stays open for later bookings after `wanted` is taken from the open ones; undefined when none does. */
export function remainderOf(
  open: readonly OutputMove[],
  wanted: readonly WantedMove[],
): WantedMove | undefined {
  const rest = new Big(amountOf(open)).minus(amountOf(wanted));
  if (rest.lte(0)) return undefined;
  return { quantity: rest.toFixed(), lot: plannedLot(open.filter(({ wasted }) => !wasted)) };
}

/** Whether no other moves are open, so that nothing is left for another part. */
export function isRest({ outputs }: Production, moves: readonly number[]): boolean {
  return outputs.every(({ id, state }) => state === 'done' || moves.includes(id));
}

export type OutputChanges = ReturnType<typeof outputChanges>;

/**
 * The changes that turn the open output moves into the wanted ones.
 * @param open In the order in which they are to become the wanted ones.
 */
export function outputChanges(
  open: readonly OutputMove[],
  wanted: readonly WantedMove[],
  plannedLocation: number | undefined,
) {
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
    (wanted.lot === undefined || move.lot?.id === wanted.lot.id) &&
    (wanted.location === undefined
      ? !move.wasted || move.location === plannedLocation
      : move.location === wanted.location)
  );
}

/** Tryton strips white space off the numbers of lots (`fields.Char`, 7.0). */
function moveOfLot({ number, amount }: Amounts['goodLots'][number]): WantedMove {
  return { quantity: amount, lot: { number: number.trim() } };
}

/** The lot of these moves, if all have the same. */
function plannedLot(planned: readonly OutputMove[]): WantedLot | undefined {
  const [first, ...others] = planned.map(({ lot }) => lot);
  return others.every((lot) => lot?.id === first?.id) ? first : undefined;
}

function plannedShares(planned: readonly OutputMove[], good: Decimal, number: string): WantedMove[] {
  if (good === '0') return [];
  const lot = plannedLot(planned);
  if (lot) return [{ quantity: good, lot }];
  const lots = planned.flatMap((move) => (move.lot ? [move.lot.number] : []));
  if (lots.length === 0) return [{ quantity: good }];
  if (compareDecimals(amountOf(planned), good) === 0) {
    return planned.map((move) => ({ quantity: move.quantity, lot: move.lot }));
  }
  const why = `its output is planned in the lots ${lots.join(', ')}, and nobody recorded which of them the ${good} good are: record and map the lots`;
  throw notBookable(number, why);
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
  throw rejected(
    'refused-by-erp',
    `Tryton: the scrap of production ${number} cannot be booked, because ${why}.`,
  );
}

/** Whether Tryton has completed the moves with our key. Where they finish the production, that is one transaction. */
export function isBooked(production: Production, bound: readonly number[]): boolean {
  const own = movesOf(production, bound);
  return own.length > 0 && own.every(({ state }) => state === 'done');
}

/** @throws Rejected when what is booked under our key is not what was completed. */
export function requireBooked(production: Production, bound: readonly number[], asked: Amounts): void {
  const own = movesOf(production, bound).filter(({ state }) => state === 'done');
  const good = amountOf(own.filter(({ wasted }) => !wasted));
  const scrap = amountOf(own.filter(({ wasted }) => wasted));
  if (compareDecimals(good, asked.good) === 0 && compareDecimals(scrap, asked.scrap) === 0) return;
  throw rejected(
    'booked-otherwise',
    `Tryton: production ${production.number} is booked with ${good} good and ${scrap} scrap instead of ${asked.good} and ${asked.scrap}: somebody changed it meanwhile; correct the stock in Tryton.`,
  );
}

function movesOf({ outputs }: Production, ids: readonly number[]): OutputMove[] {
  return outputs.filter(({ id }) => ids.includes(id));
}

export function amountOf(moves: readonly Pick<WantedMove, 'quantity'>[]): Decimal {
  return sumOf(moves.map(({ quantity }) => quantity));
}

import Big from 'big.js';
import { Rejected } from '../../../model/errors.ts';
import { compareDecimals, type Decimal, sumOf } from '../../../model/quantity.ts';
import type { OutputMove, Production } from '../production.ts';
import type { Amounts } from './amounts.ts';

/** An output move as it shall be. */
export interface WantedMove {
  readonly quantity: Decimal;
  readonly lot?: WantedLot;
  /** Where it goes; the planned location when absent. */
  readonly location?: number;
}

export interface WantedLot {
  readonly number: string;
  /** Absent while Tryton knows no lot of this number. */
  readonly id?: number;
}

/** What has to change so that the open output moves become the wanted ones. */
export interface OutputChanges {
  readonly write: readonly { readonly id: number; readonly wanted: WantedMove }[];
  readonly create: readonly WantedMove[];
  readonly delete: readonly number[];
}

/**
 * The moves that a booking completes: one per lot, and those of scrap (to a waste location of the warehouse, which
 * is how Tryton 7.0 keeps scrap: `production.outputs` admits `to_location.waste_warehouses`, and its cost then falls
 * on the good quantity). A lot that a planner chose is used where none was recorded.
 * @param open Moves that are free to become them.
 * @throws Rejected when the waste location or the planner's lots do not fit.
 */
export function wantedMoves(
  amounts: Amounts,
  production: Production,
  open: readonly OutputMove[],
  scrapLocation: string | undefined,
): WantedMove[] {
  const { good, scrap, goodLots, scrapLots } = amounts;
  const planned = open.filter(({ wasted }) => !wasted);
  const moves: WantedMove[] = [];
  if (goodLots.length > 0) moves.push(...goodLots.map(moveOfLot));
  else if (good !== '0') moves.push(...plannedShares(planned, good, production.number));
  if (scrap === '0') return moves;
  const location = wasteLocation(production, scrapLocation);
  const lot = plannedLot(planned);
  const wasted: WantedMove[] =
    scrapLots.length > 0 ? scrapLots.map(moveOfLot) : [{ quantity: scrap, ...(lot ? { lot } : {}) }];
  return [...moves, ...wasted.map((move) => ({ ...move, location }))];
}

/** What stays open for later bookings, when `wanted` is taken from the open moves; undefined when nothing does. */
export function remainderOf(
  open: readonly OutputMove[],
  wanted: readonly WantedMove[],
): WantedMove | undefined {
  const rest = new Big(sumOf(open.map(({ quantity }) => quantity))).minus(
    sumOf(wanted.map(({ quantity }) => quantity)),
  );
  if (rest.lte(0)) return undefined;
  const lot = plannedLot(open.filter(({ wasted }) => !wasted));
  return { quantity: rest.toFixed(), ...(lot ? { lot } : {}) };
}

/** Whether these moves are all that is still open: then nothing is left for another part. */
export function isRest({ outputs }: Production, moves: readonly number[]): boolean {
  return outputs.every(({ id, state }) => state === 'done' || moves.includes(id));
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

/** The one lot of all these moves. */
function plannedLot(planned: readonly OutputMove[]): WantedLot | undefined {
  const [first, ...others] = planned.map(({ lot }) => lot);
  return others.every((lot) => lot?.id === first?.id) ? first : undefined;
}

function plannedShares(planned: readonly OutputMove[], good: Decimal, number: string): WantedMove[] {
  const lot = plannedLot(planned);
  if (lot) return [{ quantity: good, lot }];
  const lots = planned.flatMap((move) => (move.lot ? [move.lot.number] : []));
  if (lots.length === 0) return [{ quantity: good }];
  if (compareDecimals(sumOf(planned.map(({ quantity }) => quantity)), good) === 0) {
    return planned.map((move) => ({ quantity: move.quantity, ...(move.lot ? { lot: move.lot } : {}) }));
  }
  throw new Rejected(
    `Tryton: production ${number} cannot be booked, because its output is planned in the lots ${lots.join(', ')}, and nobody recorded which of them the ${good} good are: record and map the lots.`,
    { code: 'quantity-or-lots' },
  );
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

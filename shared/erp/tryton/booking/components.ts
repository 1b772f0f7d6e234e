import Big from 'big.js';
import * as z from 'zod/mini';
import type { Completion } from '../../../model/completions.ts';
import { compareDecimals, type Decimal, toDecimal } from '../../../model/quantity.ts';
import { matchUsesToPlan } from '../../detail-rules.ts';
import type { Reader } from '../client.ts';
import {
  productionNotBookable,
  productionRefused,
  type TrytonLine,
  type TrytonMove,
  type TrytonProduction,
} from '../production.ts';
import { convert, fits, unitSchema } from '../units.ts';
import { readLots } from './lots.ts';
import { amountOf, mergeByLotAndLocation, movesOfPart, type TakenLine, type TakenPart } from './moves.ts';
import { partOfLot } from './outputs.ts';

/** What the shop floor has recorded of a component: of each of its lots, or all of it in one part. */
export interface UsedComponent {
  readonly line: TrytonLine;
  readonly recorded: readonly TakenPart[];
  /** Where it was recorded. */
  readonly place: string;
}

/** What a booking takes of it: what is recorded, and not taken yet. */
export interface TakenComponent extends UsedComponent, TakenLine {}

/** @param share What was built of the whole production: of a component without a quantity, that share of the plan was used. */
export function usedComponents(
  completion: Completion,
  production: TrytonProduction,
  share: Big | Decimal,
): UsedComponent[] {
  const plan = production.components.map((line) => {
    const open = amountOf(unclaimedMoves(line));
    const built = new Big(amountOf(line.moves)).times(share).round(line.unit.digits).toFixed();
    const least = compareDecimals(built, open) > 0 ? open : built;
    return { line, article: line.article, unit: line.unit.symbol, open, share: least };
  });
  return matchUsesToPlan(completion, plan, 'Tryton').map(({ planned: { line }, place, amount, lots }) => {
    const recorded = lots.length > 0 ? mergeByLotAndLocation(lots.map(partOfLot)) : [{ quantity: amount }];
    return { line, place, recorded };
  });
}

/** Moves that no other booking has. */
function unclaimedMoves({ moves }: TrytonLine): TrytonMove[] {
  return moves.filter(({ isForeign }) => !isForeign);
}

/**
 * What a booking takes of the components, as Tryton has to take it. Tryton changes no move that is done
 * (stock/move.py:391 and :885, 7.0.12): a component that it took when somebody started the production has to be as recorded,
 * or less of it; more can still be taken.
 * @param isLast Whether what is still open of them is not used; else it is left for later bookings.
 * @param produced Good and scrap of this booking.
 * @throws Rejected for what the order does not have, or Tryton cannot take.
 */
export async function lookAtComponents(
  reader: Reader,
  completion: Completion,
  production: TrytonProduction,
  { isLast, produced }: { readonly isLast: boolean; readonly produced: Decimal },
): Promise<TakenComponent[]> {
  const share = isLast || production.quantity === '0' ? '1' : new Big(produced).div(production.quantity);
  const used = usedComponents(completion, production, share);
  for (const { line, recorded, place } of used) {
    const { article, unit } = line;
    const long = recorded.find(({ quantity }) => !fits(quantity, unit));
    if (!long) continue;
    const why = `Tryton takes ${unit.digits} digits after the point in ${unit.symbol}, and ${long.quantity} of component ${article} were recorded${place}: let the mapping round it`;
    throw productionNotBookable(production, why);
  }
  const idOf = await findComponentLots(reader, production, used);
  return used.map((one): TakenComponent => {
    const done = unclaimedMoves(one.line).filter(({ state }) => state === 'done');
    const others = done.filter(({ isOwn }) => !isOwn);
    const isRight = (order: number) => (isLast ? order <= 0 : order >= 0);
    if (others.length > 0 && !compareMovesToParts(others, one.recorded).every(isRight))
      throw productionRefused(production, 'order-state', notAsRecorded(one, others));
    const left = one.recorded.flatMap((part) => {
      const lot = part.lot && { ...part.lot, id: idOf(one, part.lot.number, part.quantity) };
      const quantity = new Big(part.quantity).minus(amountOf(movesOfPart(done, part)));
      return quantity.gt(0) ? [{ lot, quantity: quantity.toFixed() }] : [];
    });
    // One that was not used is kept in the order with 0, so that the next attempt finds it there.
    const parts = isLast && left.length + done.length === 0 ? [{ quantity: '0' }] : left;
    return { ...one, parts, isLast };
  });
}

const componentLotSchema = z.looseObject({
  id: z.int(),
  number: z.string(),
  product: z.int(),
  /** A number on SQLite (seen). */
  active: z.union([z.boolean(), z.number()]),
  quantity: z.nullable(z.number()),
  'default_uom.': unitSchema,
});

/**
 * Looks up the lots that components were taken from. What they hold is counted where the components are taken from (`Lot.get_quantity`, stock_lot/stock.py:112, 7.0.3), whoever has reserved it.
 * @returns what gives the id of a lot, or throws Rejected for one that Tryton does not have or that cannot be used.
 */
async function findComponentLots(
  reader: Reader,
  production: TrytonProduction,
  used: readonly UsedComponent[],
) {
  const numbers = used.flatMap(({ recorded }) => recorded.flatMap(({ lot }) => lot?.number ?? []));
  const taking = used.flatMap(({ line }) => unclaimedMoves(line).map(({ location }) => location));
  const locations = [...new Set(taking)];
  const found = await readLots(reader, production, [...new Set(numbers)], {
    row: componentLotSchema,
    locations,
  });

  return ({ line, place }: UsedComponent, number: string, amount: Decimal): number => {
    const named = found.filter((lot) => lot.number === number);
    const lot = named.find(({ product }) => product === line.product);
    const isTaken = unclaimedMoves(line).some((move) => move.lot?.id === lot?.id && move.state === 'done');
    const held = toDecimal(lot?.quantity ?? 0) ?? '0';
    const wanted = lot ? convert(amount, line.unit, lot['default_uom.']) : amount;
    const isShort = !isTaken && reader.options.assign !== 'force' && compareDecimals(held, wanted) < 0;
    if (lot?.active && !isShort) return lot.id;
    const what = !lot
      ? `is ${named.length > 0 ? 'a lot of another article' : 'unknown'} in Tryton`
      : !lot.active
        ? 'was set inactive in Tryton'
        : `holds ${held} ${lot['default_uom.'].symbol} where Tryton takes it from, and ${wanted} were used`;
    const why = `lot ${number} of component ${line.article}${place} ${what}: correct its stock in Tryton, or what was recorded`;
    throw productionNotBookable(production, why);
  };
}

/** @throws Rejected when Tryton has taken something else than was recorded; more of what somebody had started is theirs. */
export function requireUsed(production: TrytonProduction, used: readonly UsedComponent[]): void {
  for (const one of used) {
    const now = production.components.filter(({ product }) => product === one.line.product);
    const moves = now.flatMap(unclaimedMoves);
    const done = moves.filter(({ state }) => state === 'done');
    const isShared = done.some(({ isOwn }) => !isOwn);
    if (compareMovesToParts(done, one.recorded).every((order) => order === 0 || (isShared && order > 0)))
      continue;
    throw productionRefused(production, 'booked-otherwise', notAsRecorded(one, done));
  }
}

function notAsRecorded({ line, recorded, place }: UsedComponent, taken: readonly TrytonMove[]): string {
  return `has taken ${describeParts(taken)} of component ${line.article} instead of ${describeParts(recorded)}${place}, which Tryton changes no more: correct the stock by an inventory in Tryton, or what was recorded, then replay`;
}

/** How the moves of each part compare to it; at last, whether there are others, above 0. */
function compareMovesToParts(moves: readonly TrytonMove[], parts: readonly TakenPart[]): number[] {
  const others = moves.filter((move) => parts.every((part) => movesOfPart([move], part).length === 0));
  const orders = parts.map((part) => compareDecimals(amountOf(movesOfPart(moves, part)), part.quantity));
  return [...orders, compareDecimals(amountOf(others), '0')];
}

/** `2 of lot B-17, 3`. */
function describeParts(moves: readonly TakenPart[]): string {
  const words = moves.map(({ quantity, lot }) => (lot ? `${quantity} of lot ${lot.number}` : quantity));
  return words.join(', ') || 'nothing';
}

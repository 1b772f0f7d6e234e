import Big from 'big.js';
import { compareDecimals, type Decimal, sumOf } from '../../../model/quantity.ts';
import type { TrytonLine, TrytonMove, TrytonProduction } from '../production.ts';

/** Some of a product, as a booking takes it: of one lot, or of whichever the plan has. */
export interface TakenPart {
  readonly quantity: Decimal;
  readonly lot?: PartLot | undefined;
  /** A waste location; absent for the planned one. */
  readonly location?: number;
}

export interface PartLot {
  readonly number: string;
  /** Absent while Tryton has no lot of this number. */
  readonly id?: number;
}

/** What a booking takes of a line. */
export interface TakenLine {
  /** As the look saw it. */
  readonly line: TrytonLine;
  readonly parts: readonly TakenPart[];
  /** Whether nothing of it is left for later bookings. */
  readonly isLast: boolean;
}

/** Moves that this booking may change: those with our key first, so that a second attempt pairs them with the same parts. */
export function openMoves({ moves }: Pick<TrytonLine, 'moves'>): TrytonMove[] {
  const open = moves.filter(({ state, isForeign }) => state !== 'done' && !isForeign);
  return open.toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn));
}

/** Moves of this part's lot, or of any where it has none, to its location. */
export function movesOfPart(moves: readonly TrytonMove[], { lot, location }: TakenPart): TrytonMove[] {
  return moves.filter(
    (move) =>
      (lot === undefined ||
        (lot.id === undefined ? move.lot?.number === lot.number : move.lot?.id === lot.id)) &&
      (location === undefined ? !move.wasted : move.location === location),
  );
}

/** One part for each lot and location: several recordings may name one lot. */
export function mergeByLotAndLocation(parts: readonly TakenPart[]): TakenPart[] {
  const same = Map.groupBy(parts, ({ lot, location }) => JSON.stringify([lot?.number, location]));
  return [...same.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, quantity: amountOf([first, ...others]) }] : [],
  );
}

/** What remains open for later bookings after these parts are taken from the open moves; undefined when nothing does. */
export function remainderOf(open: readonly TrytonMove[], parts: readonly TakenPart[]): TakenPart | undefined {
  const rest = new Big(amountOf(open)).minus(amountOf(parts));
  if (rest.lte(0)) return undefined;
  return { quantity: rest.toFixed(), lot: plannedLot(open.filter(({ wasted }) => !wasted)) };
}

/** The lot of these moves, if all have the same. */
export function plannedLot(moves: readonly TrytonMove[]): PartLot | undefined {
  const [first, ...others] = moves.map(({ lot }) => lot);
  return others.every((lot) => lot?.id === first?.id) ? first : undefined;
}

/**
 * What a booking does with the moves of a line as they are now.
 * @returns commands of a one-to-many field that turn the open moves into those that it takes, and one for what is left; and,
 * once there is nothing to change, the moves to complete.
 */
export function planMoves(
  { output, components }: TrytonProduction,
  { line, parts, isLast }: TakenLine,
): { readonly commands: readonly unknown[]; readonly moves: readonly TrytonMove[] } {
  const now = line.field === 'outputs' ? output : components.find(({ product }) => product === line.product);
  const open = openMoves(now ?? { moves: [] });
  const rest = isLast ? undefined : remainderOf(open, parts);
  const wanted = rest ? [...parts, rest] : parts;
  const moves = piecesForParts(open, parts);
  if (moves && compareDecimals(amountOf(open), amountOf(wanted)) === 0) return { commands: [], moves };
  const { template, unit } = line;
  const valuesOf = ({ quantity, lot, location }: TakenPart) => ({
    quantity: Number(quantity),
    unit: unit.id,
    lot: lot?.id,
    to_location: location ?? template.to_location,
  });
  const created = wanted.slice(open.length).map((part) => ({ ...template, ...valuesOf(part) }));
  const deleted = open.slice(wanted.length).map(({ id }) => id);
  const commands = [
    ...wanted.slice(0, open.length).map((part, at) => ['write', [open[at]?.id], valuesOf(part)]),
    ...(created.length > 0 ? [['create', created]] : []),
    ...(deleted.length > 0 ? [['delete', deleted]] : []),
  ];
  return { commands, moves: [] };
}

/** The moves that come to these parts, each to one of them; undefined when there are none that do. */
function piecesForParts(moves: readonly TrytonMove[], parts: readonly TakenPart[]): TrytonMove[] | undefined {
  const taken: TrytonMove[] = [];
  // One without a lot takes any: what is left by the others.
  for (const part of parts.toSorted((a, b) => Number(!a.lot) - Number(!b.lot))) {
    const pieces = piecesThatAddUpTo(
      movesOfPart(moves, part).filter((move) => !taken.includes(move)),
      part.quantity,
    );
    if (!pieces) return undefined;
    taken.push(...pieces);
  }
  return taken;
}

/** The first of these moves that come to an amount: reserving splits a move by the places that it is taken from. */
function piecesThatAddUpTo(moves: readonly TrytonMove[], amount: Decimal): TrytonMove[] | undefined {
  const sums = new Map<Decimal, TrytonMove[]>([['0', []]]);
  for (const move of moves)
    for (const [sum, pieces] of [...sums]) {
      const more = new Big(sum).plus(move.quantity).toFixed();
      if (compareDecimals(more, amount) <= 0 && !sums.has(more)) sums.set(more, [...pieces, move]);
    }
  return sums.get(new Big(amount).toFixed());
}

export function amountOf(moves: readonly Pick<TakenPart, 'quantity'>[]): Decimal {
  return sumOf(moves.map(({ quantity }) => quantity));
}

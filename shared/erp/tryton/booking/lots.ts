import * as z from 'zod/mini';
import { orRefusal } from '../../booking-rules.ts';
import { rejected } from '../../failures.ts';
import type { Reader, Writer } from '../connection.ts';
import type { Production } from '../production.ts';
import type { WantedMove } from './outputs.ts';

/** Ids of lots by their number. */
type Lots = ReadonlyMap<string, number>;

/**
 * Adds the ids of the lots that Tryton has to the wanted moves. Of several with one number (7.0 does not forbid it)
 * the oldest counts.
 * @throws Rejected when this Tryton keeps no lots.
 */
export async function findLots(
  reader: Reader,
  production: Production,
  wanted: readonly WantedMove[],
): Promise<WantedMove[]> {
  const numbers = unknownLots(wanted);
  if (numbers.length === 0) return [...wanted];
  if (!reader.abilities.lots) {
    throw rejected(
      'quantity-or-lots',
      `Tryton: the lots of production ${production.number} cannot be booked, because this Tryton keeps no lots: activate the module stock_lot, or leave lots out of the mapping.`,
    );
  }
  return withLots(wanted, await readLots(reader, production, numbers));
}

/** Numbers of wanted lots that Tryton does not have. */
export function unknownLots(wanted: readonly WantedMove[]): string[] {
  return [...new Set(wanted.flatMap(({ lot }) => (lot && lot.id === undefined ? [lot.number] : [])))];
}

/** Creates the lots that Tryton does not have. */
export async function createLots(
  writer: Writer,
  production: Production,
  wanted: readonly WantedMove[],
): Promise<Lots> {
  const numbers = unknownLots(wanted);
  if (numbers.length === 0) return new Map();
  const lots = numbers.map((number) => ({ number, product: production.product }));
  const what = `creating the lots of production ${production.number}`;
  const created = await writer.create('stock.lot', lots, what);
  return new Map(numbers.flatMap((number, at) => (created[at] === undefined ? [] : [[number, created[at]]])));
}

/** Removes lots that we created although others had created them already; one that somebody uses by now stays. */
export async function removeSurplus(
  writer: Writer,
  production: Production,
  created: Lots,
  counting: Lots,
): Promise<void> {
  const surplus = [...created].flatMap(([number, id]) => (counting.get(number) === id ? [] : [id]));
  if (surplus.length === 0) return;
  const what = `removing surplus lots of production ${production.number}`;
  await orRefusal(writer.write('stock.lot', 'delete', [surplus], { what, isRepeatable: true }));
}

export function withLots(wanted: readonly WantedMove[], lots: Lots): WantedMove[] {
  return wanted.map((move) => {
    const id = move.lot && lots.get(move.lot.number);
    return move.lot && id !== undefined ? { ...move, lot: { ...move.lot, id } } : move;
  });
}

/** The lots that count: the oldest of each number. */
export async function readLots(
  { search }: Reader,
  production: Production,
  numbers: readonly string[],
): Promise<Lots> {
  const found = await search('stock.lot', {
    domain: [
      ['product', '=', production.product],
      ['number', 'in', numbers],
    ],
    sort: [['id', 'DESC']],
    row: z.looseObject({ id: z.int(), number: z.string() }),
    what: `looking for the lots of production ${production.number}`,
    // A lot that was set inactive still is that lot.
    context: { active_test: false },
    mayVanish: true,
  });
  // Of several with one number the last entry wins: the oldest lot.
  return new Map(found.map(({ id, number }) => [number, id]));
}

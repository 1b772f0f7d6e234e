import * as z from 'zod/mini';
import { Rejected } from '../../../model/errors.ts';
import type { Reader, Writer } from '../desk.ts';
import type { Production } from '../production.ts';
import type { WantedMove } from './outputs.ts';

/** Ids of lots by their number. */
type Lots = ReadonlyMap<string, number>;

/**
 * Tells the wanted moves which lots Tryton has. Of several with one number (7.0 does not forbid it) the oldest
 * counts.
 * @throws Rejected when this Tryton keeps no lots.
 */
export async function findLots(
  desk: Reader,
  production: Production,
  wanted: readonly WantedMove[],
): Promise<WantedMove[]> {
  const numbers = unknownLots(wanted);
  if (numbers.length === 0) return [...wanted];
  if (!desk.abilities.lots) {
    throw new Rejected(
      `Tryton: the lots of production ${production.number} cannot be booked, because this Tryton keeps no lots: activate the module stock_lot, or leave lots out of the mapping.`,
      { code: 'quantity-or-lots' },
    );
  }
  return withLots(wanted, await readLots(desk, production, numbers));
}

/** Numbers of wanted lots that Tryton does not have. */
export function unknownLots(wanted: readonly WantedMove[]): string[] {
  return [...new Set(wanted.flatMap(({ lot }) => (lot && lot.id === undefined ? [lot.number] : [])))];
}

/** Creates the lots that are unknown. */
export async function createLots(
  desk: Writer,
  production: Production,
  wanted: readonly WantedMove[],
): Promise<Lots> {
  const numbers = unknownLots(wanted);
  if (numbers.length === 0) return new Map();
  const { product } = production;
  const created = await desk.write('stock.lot', 'create', [numbers.map((number) => ({ number, product }))], {
    what: `creating the lots of production ${production.number}`,
    answer: z.array(z.int()),
  });
  return new Map(numbers.flatMap((number, at) => (created[at] === undefined ? [] : [[number, created[at]]])));
}

/** The lots that count for these new ones: older ones, when others have created them at the same moment. */
export async function lotsThatCount(desk: Reader, production: Production, created: Lots): Promise<Lots> {
  return created.size === 0 ? created : readLots(desk, production, [...created.keys()]);
}

/** Removes lots that we created and others had created already; one that somebody uses by now stays. */
export async function removeSurplus(
  desk: Writer,
  production: Production,
  created: Lots,
  counting: Lots,
): Promise<void> {
  const surplus = [...created].flatMap(([number, id]) => (counting.get(number) === id ? [] : [id]));
  if (surplus.length === 0) return;
  const what = `removing surplus lots of production ${production.number}`;
  await desk
    .prepare('stock.lot', 'delete', [surplus], { what, answer: z.unknown() })
    .catch((error: unknown) => {
      if (!(error instanceof Rejected)) throw error;
    });
}

export function withLots(wanted: readonly WantedMove[], lots: Lots): WantedMove[] {
  return wanted.map((move) => {
    const id = move.lot && lots.get(move.lot.number);
    return move.lot && id !== undefined ? { ...move, lot: { ...move.lot, id } } : move;
  });
}

async function readLots(desk: Reader, production: Production, numbers: readonly string[]): Promise<Lots> {
  const domain = [
    ['product', '=', production.product],
    ['number', 'in', numbers],
  ];
  const found = await desk.read('stock.lot', 'search_read', [domain, 0, null, [['id', 'DESC']], ['number']], {
    what: `looking for the lots of production ${production.number}`,
    answer: z.array(z.looseObject({ id: z.int(), number: z.string() })),
    // A lot that was set inactive still is that lot.
    context: { active_test: false },
    mayVanish: true,
  });
  // Of several with one number the last one stays: the oldest.
  return new Map(found.map(({ id, number }) => [number, id]));
}

import * as z from 'zod/mini';
import { Rejected, RetryLater } from '../../../model/errors.ts';
import { compareDecimals } from '../../../model/quantity.ts';
import { type OutputMove, type Production, readAgain } from '../order.ts';
import { wireDecimal } from '../wire.ts';
import type { WriteTracker } from '../write-tracker.ts';
import { isUnchanged, outputChanges, remainderOf, type WantedMove } from './outputs.ts';

export interface Shape {
  readonly wanted: readonly WantedMove[];
  /** Moves that bear our key already. */
  readonly bound: readonly number[];
  /** Moves that bear the key of another booking: not ours to change. */
  readonly foreign: readonly number[];
  /** Whether the production ends with this booking; otherwise the rest stays open for later ones. */
  readonly final: boolean;
}

/**
 * Makes the open output moves what is to be booked, in one write that Tryton refuses if somebody changed the
 * production since it was read (`_timestamp`, to the microsecond on PostgreSQL, to the second on SQLite).
 * @returns the ids of the moves to complete, and the production as it then is.
 */
export async function shapeOutputs(
  desk: WriteTracker,
  production: Production,
  shape: Shape,
): Promise<{ production: Production; moves: readonly number[] }> {
  const { number, template } = production;
  const open = openMoves(production, shape);
  const rest = remainderOf(open, shape.wanted);
  const wanted = [
    ...(await withLots(desk, production, shape.wanted)),
    ...(shape.final || compareDecimals(rest, '0') === 0 ? [] : [{ quantity: rest }]),
  ];
  const planned = template?.to_location;
  const location = typeof planned === 'number' ? planned : undefined;
  const changes = outputChanges(open, wanted, location);
  if (isUnchanged(changes)) return { production, moves: ours(open) };
  if (!template) {
    throw new Rejected(`Tryton: production ${number} has no output for its product: add one, then replay.`, {
      code: 'order-data',
    });
  }
  const valuesOf = (one: Wanted) => ({
    quantity: Number(one.quantity),
    to_location: one.location ?? location,
    ...(one.lotId === undefined ? {} : { lot: one.lotId }),
  });
  // Tryton wants a price for what comes out of production, and computes it when the production is done.
  const price = { unit_price: wireDecimal('0') };
  const outputs = [
    ...changes.write.map((change) => ['write', [change.id], valuesOf(change.wanted)]),
    ...(changes.create.length > 0
      ? [['create', changes.create.map((one) => ({ ...template, ...price, ...valuesOf(one) }))]]
      : []),
    ...(changes.delete.length > 0 ? [['delete', changes.delete]] : []),
  ];
  await desk.write('production', 'write', [[production.id], { outputs }], {
    what: `writing the outputs of production ${number}`,
    answer: z.unknown(),
    context: { _timestamp: production.timestamps },
  });
  const written = await readAgain(desk, production);
  const shaped = openMoves(written, shape);
  if (!isUnchanged(outputChanges(shaped, wanted, location))) {
    throw new RetryLater(`Somebody changes the outputs of Tryton's production ${number} at this moment.`, {
      scope: 'order',
      wrote: 'known',
      afterSeconds: 60,
    });
  }
  return { production: written, moves: ours(shaped) };

  function ours(moves: readonly OutputMove[]): number[] {
    return moves.slice(0, shape.wanted.length).map(({ id }) => id);
  }
}

interface Wanted extends WantedMove {
  readonly lotId?: number;
}

/** Ours first, so that a second attempt pairs the same moves with the same lots. */
function openMoves(production: Production, { bound, foreign }: Shape): OutputMove[] {
  const open = production.outputs.filter(({ id, state }) => state !== 'done' && !foreign.includes(id));
  return [...open.filter(({ id }) => bound.includes(id)), ...open.filter(({ id }) => !bound.includes(id))];
}

/** Finds or creates the lots; of several with one number (7.0 does not forbid it) the oldest is taken. */
async function withLots(
  desk: WriteTracker,
  production: Production,
  wanted: readonly WantedMove[],
): Promise<Wanted[]> {
  const numbers = [...new Set(wanted.flatMap(({ lot }) => (lot === undefined ? [] : [lot])))];
  if (numbers.length === 0) return [...wanted];
  const { product, number } = production;
  if (!desk.hasLots) {
    throw new Rejected(
      `Tryton: the lots of production ${number} cannot be booked, because this Tryton keeps no lots: activate the module stock_lot, or leave lots out of the mapping.`,
      { code: 'quantity-or-lots' },
    );
  }
  const domain = [
    ['product', '=', product],
    ['number', 'in', numbers],
  ];
  const found = await desk.read('stock.lot', 'search_read', [domain, 0, null, [['id', 'ASC']], ['number']], {
    what: `looking for the lots of production ${number}`,
    answer: z.array(z.looseObject({ id: z.int(), number: z.string() })),
    // A lot that was set inactive still is that lot.
    context: { active_test: false },
  });
  const ids = new Map<string, number>();
  for (const lot of found) if (!ids.has(lot.number)) ids.set(lot.number, lot.id);
  const lacking = numbers.filter((one) => !ids.has(one));
  if (lacking.length > 0) {
    const created = await desk.write(
      'stock.lot',
      'create',
      [lacking.map((one) => ({ number: one, product }))],
      { what: `creating the lots of production ${number}`, answer: z.array(z.int()) },
    );
    for (const [at, one] of lacking.entries()) {
      const id = created[at];
      if (id !== undefined) ids.set(one, id);
    }
  }
  return wanted.map((one) => {
    const lotId = one.lot === undefined ? undefined : ids.get(one.lot);
    return lotId === undefined ? one : { ...one, lotId };
  });
}

import * as z from 'zod/mini';
import type { Completion } from '../../model/completions.ts';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './connection.ts';
import { type Component, readPlan } from './moves.ts';
import { type BookedProduction, decimalOf, idOf, many2one } from './records.ts';
import { type ExpectedUse, lookForUses, type UseToBook } from './uses.ts';

/** The components of an order before it is finished. */
export interface PlannedComponents {
  /** Ids of those that Odoo might leave unpicked, as they are consumed by hand. */
  readonly picks: readonly number[];
  /** How much is consumed of each: not of those that a person has set. */
  readonly needed: readonly ExpectedUse[];
  /** What differs from that by what was recorded. */
  readonly uses: readonly UseToBook[];
}

/**
 * The components, with those that we must pick before the order is finished: `set_qty_producing` leaves out those that
 * are consumed by hand (mrp_production.py:1228 (17.0), :1374 (18.0), :1470 (19.0)), in 17 all that are tracked and from 18
 * on all that an operation consumes (stock_move.py:707 (17.0), :776 (18.0), :620 (19.0) of mrp), and what is not picked is
 * cancelled instead of consumed (:1682, 17.0, `_post_inventory`). 18 and 19 pick them when the order is finished (:2168
 * (18.0), :2283 (19.0), `pre_button_mark_done`), so there it changes nothing.
 * @throws Rejected when Odoo would refuse a tracked component, as too little of it is reserved from lots, or another
 * quantity than planned that a person has set, as the bill of materials blocks that.
 */
export async function lookForComponents(
  reader: Reader,
  production: BookedProduction,
  produced: Decimal,
  completion: Completion,
): Promise<PlannedComponents> {
  const plan = await readPlan(reader, production, produced, {
    detailed: completion.components !== undefined,
  });
  const { components, shareOf } = plan;
  const uses = await lookForUses(reader, production, completion, plan);
  const used = new Map(uses.map((use) => [use.id, use]));
  const needed = (one: Component) => used.get(one.id)?.amount ?? shareOf(one);
  const unpicked = components.filter(({ id, picked }) => !picked && !used.has(id));
  // 19 reserves lots itself when it finishes the order (seen; 17 asks, 18 refuses).
  const byItself = reader.names.lot === 'lot_producing_ids' ? ['none', 'lot'] : ['none'];
  const missing = components.find(
    (one) =>
      (used.has(one.id) || !one.picked) &&
      !used.get(one.id)?.lines.length &&
      !byItself.includes(one.has_tracking) &&
      compareDecimals(decimalOf(one.quantity), needed(one)) < 0,
  );
  if (missing) {
    throw rejected(
      'refused-by-erp',
      `Odoo: order ${production.name} cannot be booked, as its component ${missing.product_id[1]} is tracked by ${missing.has_tracking} numbers, and too few are reserved for ${produced}: reserve them in Odoo, then replay.`,
    );
  }
  // `set_qty_producing` keeps what a person has set.
  const isSet = ({ id, picked, manual_consumption }: Component) =>
    picked && manual_consumption && !used.has(id);
  const other = components.find(
    (one) => isSet(one) && compareDecimals(decimalOf(one.quantity), needed(one)) !== 0,
  );
  if (other && production.consumption === 'strict') {
    throw rejected(
      'refused-by-erp',
      `Odoo: order ${production.name} cannot be booked, as its component ${other.product_id[1]} is set to ${decimalOf(other.quantity)} instead of ${needed(other)}, which its bill of materials blocks: correct the one or the other in Odoo, then replay.`,
    );
  }
  const byOdoo = components.filter((one) => !isSet(one));
  return {
    picks: unpicked.filter(({ manual_consumption }) => manual_consumption).map(({ id }) => id),
    needed: byOdoo.map(
      (one) => used.get(one.id) ?? { id: one.id, amount: shareOf(one), lots: [], place: '' },
    ),
    uses,
  };
}

/**
 * Compares what was consumed for an order that is done with what should have been. When somebody finished it while we wrote
 * our quantity, Odoo takes the quantity for what is done already, and changes no component (mrp_production.py:886 (17.0),
 * :937 (18.0), :1017 (19.0), `write`).
 * @param how Continues `WH/MO/00001 was …`.
 * @throws Rejected when it does not fit what was built.
 */
export async function requireConsumed(
  { search }: Reader,
  { name: order }: BookedProduction,
  needed: readonly ExpectedUse[],
  how: string,
): Promise<void> {
  const moves = await search('stock.move', {
    domain: [['id', 'in', needed.map(({ id }) => id)]],
    row: z.object({ id: z.number(), product_id: z.tuple([z.number(), z.string()]), quantity: z.number() }),
    order,
  });
  const ofLots = needed.filter(({ lots }) => lots.length > 0).map(({ id }) => id);
  const lines =
    ofLots.length === 0
      ? []
      : await search('stock.move.line', {
          domain: [['move_id', 'in', ofLots]],
          row: z.object({ move_id: many2one, lot_id: many2one, quantity: z.number() }),
          order,
        });
  for (const { id, product_id, quantity } of moves) {
    const own = lines.filter(({ move_id }) => idOf(move_id) === id);
    const from = own.map((line) => ({
      number: line.lot_id ? line.lot_id[1] : '?',
      amount: decimalOf(line.quantity),
    }));
    const { amount, lots, place } = needed.find((one) => one.id === id) ?? {
      ...{ amount: '0', lots: [], place: '' },
    };
    const [is, wanted] = [inWords(decimalOf(quantity), from), inWords(amount, lots)];
    if (is === wanted) continue;
    throw rejected(
      'booked-otherwise',
      `Odoo: ${order} was ${how}, and its component ${product_id[1]}${place} was consumed with ${is} instead of ${wanted}: correct it by hand, then replay.`,
    );
  }
}

/** `6 (5 of B-1, 1 of B-2)`. */
function inWords(amount: Decimal, lots: ExpectedUse['lots']): string {
  const numbers = [...new Set(lots.map(({ number }) => number))].sort();
  const parts = numbers.map((lot) => {
    const own = lots.filter(({ number }) => number === lot);
    return `${sumOf(own.map((one) => one.amount))} of ${lot}`;
  });
  return parts.length === 0 ? sumOf([amount]) : `${sumOf([amount])} (${parts.join(', ')})`;
}

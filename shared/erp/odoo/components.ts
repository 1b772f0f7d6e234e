import Big from 'big.js';
import * as z from 'zod/mini';
import { compareDecimals, type Decimal } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './connection.ts';
import { type BookedProduction, decimalOf } from './records.ts';

const componentSchema = z.object({
  id: z.number(),
  product_id: z.tuple([z.number(), z.string()]),
  product_uom_qty: z.number(),
  /**
   * What is reserved, or what a person has set (stock_move.py:329 (17.0), :381 (18.0), :408 (19.0),
   * `_compute_quantity`).
   */
  quantity: z.number(),
  has_tracking: z.string(),
  manual_consumption: z.boolean(),
  picked: z.boolean(),
});
type Component = z.infer<typeof componentSchema>;

/** The components of an order before it is finished. */
export interface PlannedComponents {
  /** Ids of those that Odoo might leave unpicked. */
  readonly picks: readonly number[];
  /** How much Odoo consumes of each by itself, by its id: not of those that a person has set. */
  readonly needed: ReadonlyMap<number, Decimal>;
}

/**
 * The components, with those that we must pick before the order is finished: `set_qty_producing` of 17 leaves out those
 * that are tracked or consumed by hand, and what is not picked is cancelled instead of consumed (mrp_production.py:1228
 * and :1682, 17.0, `_set_qty_producing`, `_post_inventory`). Later versions pick them, those that are consumed by hand
 * when the order is finished (:2168 (18.0), :2283 (19.0), `pre_button_mark_done`); picking them again changes nothing.
 * @throws Rejected when Odoo would refuse a tracked component, as too little of it is reserved from lots, or another
 * quantity than planned that a person has set, as the bill of materials blocks that.
 */
export async function lookForComponents(
  reader: Reader,
  production: BookedProduction,
  produced: Decimal,
): Promise<PlannedComponents> {
  const components = await readComponents(reader, production);
  const unpicked = components.filter(({ picked }) => !picked);
  // 19 reserves lots itself when it finishes the order (seen; 17 asks, 18 refuses).
  const byItself = reader.names.lot === 'lot_producing_ids' ? ['none', 'lot'] : ['none'];
  const share = new Big(produced).div(production.product_qty);
  const needed = ({ product_uom_qty }: Component) =>
    share.times(product_uom_qty).round(reader.names.decimals, Big.roundHalfUp).toFixed();
  const missing = unpicked.find(
    (one) =>
      !byItself.includes(one.has_tracking) && compareDecimals(decimalOf(one.quantity), needed(one)) < 0,
  );
  if (missing) {
    throw rejected(
      'refused-by-erp',
      `Odoo: order ${production.name} cannot be booked, as its component ${missing.product_id[1]} is tracked by ${missing.has_tracking} numbers, and too few are reserved for ${produced}: reserve them in Odoo, then replay.`,
    );
  }
  // `set_qty_producing` keeps what a person has set.
  const isSet = ({ picked, manual_consumption }: Component) => picked && manual_consumption;
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
    needed: new Map(byOdoo.map((one) => [one.id, needed(one)])),
  };
}

/**
 * Compares what was consumed for an order that somebody finished while we wrote our quantity: 19 takes the quantity for
 * what is done already, and changes no component (mrp_production.py:1017, 19.0, `write`).
 * @throws Rejected when it does not fit what was built.
 */
export async function requireConsumed(
  { search }: Reader,
  { name: order }: BookedProduction,
  needed: PlannedComponents['needed'],
): Promise<void> {
  const moves = await search('stock.move', {
    domain: [['id', 'in', [...needed.keys()]]],
    row: z.pick(componentSchema, { id: true, product_id: true, quantity: true }),
    order,
  });
  const other = moves.find(
    ({ id, quantity }) => compareDecimals(decimalOf(quantity), needed.get(id) ?? '0') !== 0,
  );
  if (!other) return;
  throw rejected(
    'booked-otherwise',
    `Odoo: ${order} was changed by us after somebody finished it meanwhile, and its component ${other.product_id[1]} was consumed with ${decimalOf(other.quantity)} instead of ${needed.get(other.id)}: correct it by hand, then replay.`,
  );
}

export function readComponents({ search }: Reader, { id, name }: BookedProduction): Promise<Component[]> {
  return search('stock.move', {
    domain: [
      ['raw_material_production_id', '=', id],
      ['state', 'not in', ['done', 'cancel']],
      // Without the extra lines that a person added: `set_qty_producing` leaves them alone.
      ['product_uom_qty', '!=', 0],
    ],
    row: componentSchema,
    order: name,
  });
}

import Big from 'big.js';
import * as z from 'zod/mini';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './connection.ts';
import { type BookedProduction, decimalOf, idOf, many2one } from './records.ts';

const componentSchema = z.object({
  id: z.number(),
  product_id: z.tuple([z.number(), z.string()]),
  /** What is planned, in the unit of the component. */
  product_qty: z.number(),
  /** The same in the unit of the line, as what a person has set. */
  product_uom_qty: z.number(),
  quantity: z.number(),
  has_tracking: z.string(),
  manual_consumption: z.boolean(),
  picked: z.boolean(),
});
type Component = z.infer<typeof componentSchema>;

const lineSchema = z.object({
  move_id: many2one,
  quantity_product_uom: z.number(),
});

/**
 * Ids of the components that we must pick before the order is finished: `set_qty_producing` of 17 leaves out those that
 * are tracked or consumed by hand, and what is not picked is cancelled instead of consumed (mrp_production.py,
 * `_set_qty_producing`, `_post_inventory`). Later versions pick them; picking them again changes nothing.
 * @throws Rejected when Odoo would refuse a tracked component, as too little of it is reserved from lots, or another
 * quantity than planned that a person has set, as the bill of materials blocks that.
 */
export async function componentsToPick(
  reader: Reader,
  production: BookedProduction,
  produced: Decimal,
): Promise<number[]> {
  const components = await readComponents(reader, production);
  const unpicked = components.filter(({ picked }) => !picked);
  const tracked = unpicked.filter(({ has_tracking }) => has_tracking !== 'none');
  const reserved = await readReserved(reader, production, tracked);
  const share = new Big(produced).div(production.product_qty);
  const needed = (planned: number) =>
    share.times(planned).round(reader.names.decimals, Big.roundHalfUp).toFixed();
  const missing = tracked.find(
    ({ id, product_qty }) => compareDecimals(reserved.get(id) ?? '0', needed(product_qty)) < 0,
  );
  if (missing) {
    throw rejected(
      'refused-by-erp',
      `Odoo: order ${production.name} cannot be booked, as its component ${missing.product_id[1]} is tracked by ${missing.has_tracking} numbers, and too few are reserved for ${produced}: reserve them in Odoo, then replay.`,
    );
  }
  // `set_qty_producing` keeps what a person has set.
  const other = components.find(
    ({ picked, manual_consumption, quantity, product_uom_qty }) =>
      picked && manual_consumption && compareDecimals(decimalOf(quantity), needed(product_uom_qty)) !== 0,
  );
  if (other && production.consumption === 'strict') {
    throw rejected(
      'refused-by-erp',
      `Odoo: order ${production.name} cannot be booked, as its component ${other.product_id[1]} is set to ${decimalOf(other.quantity)} instead of ${needed(other.product_uom_qty)}, which its bill of materials blocks: correct the one or the other in Odoo, then replay.`,
    );
  }
  return unpicked.filter(({ manual_consumption }) => manual_consumption).map(({ id }) => id);
}

/**
 * Whether finishing would consume every component as it is set: what is not picked is cancelled. Then the question whether
 * another quantity may be consumed than planned can be answered with yes (mrp_production.py, `_get_consumption_issues`,
 * mrp_consumption_warning.py, `action_confirm`; seen on 17 and 19).
 */
export async function areAllPicked(reader: Reader, production: BookedProduction): Promise<boolean> {
  return (await readComponents(reader, production)).every(({ picked }) => picked);
}

function readComponents({ search }: Reader, { id, name }: BookedProduction): Promise<Component[]> {
  return search('stock.move', {
    domain: [
      ['raw_material_production_id', '=', id],
      ['state', 'not in', ['done', 'cancel']],
      // Without the extra lines that a person added: `set_qty_producing` leaves them alone.
      ['product_uom_qty', '!=', 0],
    ],
    fields: Object.keys(componentSchema.shape).filter((field) => field !== 'id'),
    row: componentSchema,
    order: name,
  });
}

/** How much of each component is reserved from lots, by its id. */
async function readReserved(
  { search }: Reader,
  { name }: BookedProduction,
  components: readonly Component[],
): Promise<ReadonlyMap<number, Decimal>> {
  const reserved = new Map<number, Decimal>();
  if (components.length === 0) return reserved;
  const lines = await search('stock.move.line', {
    domain: [
      ['move_id', 'in', components.map(({ id }) => id)],
      ['lot_id', '!=', false],
    ],
    fields: ['move_id', 'quantity_product_uom'],
    row: lineSchema,
    order: name,
  });
  for (const { move_id, quantity_product_uom } of lines) {
    const id = idOf(move_id);
    if (id === undefined) continue;
    reserved.set(id, sumOf([reserved.get(id) ?? '0', decimalOf(quantity_product_uom)]));
  }
  return reserved;
}

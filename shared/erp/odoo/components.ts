import Big from 'big.js';
import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import type { OdooLook } from './context.ts';
import { type BookedProduction, decimalOf } from './records.ts';

const componentSchema = z.object({
  id: z.number(),
  product_id: z.tuple([z.number(), z.string()]),
  /** In the unit of the component. */
  product_qty: z.number(),
  has_tracking: z.string(),
  manual_consumption: z.boolean(),
  picked: z.boolean(),
});
type Component = z.infer<typeof componentSchema>;

const lineSchema = z.object({
  move_id: z.union([z.tuple([z.number(), z.string()]), z.literal(false)]),
  quantity_product_uom: z.number(),
});

/**
 * The components that must be picked by us before the order is finished: `set_qty_producing` of 17 leaves those that are
 * tracked or consumed by hand, and what is not picked is cancelled instead of consumed (mrp_production.py,
 * `_set_qty_producing`, `_post_inventory`). Later versions pick them, and twice is once.
 * @throws Rejected when Odoo would refuse a tracked component, as too little of it is reserved from lots.
 */
export async function componentsToPick(
  look: OdooLook,
  production: BookedProduction,
  produced: Decimal,
): Promise<number[]> {
  const components = await readComponents(look, production);
  const unpicked = components.filter(({ picked }) => !picked);
  const tracked = unpicked.filter(({ has_tracking }) => has_tracking !== 'none');
  const reserved = await readReserved(look, production, tracked);
  const share = new Big(produced).div(production.product_qty);
  const missing = tracked.find(({ id, product_qty }) => {
    const needed = share.times(product_qty).round(look.names.decimals, Big.roundHalfUp).toFixed();
    return compareDecimals(reserved.get(id) ?? '0', needed) < 0;
  });
  if (missing) {
    throw new Rejected(
      `Odoo: order ${production.name} cannot be booked, as its component ${missing.product_id[1]} is tracked by ${missing.has_tracking} numbers, and too few are reserved for ${produced}: reserve them in Odoo, then replay.`,
      { code: 'refused-by-erp' },
    );
  }
  return unpicked.filter(({ manual_consumption }) => manual_consumption).map(({ id }) => id);
}

function readComponents(
  { client, signal }: OdooLook,
  production: BookedProduction,
): Promise<readonly Component[]> {
  return client.read({
    model: 'stock.move',
    method: 'search_read',
    named: {
      domain: [
        ['raw_material_production_id', '=', production.id],
        ['state', 'not in', ['done', 'cancel']],
        // Extra lines that a person added; `set_qty_producing` leaves them alone.
        ['product_uom_qty', '!=', 0],
      ],
      fields: ['product_id', 'product_qty', 'has_tracking', 'manual_consumption', 'picked'],
    },
    answer: z.array(componentSchema),
    order: production.name,
    signal,
  });
}

/** How much of each is reserved from lots. */
async function readReserved(
  { client, signal }: OdooLook,
  production: BookedProduction,
  components: readonly Component[],
): Promise<ReadonlyMap<number, Decimal>> {
  if (components.length === 0) return new Map();
  const lines = await client.read({
    model: 'stock.move.line',
    method: 'search_read',
    named: {
      domain: [
        ['move_id', 'in', components.map(({ id }) => id)],
        ['lot_id', '!=', false],
      ],
      fields: ['move_id', 'quantity_product_uom'],
    },
    answer: z.array(lineSchema),
    order: production.name,
    signal,
  });
  const reserved = new Map<number, Decimal>();
  for (const { move_id, quantity_product_uom } of lines) {
    if (!move_id) continue;
    const [id] = move_id;
    reserved.set(id, sumOf([reserved.get(id) ?? '0', decimalOf(quantity_product_uom)]));
  }
  return reserved;
}

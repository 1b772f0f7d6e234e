import Big from 'big.js';
import * as z from 'zod/mini';
import type { Decimal } from '../../model/quantity.ts';
import type { Reader } from './connection.ts';
import { type BookedProduction, many2one } from './records.ts';

const plain = {
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
};
const componentSchema = z.object({
  ...plain,
  // Only read where the shop floor recorded what was used.
  /** The demand in the product's own unit, in which stock is counted. */
  product_qty: z.exactOptional(z.number()),
  product_uom: z.exactOptional(many2one),
  location_id: z.exactOptional(z.tuple([z.number(), z.string()])),
  move_line_ids: z.exactOptional(z.array(z.number())),
});
/** A move of a component: what the order plans of it. */
export type Component = z.infer<typeof componentSchema>;

/** The moves of components, and what is planned of each for what is built now. */
export interface Plan {
  readonly components: readonly Component[];
  readonly shareOf: (component: Component) => Decimal;
}

/**
 * @param detailed Whether it was recorded what was used.
 * @param isDone Whether the order is: else only what is still to be consumed is read.
 */
export async function readPlan(
  { search, names }: Reader,
  { id, name, product_qty }: BookedProduction,
  produced: Decimal,
  { detailed, isDone = false }: { readonly detailed: boolean; readonly isDone?: boolean },
): Promise<Plan> {
  const components = await search('stock.move', {
    domain: [
      ['raw_material_production_id', '=', id],
      ...(isDone ? [] : [['state', 'not in', ['done', 'cancel']]]),
      // Without the extra lines that a person added: `set_qty_producing` leaves them alone.
      ['product_uom_qty', '!=', 0],
    ],
    fields: Object.keys(detailed ? componentSchema.shape : plain),
    row: componentSchema,
    order: name,
  });
  const share = new Big(produced).div(product_qty);
  const shareOf = ({ product_uom_qty }: Component) =>
    share.times(product_uom_qty).round(names.decimals, Big.roundHalfUp).toFixed();
  return { components, shareOf };
}

import * as z from 'zod/mini';
import type { ErpOrder, ErpOrderRef } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { path } from '../../platform/places.ts';
import type { Reader } from './client.ts';

const decimal = z.string().check(z.refine((text) => toDecimal(text) !== undefined, 'a decimal'));

/** An order of the ERP, as far as it is needed. */
export const orderSchema = z.object({
  id: z.string(),
  number: z.string(),
  product: z.string(),
  quantity: decimal,
  unit: z.string(),
  dueDate: z.iso.date(),
  status: z.string(),
  /** Whether each piece needs a serial number. */
  serialNumbers: z.boolean(),
  azumutaIds: z.array(z.string()),
  changedAt: z.iso.datetime(),
  /** What was produced of it: it stands in one order, and not in the list. */
  goodQuantity: z.optional(decimal),
  scrapQuantity: z.optional(decimal),
});
export type TemplateOrder = z.infer<typeof orderSchema>;

/** Known by its id if there is one, as people may change its number. */
export function pathOf({ id, number }: ErpOrderRef): string {
  return path`/api/production-orders/${id ?? number}`;
}

/** @throws UnknownOrder when the ERP does not have it. */
export function readOrder({ read }: Reader, order: ErpOrderRef): Promise<TemplateOrder> {
  return read({ path: pathOf(order), what: `reading order ${order.number}`, answer: orderSchema });
}

export function erpOrderOf({ status, ...order }: TemplateOrder): ErpOrder {
  return {
    id: order.id,
    number: order.number,
    article: order.product,
    quantity: { amount: toDecimal(order.quantity) ?? '0', unit: order.unit },
    dueDate: order.dueDate,
    state: status === 'released' || status === 'cancelled' ? status : 'other',
    changedAt: order.changedAt,
    produced: producedInOrder(order),
    attributes: {},
  };
}

function producedInOrder({ goodQuantity, scrapQuantity }: Partial<TemplateOrder>): ErpOrder['produced'] {
  const good = toDecimal(goodQuantity);
  return good === undefined ? undefined : { good, scrap: toDecimal(scrapQuantity) };
}

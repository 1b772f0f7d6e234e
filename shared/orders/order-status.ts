import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { OrderStatus, ProductOrderStatus } from './http-api-responses.ts';

/** The status of a product order in the ledger. */
export function statusOf({ number, state, productOrder, reason, cause }: OrderEntry): ProductOrderStatus {
  if (state === 'done') return { number, status: 'exists', id: productOrder?.id, url: productOrder?.url };
  if (state === 'rejected') return { number, status: 'rejected', reason, cause };
  return { number, status: 'queued' };
}

/** The status of an ERP order: the worst of its product orders, as a person must look at that first. */
export function overall(productOrders: readonly ProductOrderStatus[]): OrderStatus {
  const order: readonly OrderStatus[] = ['rejected', 'conflict', 'queued', 'exists'];
  return order.find((status) => productOrders.some((one) => one.status === status)) ?? 'rejected';
}

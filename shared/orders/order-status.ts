import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { OrderStatus, ProductOrderStatus } from './http-api-responses.ts';

/** How an order stands by the ledger. */
export function statusOf(entry: OrderEntry): ProductOrderStatus {
  const { number, state, productOrder, reason, cause } = entry;
  if (state === 'done') {
    return {
      number,
      status: 'exists',
      ...(productOrder
        ? { id: productOrder.id, ...(productOrder.url ? { url: productOrder.url } : {}) }
        : {}),
    };
  }
  if (state === 'rejected')
    return {
      number,
      status: 'rejected',
      ...(reason === undefined ? {} : { reason }),
      ...(cause === undefined ? {} : { cause }),
    };
  return { number, status: 'queued' };
}

/** The worst of an order's product orders is what must be looked at first. */
export function overall(productOrders: readonly ProductOrderStatus[]): OrderStatus {
  const order: readonly OrderStatus[] = ['rejected', 'conflict', 'queued', 'exists'];
  return order.find((status) => productOrders.some((one) => one.status === status)) ?? 'rejected';
}

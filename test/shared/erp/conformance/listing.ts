import type { ErpConnector, ReleasedOrdersPage } from '../../../../shared/erp/connector.ts';
import type { ErpOrder, Watermark } from '../../../../shared/model/orders.ts';
import { newSignal } from './attempts.ts';

/** An order as a listing has it, which need not tell what was produced. */
export function asListed({ produced: _, ...order }: ErpOrder): Omit<ErpOrder, 'produced'> {
  return order;
}

/** The first page that a connector lists. */
export const firstPage = (connector: ErpConnector) =>
  connector.releasedOrders(undefined, newSignal())[Symbol.asyncIterator]().next();

/** All pages that a connector lists, and what is on them. */
export async function listOf(connector: ErpConnector, since?: Watermark) {
  const pages: ReleasedOrdersPage[] = [];
  for await (const page of connector.releasedOrders(since, newSignal())) pages.push(page);
  const orders = pages.flatMap((page) => page.orders);
  return {
    pages,
    orders,
    numbers: orders.map(({ number }) => number),
    unreadable: pages.flatMap(({ unreadable }) => unreadable),
    watermark: pages.at(-1)?.watermark,
  };
}

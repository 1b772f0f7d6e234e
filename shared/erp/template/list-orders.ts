import * as z from 'zod/mini';
import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { listByKeys, positionsOf, type SharedTime, sharedTimeAfter } from '../list-by-keys.ts';
import { createRowReader, onlyOrder } from '../read-rows.ts';
import type { Reader } from './client.ts';
import { partner, type TemplateOptions } from './options.ts';
import { erpOrderOf, orderSchema, pathOf } from './order.ts';

const pageSchema = z.object({ orders: z.array(z.unknown()), nextPage: z.nullable(z.number()) });

const positionSchema = z.pipe(
  z.object({ id: z.string(), changedAt: z.iso.datetime() }),
  z.transform(({ id, changedAt }) => ({ id, time: changedAt })),
);

/**
 * This ERP lists what changed at or after a time, oldest first. So a page begins with the orders that share the last time
 * of the page before it, of which those that were listed already are left out. Orders of one time must fit on one page.
 */
export function listReleasedOrders(
  { read }: Reader,
  { pageSize = 50 }: TemplateOptions,
  since: Watermark | undefined,
): AsyncIterable<ReleasedOrdersPage> {
  return listByKeys<SharedTime>({
    partner,
    pageSize,
    since,
    from: since && { time: since.changedAt, ids: [] },
    async readPage(behind, limit) {
      const page = await read({
        path: '/api/production-orders',
        // Without a watermark nothing has been listed yet, so nothing can have been withdrawn.
        query: {
          changedSince: behind?.time,
          status: since ? 'released,cancelled' : 'released',
          pageSize: limit,
        },
        what: 'the list of orders',
        answer: pageSchema,
      });
      const rows = page.orders.filter((row) =>
        positionsOf([row], positionSchema).every(
          ({ id, time }) => time !== behind?.time || !behind.ids.includes(id),
        ),
      );
      const end = sharedTimeAfter(positionsOf(rows, positionSchema), behind);
      return { rows, end, hasMore: page.nextPage !== null };
    },
    watermarkOf: ({ time, ids }) => ({ changedAt: time, id: ids.at(-1) ?? '' }),
    ordersOf: rowReader('$.orders'),
    endlessBecause:
      'more of them share one change time than a page holds, or something changes the query of our call',
  });
}

/** One order as it would be listed, or undefined when the ERP does not have it. @throws Rejected */
export async function readListedOrder({ read }: Reader, order: ErpOrderRef): Promise<ErpOrder | undefined> {
  try {
    const row = await read({
      path: pathOf(order),
      what: `reading order ${order.number}`,
      answer: z.unknown(),
    });
    return onlyOrder(partner, order, rowReader('$')([row]));
  } catch (error) {
    if (error instanceof UnknownOrder) return undefined;
    throw error;
  }
}

function rowReader(list: string) {
  return createRowReader(orderSchema, erpOrderOf, { partner, names: ['number', 'id'], list });
}

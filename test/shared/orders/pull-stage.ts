import type { ErpConnector, ReleasedOrdersPage, StartOfListing } from '../../../shared/erp/connector.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import type { Watermark } from '../../../shared/model/orders.ts';
import type { PullDependencies } from '../../../shared/orders/pull.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { silent } from '../../support/logs.ts';
import { erpOrder } from '../../support/orders.ts';
import { partnersOn } from '../../support/partners.ts';

/** What a pull needs besides its ledger and its queue, with an ERP that lists these pages. */
export const pullFrom = (
  { clock, table, slots }: { clock: Clock; table: Table } & Pick<PullDependencies, 'slots'>,
  releasedOrders: ErpConnector['releasedOrders'],
) => ({
  clock,
  slots,
  log: silent,
  accept: () => true,
  map: (order: Parameters<PullDependencies['map']>[0]) => mapProductOrders({}, order),
  lookAgain: async () => {},
  partners: partnersOn({ table, clock }, { slots }),
  watermark: 'time' as const,
  goLive: undefined,
  erp: { releasedOrders, book: () => Promise.reject(new Error('A pull books nothing.')) },
});

/** An order by the ERP's own clock: when it was written, and when its transaction was committed (epoch ms). */
export interface WrittenOrder {
  readonly number: string;
  readonly writtenAt: number;
  readonly shownAt: number;
}

/**
 * Lists as the connectors do: by (write time, number), each page after the last row of the one before, with the rows
 * that are committed when the page is read.
 */
export function* pagesOfLateErp(
  orders: readonly WrittenOrder[],
  erpClock: Pick<Clock, 'now'>,
  pageSize: number,
  since: Watermark | undefined,
): Generator<ReleasedOrdersPage, void, undefined> {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since.changedAt);
  const sorted = orders.toSorted((a, b) => a.writtenAt - b.writtenAt || a.number.localeCompare(b.number));
  let last: WrittenOrder | undefined;
  while (true) {
    const behind = sorted.indexOf(last ?? { number: '', writtenAt: 0, shownAt: 0 }) + 1;
    const page = sorted
      .slice(behind)
      .filter(({ writtenAt, shownAt }) => writtenAt >= from && shownAt <= erpClock.now().getTime())
      .slice(0, pageSize);
    last = page.at(-1);
    if (!last) return;
    yield {
      orders: page.map(({ number }) => erpOrder({ number })),
      unreadable: [],
      watermark: { changedAt: new Date(last.writtenAt).toISOString(), id: last.number },
    };
    if (page.length < pageSize) return;
  }
}

/**
 * Lists as an ERP does that numbers each write and knows below which number all is committed: the number is given when a
 * row is written, and a page has what is committed behind its position, up to the first write that is still open.
 */
export function* pagesOfExactErp(
  orders: readonly WrittenOrder[],
  erpClock: Pick<Clock, 'now'>,
  pageSize: number,
  since: StartOfListing | undefined,
): Generator<ReleasedOrdersPage, void, undefined> {
  const now = erpClock.now().getTime();
  const numbered = orders
    .toSorted((a, b) => a.writtenAt - b.writtenAt || a.number.localeCompare(b.number))
    .map((order, at) => ({ ...order, version: at + 1 }));
  const open = numbered.find(({ writtenAt, shownAt }) => writtenAt > now || shownAt > now);
  const safe = open?.version ?? numbered.length + 1;
  const isFrom = (writtenAt: number, from: string | undefined) =>
    from === undefined || writtenAt >= Date.parse(from);
  const read = Number(since?.id ?? 0);
  // What was read and is not written yet: its database was restored or moved, and all is listed again.
  let last = read < safe ? read : 0;
  while (true) {
    const page = numbered
      .filter(({ version, writtenAt }) => {
        const isCounted = since?.id !== undefined || isFrom(writtenAt, since?.changedAt);
        return isCounted && isFrom(writtenAt, since?.goLive) && version > last && version < safe;
      })
      .slice(0, pageSize);
    const end = page.at(-1);
    if (!end) return;
    last = end.version;
    yield {
      orders: page.map(({ number }) => erpOrder({ number })),
      unreadable: [],
      watermark: { changedAt: new Date(end.writtenAt).toISOString(), id: String(end.version) },
    };
  }
}

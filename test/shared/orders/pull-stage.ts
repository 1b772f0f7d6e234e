import type { ErpConnector, ReleasedOrdersPage, StartOfListing } from '../../../shared/erp/connector.ts';
import { listByNumbers } from '../../../shared/erp/list-by-numbers.ts';
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
 * row is written, and it shows when it is committed.
 */
export function pagesOfExactErp(
  orders: readonly WrittenOrder[],
  erpClock: Pick<Clock, 'now'>,
  pageSize: number,
  since: StartOfListing | undefined,
): AsyncGenerator<ReleasedOrdersPage, void, undefined> {
  const numbered = orders
    .toSorted((a, b) => a.writtenAt - b.writtenAt || a.number.localeCompare(b.number))
    .map((order, at) => ({ ...order, version: BigInt(at + 1) }));
  const shown = () => numbered.filter(({ shownAt }) => shownAt <= erpClock.now().getTime());
  return listByNumbers({
    partner: 'The ERP',
    pageSize,
    since,
    endlessBecause: 'its pages do not advance',
    async readHighest() {
      const now = erpClock.now().getTime();
      const written = numbered.filter(({ writtenAt }) => writtenAt <= now);
      const open = written.find(({ shownAt }) => shownAt > now);
      const highest = shown().at(-1)?.version;
      return highest === undefined
        ? undefined
        : { highest, openFrom: open?.version ?? BigInt(written.length + 1) };
    },
    async readRows({ above, below, changedSince, limit }) {
      const from = changedSince === undefined ? Number.NEGATIVE_INFINITY : Date.parse(changedSince);
      const rows = shown()
        .filter(({ version, writtenAt }) => version > above && version < below && writtenAt >= from)
        .slice(0, limit);
      const last = rows.at(-1);
      const end = last && { number: last.version, changedAt: new Date(last.writtenAt).toISOString() };
      return { rows, end };
    },
    ordersOf: (rows) => ({
      orders: rows.map((row) => erpOrder({ number: (row as WrittenOrder).number })),
      unreadable: [],
    }),
  });
}

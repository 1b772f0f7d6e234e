import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { rejected } from '../failures.ts';
import { beginning } from '../list-by-keys.ts';
import { onlyOrder } from '../read-rows.ts';
import { failureOfLookUp } from './errors.ts';
import type { RestListing, RestOne, RestOptions } from './options.ts';
import { createListing, type ListedOrder, type Listing, type Position, type RowsPage } from './paging.ts';
import { createRowReader } from './row.ts';
import { failedAt, guarded } from './run.ts';
import type { Reader } from './session.ts';

/** How often a list that changes while it is read is read again. */
const maxSweeps = 5;

/** @throws also once all are listed, when others may be missing. */
export async function* listReleasedOrders<Row>(
  reader: Reader,
  options: RestOptions<Row>,
  since: Watermark | undefined,
  signal: AbortSignal,
): AsyncGenerator<ReleasedOrdersPage> {
  const listing = createListing(reader, options, signal);
  yield* options.orders.incremental === false ? listWhole(listing, since) : listIncrementally(listing, since);
  listing.requireWhole();
}

/**
 * Released orders, oldest change first, from an ERP whose query honours `since` and sorts by change time.
 *
 * Numbered pages shift when an order changes between two of them, and an order is missed. So further pages are avoided:
 * the next page is the first one since the last change seen. Only a group of equal times that fills a page needs further
 * pages. They are read again until the group is the same twice, and then what was read first counts: what leaves a group
 * (our own link changes an order) shifts what comes after it to a page that was read. If it goes on changing, the listing ends: the next one begins before it.
 *
 * ```
 *  since T0: [ T0 T0 T1 T2 ] T3 …     first page, all of it
 *  since T2:         [ T2 T3 T3 T3 ] T3 T3 T4   first page; from here on T3 fills pages
 *  since T3:            [ T3 T3 T3 T3 ] [ T3 T4 …     two pages, read again before T4 is listed
 * ```
 */
async function* listIncrementally(
  listing: Listing,
  since: Watermark | undefined,
): AsyncGenerator<ReleasedOrdersPage> {
  let anchor = since?.changedAt;
  let seen = new Map<string, string>();
  /** Those that were not listed yet, each once: some ERPs repeat the last row of a page on the next one. */
  const takeNew = (rows: readonly ListedOrder[]) =>
    rows.filter(({ rowId, changedAt }) => {
      const isNew = seen.get(rowId) !== changedAt;
      seen.set(rowId, changedAt);
      return isNew;
    });
  const isBeyond = ({ changedAt }: ListedOrder) => anchor === undefined || changedAt > anchor;

  /** Lists a group, page by page up to the first one that holds what comes behind it. */
  async function* listGroup() {
    const names: string[] = [];
    let page: RowsPage;
    let position: Position;
    let pages = 0;
    do {
      page = await listing.readPage(anchor, position);
      requireSorted(page.rows, listing.partner);
      const ties = page.rows.filter(({ changedAt }) => changedAt === anchor);
      yield* pagesOf(takeNew(ties));
      names.push(...ties.map(({ rowId }) => rowId));
      pages += 1;
      position = page.next;
    } while (position !== undefined && !page.rows.some(isBeyond));
    return { pages, names: names.sort().join('\n'), behind: page.rows.filter(isBeyond), next: page.next };
  }

  while (true) {
    let group = yield* listGroup();
    for (let sweep = 2; group.pages > 1; sweep += 1) {
      if (sweep > maxSweeps) return;
      const again = yield* listGroup();
      // Nothing had moved up before the first of both was read to its end.
      if (again.names === group.names) break;
      group = again;
    }
    yield* pagesOf(takeNew(group.behind));
    if (group.next === undefined) return;
    anchor = group.behind.at(-1)?.changedAt ?? anchor;
    seen = new Map([...seen].filter(([, changedAt]) => changedAt === anchor));
  }
}

/**
 * Released orders from an ERP that can neither filter by change time nor sort by it, or that changes orders without
 * a new one: all pages, again if there were several and they changed, sorted here and listed as one page.
 *
 * Everything that changed since this watermark comes in every run, and the watermark, the time of going live, never moves.
 * An order that is known and equal costs two reads of the ledger.
 */
async function* listWhole(
  listing: Listing,
  since: Watermark | undefined,
): AsyncGenerator<ReleasedOrdersPage> {
  const rows = new Map<string, ListedOrder>();
  for (let sweep = 1; sweep <= maxSweeps; sweep++) {
    const before = rows.size;
    let pages = 0;
    let position: Position;
    do {
      const page = await listing.readPage(since?.changedAt, position);
      for (const row of page.rows) rows.set(row.rowId, row);
      pages += 1;
      position = page.next;
    } while (position !== undefined);
    if (pages === 1 || rows.size === before) break;
  }
  const { changedAt: from } = since ?? beginning;
  const sorted = [...rows.values()]
    .filter(({ changedAt }) => changedAt >= from)
    // Change times have one length, so both sort as one text.
    .sort((a, b) => (a.changedAt + a.rowId < b.changedAt + b.rowId ? -1 : 1));
  yield* pagesOf(sorted, { changedAt: from });
}

/** A row that cannot be read proves nothing. */
function requireSorted(listed: readonly ListedOrder[], partner: string): void {
  const rows = listed.filter(({ unreadable }) => !unreadable);
  const at = rows.findIndex((row, index) => row.changedAt < (rows[index - 1]?.changedAt ?? ''));
  if (at < 0) return;
  throw rejected(
    'configuration',
    `${partner}: its orders do not come sorted by change time (${rows[at]?.rowId} is older than the one before it); ` +
      'sort them in orders.query, or set orders.incremental to false.',
  );
}

/** One page of these rows, if there are any. @param watermark Default: the last of them. */
function pagesOf(rows: readonly ListedOrder[], watermark?: Watermark): ReleasedOrdersPage[] {
  const last = rows.at(-1);
  if (!last) return [];
  return [
    {
      orders: rows.flatMap(({ order }) => order ?? []),
      unreadable: rows.flatMap(({ unreadable }) => unreadable ?? []),
      watermark: watermark ?? { changedAt: last.changedAt, id: last.rowId },
    },
  ];
}

/**
 * One order, read as a row of the listing; undefined when the ERP does not know it.
 * @throws RetryLater as `Reader.read` does; Rejected when the ERP refuses to show it, it cannot be read, or a function of
 *   the options fails.
 */
export async function readListedOrder<Row>(
  reader: Reader,
  listing: RestListing<Row>,
  one: RestOne,
  order: ErpOrderRef,
  signal: AbortSignal,
): Promise<ErpOrder | undefined> {
  const shown = `order ${order.number}`;
  const described = guarded(one, failedAt('orders.one', order.number));
  const { accepts, request, row } = described;
  const answer = await reader.read(request(order), { what: `reading ${shown}`, accepts, signal });
  const failure = failureOfLookUp(reader, described, answer, order, { order: order.number, shown });
  if (failure instanceof UnknownOrder) return undefined;
  if (failure) throw failure;
  const raw = row ? row(answer, order) : answer.json;
  const found = await createRowReader(reader, listing, signal)([raw], () => '$');
  return onlyOrder(reader.partner, order, {
    orders: found.flatMap(({ order }) => order ?? []),
    unreadable: found.flatMap(({ unreadable }) => unreadable ?? []),
  });
}

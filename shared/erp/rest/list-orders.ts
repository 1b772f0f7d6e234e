import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { rejected } from '../failures.ts';
import { beginning } from '../list-by-keys.ts';
import { onlyOrder } from '../read-rows.ts';
import { readDetails } from './details.ts';
import { failureOfLookUp } from './errors.ts';
import type { RestAnswer, RestListing, RestOne } from './options.ts';
import type { Listing, Position, RowsPage } from './paging.ts';
import { type ListedOrder, parseRow, readRow } from './row.ts';
import { configuredAt, Part } from './run.ts';
import type { Reader } from './session.ts';

/** How often a list that changes while it is read is read again. */
const maxSweeps = 5;

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
export async function* listIncrementally(
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

  let before: { readonly group: string; readonly page: RowsPage } | undefined;
  for (let sweep = 1; ; ) {
    let page: RowsPage;
    let position: Position;
    let pages = 0;
    const group: string[] = [];
    do {
      page = await listing.readPage(anchor, position);
      requireSorted(page.rows, listing.partner);
      const ties = page.rows.filter((row) => row.changedAt === anchor);
      yield* pagesOf(takeNew(ties));
      group.push(...ties.map(({ rowId }) => rowId));
      pages += 1;
      position = page.next;
    } while (position !== undefined && !page.rows.some(isBeyond(anchor)));

    const now = { group: group.sort().join('\n'), page };
    if (pages > 1 && now.group !== before?.group) {
      if (sweep === maxSweeps) return;
      before = now;
      sweep += 1;
      continue;
    }
    // The group was still the same after that page was read, so nothing had moved up by then.
    const { rows, next } = (pages > 1 ? (before ?? now) : now).page;
    yield* pagesOf(takeNew(rows.filter(isBeyond(anchor))));
    if (next === undefined) return;
    anchor = rows.at(-1)?.changedAt ?? anchor;
    seen = new Map([...seen].filter(([, changedAt]) => changedAt === anchor));
    before = undefined;
    sweep = 1;
  }
}

/**
 * Released orders from an ERP that can neither filter by change time nor sort by it, or that changes orders without
 * a new one: all pages, again if there were several and they changed, sorted here and listed as one page.
 *
 * Everything that changed since this watermark comes in every run, and the watermark, the time of going live, never moves.
 * An order that is known and equal costs two reads of the ledger.
 */
export async function* listWhole(
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

function isBeyond(anchor: string | undefined): (row: ListedOrder) => boolean {
  return ({ changedAt }) => anchor === undefined || changedAt > anchor;
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

const wholeAnswer = ({ json }: RestAnswer): unknown => json;

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
  const { partner } = reader;
  const call = configuredAt('orders.one', order.number);
  const { accepts, row = wholeAnswer } = one;
  const shown = `order ${order.number}`;
  const answer = await reader.read(call('request', one.request, order), {
    what: `reading ${shown}`,
    accepts,
    signal,
  });
  const asked = { order: order.number, shown };
  const failure = failureOfLookUp(reader, new Part(one, call, order), answer, asked);
  if (failure instanceof UnknownOrder) return undefined;
  if (failure) throw failure;
  const parsed = parseRow(listing.row, call('row', row, answer, order));
  const questions = { reader, detail: listing.detail, signal };
  const [detail = {}] = await readDetails([parsed.fits ? parsed.row : undefined], questions);
  const { order: found, unreadable } = readRow(listing, parsed, detail, { path: '$', partner });
  return onlyOrder(partner, order, {
    orders: found ? [found] : [],
    unreadable: unreadable ? [unreadable] : [],
  });
}

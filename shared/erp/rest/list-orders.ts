import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import type { PartnerCall } from '../../platform/http.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { rejected } from '../failures.ts';
import { earliestWatermark } from '../list-by-keys.ts';
import { onlyOrder } from '../read-rows.ts';
import { answerOfLookUp } from './errors.ts';
import type { RestListing, RestOne, RestOptions } from './options.ts';
import { createListing, type Listing, type PagePosition, type PositionedRow } from './paging.ts';
import { createRestRowReader } from './row.ts';
import { failedAt, guardFunctions } from './run.ts';
import type { Reader } from './session.ts';

/** How often a group that changes while it is read is read. */
const maxSweeps = 5;

/** @throws also once all are listed, when others may be missing. */
export async function* listReleasedOrders<Row>(
  reader: Reader,
  options: RestOptions<Row>,
  since: Watermark | undefined,
  call: PartnerCall,
): AsyncGenerator<ReleasedOrdersPage> {
  const listing = createListing(reader, options, call);
  yield* options.orders.incremental === false ? listWhole(listing, since) : listIncrementally(listing, since);
  listing.requireWhole();
}

/**
 * Released orders, oldest change first, from an ERP whose query honours `since` and sorts by change time.
 *
 * Numbered pages shift when an order changes between two of them, and an order is missed. So further pages are avoided:
 * the next page is the first one since the last change seen. Only a group of equal times that fills a page needs further
 * pages. They are read again until the group is the same twice, and then what was read first counts: what leaves a group
 * (our own link changes an order) shifts what comes after it to a page that was read. If it goes on changing, the listing
 * ends: the next one begins before it.
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
  const takeNew = (rows: readonly PositionedRow[]) =>
    rows.filter(({ rowId, changedAt }) => {
      const isNew = seen.get(rowId) !== changedAt;
      seen.set(rowId, changedAt);
      return isNew;
    });

  while (true) {
    let group = await readGroup(listing, anchor);
    for (let sweep = 2; group.pages > 1; sweep += 1) {
      const again = await readGroup(listing, anchor);
      if (again.names === group.names) break;
      group = again;
      if (sweep < maxSweeps) continue;
      yield* asOnePage(takeNew(group.rows.filter(({ changedAt }) => changedAt === anchor)));
      return;
    }
    yield* asOnePage(takeNew(group.rows));
    if (group.next === undefined) return;
    anchor = group.rows.at(-1)?.changedAt ?? anchor;
    seen = new Map([...seen].filter(([, changedAt]) => changedAt === anchor));
  }
}

/** Reads all of one time, page by page up to the first one with what comes behind it. */
async function readGroup(listing: Listing, anchor = '') {
  const rows: PositionedRow[] = [];
  let pages = 0;
  let next: PagePosition;
  do {
    const page = await listing.readPage(anchor === '' ? undefined : anchor, next);
    requireSorted(page.rows, listing.partner);
    rows.push(...page.rows.filter(({ changedAt }) => changedAt >= anchor));
    pages += 1;
    next = page.next;
  } while (next !== undefined && !rows.some(({ changedAt }) => changedAt > anchor));
  const ties = rows.filter(({ changedAt }) => changedAt === anchor).map(({ rowId }) => rowId);
  return { rows, names: ties.sort().join('\n'), pages, next };
}

/**
 * Released orders from an ERP that can neither filter by change time nor sort by it, or that changes orders without
 * a new one: all pages, sorted here and listed as one page.
 *
 * Everything that changed since this watermark comes in every run, and the watermark, the time of going live, never moves:
 * what moves to a page that was read comes with the next run. An order that is known and equal costs two reads of the ledger.
 */
async function* listWhole(
  listing: Listing,
  since: Watermark | undefined,
): AsyncGenerator<ReleasedOrdersPage> {
  const rows = new Map<string, PositionedRow>();
  let next: PagePosition;
  do {
    const page = await listing.readPage(since?.changedAt, next);
    for (const row of page.rows) rows.set(row.rowId, row);
    next = page.next;
  } while (next !== undefined);
  const { changedAt: from } = since ?? earliestWatermark;
  const sorted = [...rows.values()]
    .filter(({ changedAt }) => changedAt >= from)
    // Change times have one length, so both sort as one text.
    .sort((a, b) => (a.changedAt + a.rowId < b.changedAt + b.rowId ? -1 : 1));
  yield* asOnePage(sorted, { changedAt: from });
}

/** A row that cannot be read proves nothing. */
function requireSorted(listed: readonly PositionedRow[], partner: string): void {
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
function asOnePage(rows: readonly PositionedRow[], watermark?: Watermark): ReleasedOrdersPage[] {
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

/** One order as it would be listed, or undefined when the ERP has none. @throws RetryLater, Rejected */
export async function readListedOrder<Row>(
  reader: Reader,
  listing: RestListing<Row>,
  one: RestOne,
  order: ErpOrderRef,
  call: PartnerCall,
): Promise<ErpOrder | undefined> {
  const shown = `order ${order.number}`;
  const described = guardFunctions(one, failedAt('orders.one', order.number));
  const { accepts, request, row } = described;
  const { signal, guard } = call;
  const reading = await reader.read(request(order), { what: `reading ${shown}`, accepts, signal, guard });
  const asked = answerOfLookUp(reader, described, reading, order, { order: order.number, shown });
  if ('failure' in asked) {
    if (asked.failure instanceof UnknownOrder) return undefined;
    throw asked.failure;
  }
  const { answer } = asked;
  const raw = row ? row(answer, order) : answer.json;
  const found = await createRestRowReader(reader, listing, call)([raw], () => '$');
  return onlyOrder(reader.partner, order, {
    orders: found.flatMap(({ order }) => order ?? []),
    unreadable: found.flatMap(({ unreadable }) => unreadable ?? []),
  });
}

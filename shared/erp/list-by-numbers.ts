import type { ReleasedOrdersPage, StartOfListing } from './connector.ts';
import { earliestWatermark, type KeyedListing, type KeyedPage, listByKeys } from './list-by-keys.ts';

/** The last row of a page: the number of its last change, and when that was (ISO). */
export interface NumberedPosition {
  readonly number: bigint;
  readonly changedAt: string;
}

/** How far an ERP's numbers have got. */
export interface HighestNumber {
  /** The highest that an order shows. */
  readonly highest: bigint;
  /** All changes below it show; those from it on may show later, as their transactions are open. It never goes down. */
  readonly openFrom: bigint;
}

/** Which rows a page is to have, lowest number first. */
export interface NumberedRows {
  readonly above: bigint;
  readonly below: bigint;
  /** ISO time since when they have changed; undefined for any. */
  readonly changedSince: string | undefined;
  readonly limit: number;
}

/** How an ERP lists its orders that gives each change a number. */
export interface NumberedListing
  extends Pick<KeyedListing<NumberedPosition>, 'partner' | 'pageSize' | 'ordersOf' | 'endlessBecause'> {
  readonly since: StartOfListing | undefined;
  /** Undefined when the ERP shows no order at all. */
  readonly readHighest: () => Promise<HighestNumber | undefined>;
  readonly readRows: (asked: NumberedRows) => Promise<Omit<KeyedPage<NumberedPosition>, 'hasMore'>>;
}

/**
 * Lists for an exact watermark (`defineConnector({ watermark: 'exact' })`), in one call more than there are pages, and a
 * further one where the highest number may not be passed yet. First it asks how far the numbers have got: that call comes
 * before the pages, so that a change which shows while they are read is not passed. A database that was restored or moved
 * numbers its changes from an earlier number on: where it has not come to the watermark's, all that changed since going live
 * is listed again. A watermark of another connector has no number of ours, and is a time.
 */
export async function* listByNumbers(listing: NumberedListing): AsyncGenerator<ReleasedOrdersPage> {
  const { since, readHighest, readRows, ...keyed } = listing;
  const end = await readHighest();
  if (!end) return;
  const read = since && numberOfChangeIn(since);
  const above = read === undefined || read >= end.openFrom ? 0n : read;
  if (end.highest <= above) return;
  const changedSince = read === undefined ? since && firstTimeOf(since) : since?.goLive;
  yield* listByKeys<NumberedPosition>({
    ...keyed,
    since,
    from: { number: above, changedAt: (since ?? earliestWatermark).changedAt },
    async readPage(behind, limit) {
      const from = behind?.number ?? above;
      const page = await readRows({ above: from, below: end.openFrom, changedSince, limit });
      // Pages that go back would never end: this one counts as the one before it.
      const last = page.end && page.end.number <= from ? behind : page.end;
      const isAtEnd = last !== undefined && last.number >= end.highest;
      return { rows: page.rows, end: last, hasMore: page.rows.length > 0 && !isAtEnd };
    },
    watermarkOf: ({ number, changedAt }) => ({ changedAt, id: `${markOfNumber}${number}` }),
  });
}

/** What distinguishes a number of ours from the id of an order, which other connectors leave. */
const markOfNumber = 'change ';

function numberOfChangeIn({ id = '' }: StartOfListing): bigint | undefined {
  const number = id.startsWith(markOfNumber) ? id.slice(markOfNumber.length) : '';
  return /^\d{1,20}$/.test(number) ? BigInt(number) : undefined;
}

/** A watermark that is a time, or going live if that is later. */
function firstTimeOf({ changedAt, goLive = changedAt }: StartOfListing): string {
  return Date.parse(goLive) > Date.parse(changedAt) ? goLive : changedAt;
}

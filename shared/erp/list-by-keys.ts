import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod/mini';
import type { RetryLater } from '../model/errors.ts';
import type { ErpOrder, Watermark } from '../model/orders.ts';
import { parse } from '../platform/validation.ts';
import type { ReleasedOrdersPage } from './connector.ts';
import { partnerDown } from './failures.ts';
import type { ReadRows } from './read-rows.ts';

/** Watermark of a listing that has passed no row with a readable change time yet. */
export const earliestWatermark: Watermark = { changedAt: '1970-01-01T00:00:00.000Z' };

/** A page as the ERP gave it. */
export interface KeyedPage<Position> {
  readonly rows: readonly unknown[];
  /** Where the next page begins: behind the last row whose position can be read; undefined when none can. */
  readonly end: Position | undefined;
  /** Whether further rows may follow. */
  readonly hasMore: boolean;
}

/** No ERP is asked for larger pages than this. */
const mostRows = 100_000;

/** How one ERP lists its orders by change time. */
export interface KeyedListing<Position> {
  readonly partner: string;
  /** Rows to ask for. */
  readonly pageSize: number;
  readonly since: Watermark | undefined;
  /** Where the first page begins; undefined for all orders. */
  readonly from: Position | undefined;
  /** Asks for the next rows behind a position, in the order of change time and id. */
  readonly readPage: (behind: Position | undefined, limit: number) => Promise<KeyedPage<Position>>;
  readonly watermarkOf: (end: Position, before: Watermark) => Watermark;
  readonly ordersOf: (rows: readonly unknown[]) => ReadRows<ErpOrder> | Promise<ReadRows<ErpOrder>>;
  /** Why its pages might not advance, and what to correct, without a full stop. */
  readonly endlessBecause: string;
}

/**
 * Lists orders page by page, each page behind the last row of the one before it: an offset would miss orders that change
 * in between, and an order that changes only ever moves behind the position.
 * @throws PartnerDown when a page ends where the one before it ended: the listing would never end.
 */
export async function* listByKeys<Position>(
  listing: KeyedListing<Position>,
): AsyncGenerator<ReleasedOrdersPage> {
  const { partner, readPage, endlessBecause } = listing;
  let limit = listing.pageSize;
  let position = listing.from;
  let watermark = listing.since ?? earliestWatermark;
  while (true) {
    const { rows, end, hasMore } = await readPage(position, limit);
    // No row tells its position, so the next page cannot begin behind one: ask for a larger page.
    if (end === undefined && hasMore) {
      if (limit > mostRows) throw endlessListing(partner, endlessBecause);
      limit *= 2;
      continue;
    }
    if (end !== undefined) {
      if (isDeepStrictEqual(end, position)) throw endlessListing(partner, endlessBecause);
      position = end;
      watermark = listing.watermarkOf(end, watermark);
    }
    if (rows.length > 0) yield { ...(await listing.ordersOf(rows)), watermark };
    if (!hasMore) return;
  }
}

function endlessListing(partner: string, why: string): RetryLater {
  return partnerDown(`${partner} lists the same orders again and again: ${why}.`);
}

/** The positions of those rows whose position can be read. */
export function positionsOf<Position>(rows: readonly unknown[], schema: z.ZodMiniType<Position>): Position[] {
  return rows.flatMap((row) => {
    const position = parse(schema, row);
    return position.ok ? [position.value] : [];
  });
}

/** A position among change times of which several orders may share one: the time, and who was listed with it. */
export interface SharedTime {
  readonly time: string;
  readonly ids: readonly string[];
}

/** Where these rows end, after a page that ended at `before`; undefined when no row tells its position. */
export function sharedTimeAfter(
  rows: readonly { readonly id: string; readonly time: string }[],
  before: SharedTime | undefined,
): SharedTime | undefined {
  const time = rows.at(-1)?.time;
  if (time === undefined) return undefined;
  // Pages that go back would never end: this one counts as the one before it.
  if (before && time < before.time) return before;
  const ids = rows.filter((row) => row.time === time).map(({ id }) => id);
  return { time, ids: time === before?.time ? [...new Set([...before.ids, ...ids])] : ids };
}

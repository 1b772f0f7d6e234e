import { dayBefore } from '../../model/time.ts';
import type { StoredItem } from '../../platform/aws/dynamodb-table.ts';
import { ledgerIndexes, numberOf } from '../keys.ts';
import { type DayEvent, dayEventOf, utcDayOf } from './events.ts';
import { Records } from './records.ts';

/** One entry of a list of product orders; in that of a day, with what happened to it last, and when (ISO). */
export type ListedOrder = Pick<DayEvent, 'number'> & Partial<Pick<DayEvent, 'event' | 'at'>>;

/** A page of a list; each order is in it once. */
export interface OrderPage {
  readonly orders: readonly ListedOrder[];
  /** Where the next page begins: the last entry's keys in table and index. Undefined behind the last page. */
  readonly next?: StoredItem | undefined;
}

export interface PageRange {
  readonly limit: number;
  readonly after?: StoredItem | undefined;
}

/** Lists for people, from the indexes that the flows need anyway: page by page, by keys, never a scan. The indexes lag. */
export class OrderLists extends Records {
  /** The newest first. @param beginning Only orders whose numbers begin so, in upper or lower case. */
  async listByDay(from: Date, until: Date, { limit, after }: PageRange, beginning = ''): Promise<OrderPage> {
    const found: StoredItem[] = [];
    const oldest = utcDayOf(from);
    const first = typeof after?.day === 'string' ? after.day : utcDayOf(until);
    for (let day = first; day >= oldest && found.length < limit; day = dayBefore(day)) {
      const begins = after?.day === day ? { after } : { upTo: until.toISOString() };
      const range = { ...begins, backwards: true, limit: limit - found.length };
      found.push(...(await this.table.queryIndex(ledgerIndexes.day, day, range)));
    }
    const within = found.filter(({ happened }) => String(happened) >= from.toISOString());
    const isLastPage = found.length < limit || within.length < found.length;
    const events = within.map(dayEventOf);
    const wanted = beginning.toLowerCase();
    return pageOfListedOrders(
      events.filter(({ number }) => number.toLowerCase().startsWith(wanted)),
      isLastPage ? undefined : found.at(-1),
    );
  }

  /** What waits for its completion, by its due date, the earliest first. */
  async listAwaited(range: PageRange): Promise<OrderPage> {
    const { awaitingCompletion } = ledgerIndexes;
    return pageOfStoredItems(await this.table.queryIndex(awaitingCompletion, 'completion', range), range);
  }

  /** What is open about orders. @param kind Of the concern; any if it is left out. */
  async listWithConcerns(range: PageRange, kind?: string): Promise<OrderPage> {
    const startsWith = kind === undefined ? undefined : `${kind} `;
    const found = await this.table.queryIndex(ledgerIndexes.concern, 'open', { ...range, startsWith });
    return pageOfStoredItems(found, range);
  }
}

function pageOfStoredItems(found: readonly StoredItem[], { limit }: PageRange): OrderPage {
  const orders = found.filter(({ pk }) => String(pk).startsWith('ORDER#')).map(numberOf);
  return pageOfListedOrders(
    orders.map((number) => ({ number })),
    found.length < limit ? undefined : found.at(-1),
  );
}

function pageOfListedOrders(entries: readonly ListedOrder[], next: StoredItem | undefined): OrderPage {
  const known = new Map<string, ListedOrder>();
  for (const entry of entries)
    if (entry.number !== 'unknown' && !known.has(entry.number)) known.set(entry.number, entry);
  return { orders: [...known.values()], next };
}

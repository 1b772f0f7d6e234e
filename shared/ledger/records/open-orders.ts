import { isBookingKey, ledgerIndexes, numberOf, orderKey } from '../keys.ts';
import { type BookingEntry, bookingEntryOf } from './bookings.ts';
import { type OrderEntry, orderEntryOf } from './product-orders.ts';
import { Records } from './records.ts';

/** Product orders that are read at once, and as many of those that are asked for: the others are not counted. */
export const mostOpenOrders = 1000;
/** An order, and its booking that waits. */
const keysOfOrder = 2;

/** What the ledger has of the product orders that are open, the first due first. The index lags. */
export interface OpenOrders {
  /** Those that are not known to be completed, those of which a booking waits, and those that were asked for, by number. */
  readonly entries: ReadonlyMap<string, OrderEntry>;
  /** Quantities that are planned and wait, and the numbers that they are kept under. */
  readonly planned: readonly { readonly home: string; readonly parts: BookingEntry['parts'] }[];
  /** There are more than were read. */
  readonly isCut: boolean;
  /** All that are due until then were read (epoch milliseconds). */
  readonly knownUntil: number;
}

export class OpenOrderRecords extends Records {
  /** One query, and one call for each hundred items. @param asked Numbers that may not be in the index. */
  async readOpen(asked: readonly string[]): Promise<OpenOrders> {
    const limit = keysOfOrder * mostOpenOrders;
    const found = await this.table.queryIndex(ledgerIndexes.awaitingCompletion, 'completion', { limit });
    // Questions to Azumuta are in the index, too.
    const waiting = found.filter((key) => isBookingKey(key) || key.sk === orderKey('').sk);
    const all = [...new Set(waiting.map(numberOf))];
    const indexed = new Set(all.slice(0, mostOpenOrders));
    const further = [...new Set(asked)].filter((number) => !indexed.has(number)).slice(0, mostOpenOrders);
    const firstLeft = waiting.find((key) => !indexed.has(numberOf(key)));
    const isCut = firstLeft !== undefined || found.length === limit;
    const bookingKeys = waiting
      .filter(isBookingKey)
      .map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
    const [orders, bookings] = await Promise.all([
      this.table.getAll([...indexed, ...further].map(orderKey)),
      this.table.getAll(bookingKeys),
    ]);
    return {
      entries: new Map(orders.map((item) => [numberOf(item), orderEntryOf(item)])),
      planned: bookings
        .map((item) => ({ home: numberOf(item), ...bookingEntryOf(item) }))
        .filter(isPlannedQuantity),
      isCut,
      knownUntil: isCut ? Number((firstLeft ?? found.at(-1))?.dueAt) : Number.POSITIVE_INFINITY,
    };
  }
}

function isPlannedQuantity({ kind, state, parts }: BookingEntry): boolean {
  return kind === 'quantity' && parts.length > 0 && (state === 'waiting' || state === 'claimed');
}

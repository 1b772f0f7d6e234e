import { quantityKeyOf } from '../../model/completions.ts';
import { homeOfBookings, partNumber } from '../../model/orders.ts';
import { atOnce, mapConcurrently } from '../../platform/map-concurrently.ts';
import {
  bookingKeyOf,
  bookingPrefix,
  isBookingKey,
  ledgerIndexes,
  numberOf,
  orderKey,
  partitionOf,
} from '../keys.ts';
import { type BookingEntry, bookingEntryOf } from './bookings.ts';
import { isBookedTogether, type OrderEntry, orderEntryOf } from './product-orders.ts';
import { Records } from './records.ts';

/** Product orders that are read at once, without those that are asked for: the others are not counted. */
export const mostOpenOrders = 1000;
/** An order, and its booking that waits. */
const keysOfOrder = 2;

type BookingOfHome = BookingEntry & { readonly home: string };

/** What the ledger has of the product orders that are open, the first due first. The index lags. */
export interface OpenOrders {
  /** Those that are not known to be completed, those of which a booking waits, and those that were asked for, by number. */
  readonly entries: ReadonlyMap<string, OrderEntry>;
  /** Quantities that wait, and those of what was asked for, by the number that they are kept under. */
  readonly bookings: ReadonlyMap<string, readonly BookingEntry[]>;
  /** There are more than were read. */
  readonly isCut: boolean;
  /** All that are due until then were read (epoch milliseconds). */
  readonly knownUntil: number;
}

export class OpenOrderRecords extends Records {
  /**
   * One query, and one call for each hundred items; and a query of each ERP order whose parts are booked together, and of
   * which some part was asked for. @param asked Numbers that may not be in the index.
   */
  async readOpen(asked: readonly string[]): Promise<OpenOrders> {
    const limit = keysOfOrder * mostOpenOrders;
    const found = await this.table.queryIndex(ledgerIndexes.awaitingCompletion, 'completion', { limit });
    // Questions to Azumuta are in the index, too.
    const waiting = found.filter((key) => isBookingKey(key) || key.sk === orderKey('').sk);
    const all = [...new Set(waiting.map(numberOf))];
    const indexed = new Set(all.slice(0, mostOpenOrders));
    const firstLeft = waiting.find((key) => !indexed.has(numberOf(key)));
    const isCut = firstLeft !== undefined || found.length === limit;
    const bookingKeys = waiting
      .filter(isBookingKey)
      .map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));
    const [entries, waitingBookings] = await Promise.all([
      this.#readEntries([...indexed, ...asked]),
      this.#readBookings(bookingKeys),
    ]);
    const askedEntries = [...new Set(asked)].flatMap((number) => entries.get(number) ?? []);
    const bookings = quantitiesByHome([...waitingBookings, ...(await this.#readBookingsOf(askedEntries))]);
    const parts = [...bookings].flatMap(([home, of]) => numbersOfParts(entries.get(home), of));
    const further = await this.#readEntries(parts.filter((number) => !entries.has(number)));
    return {
      entries: new Map([...entries, ...further]),
      bookings,
      isCut,
      knownUntil: isCut ? Number((firstLeft ?? found.at(-1))?.dueAt) : Number.POSITIVE_INFINITY,
    };
  }

  async #readEntries(numbers: readonly string[]): Promise<ReadonlyMap<string, OrderEntry>> {
    const orders = await this.table.getAll([...new Set(numbers)].map(orderKey));
    return new Map(orders.map((item) => [numberOf(item), orderEntryOf(item)]));
  }

  async #readBookings(keys: Parameters<typeof this.table.getAll>[0]): Promise<readonly BookingOfHome[]> {
    const items = await this.table.getAll(keys);
    return items.map((item) => ({ home: numberOf(item), ...bookingEntryOf(item) }));
  }

  /** The quantities of orders that are made: of one that is booked alone, its id is the key. */
  async #readBookingsOf(entries: readonly OrderEntry[]): Promise<readonly BookingOfHome[]> {
    const alone = entries
      .filter(({ part }) => part.book !== 'when-all-done')
      .flatMap(({ number, productOrder }) =>
        productOrder === undefined ? [] : bookingKeyOf(number, quantityKeyOf(productOrder.id)),
      );
    const homes = new Set(entries.filter(isBookedTogether).map(homeOfBookings));
    const [ofAlone, ofHomes] = await Promise.all([
      this.#readBookings(alone),
      mapConcurrently([...homes], atOnce, async (home) => {
        const stored = await this.table.query(partitionOf(home), bookingPrefix);
        return stored.map((item) => ({ home, ...bookingEntryOf(item) }));
      }),
    ]);
    return [...ofAlone, ...ofHomes.flat()];
  }
}

function quantitiesByHome(read: readonly BookingOfHome[]): ReadonlyMap<string, readonly BookingEntry[]> {
  const quantities = read.filter(({ kind, parts }) => kind === 'quantity' && parts.length > 0);
  // What waits may have been asked for as well.
  const each = new Map(quantities.map((booking) => [`${booking.home} ${booking.key}`, booking]));
  return Map.groupBy(each.values(), ({ home }) => home);
}

/** The parts of what is to be booked together: the index has the number of the first alone. */
function numbersOfParts(first: OrderEntry | undefined, bookings: readonly BookingEntry[]): readonly string[] {
  if (!isBookedTogether(first)) return [];
  const split = { number: first.number.replace(/\/1$/, ''), book: first.part.book };
  const open = bookings.filter(({ state }) => state !== 'done');
  return open.flatMap(({ parts }) => parts.map((index) => partNumber(split, index)));
}

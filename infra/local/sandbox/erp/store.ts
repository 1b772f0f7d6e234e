import { callsTable } from '../call-counts.ts';
import { openDatabase } from '../database.ts';
import { faultLogTable } from '../fault-log.ts';

/** A production order as this ERP keeps and shows it. Quantities are decimal text. */
export interface ProductionOrder {
  readonly id: string;
  readonly number: string;
  readonly product: string;
  readonly productName: string;
  readonly quantity: string;
  readonly unit: string;
  /** Each piece needs a number of its own. */
  readonly serialNumbers: boolean;
  readonly dueDate: string;
  readonly status: 'released' | 'done' | 'cancelled';
  readonly customer: string;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** The product order that was linked last. */
  readonly azumutaId: string | null;
  /** All that were linked: an order may be split. */
  readonly azumutaIds: readonly string[];
  readonly azumutaUrl: string | null;
  /** Somebody has it open: every write is refused with 423. */
  readonly locked: boolean;
  readonly createdAt: string;
  /** ISO instant with milliseconds; changes with every write, as in real ERPs with links, too. */
  readonly changedAt: string;
}

/** One entry in the books: an amount produced, or notes that came later. */
export interface Booking {
  readonly id: string;
  readonly order: string;
  readonly kind: 'production' | 'notes';
  /** Whatever the caller wrote there: not unique, and not checked. */
  readonly reference: string | null;
  readonly goodQuantity: string;
  readonly scrapQuantity: string;
  readonly unit: string;
  readonly final: boolean;
  readonly lots: readonly BookedLot[];
  readonly notes: readonly string[];
  readonly links: readonly { readonly name: string; readonly url: string }[];
  readonly completedAt: string | null;
  readonly bookedAt: string;
}

export interface BookedLot {
  readonly number: string;
  readonly quantity?: string | undefined;
  /** What bears it is scrap. */
  readonly scrapped?: boolean | undefined;
}

const schema = `
  ${callsTable}
  ${faultLogTable}
  CREATE TABLE IF NOT EXISTS orders (place INTEGER PRIMARY KEY, number TEXT UNIQUE, id TEXT, changed TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS orders_changed ON orders (changed, id);
  CREATE UNIQUE INDEX IF NOT EXISTS orders_id ON orders (id);
  CREATE TABLE IF NOT EXISTS bookings (place INTEGER PRIMARY KEY, number TEXT, reference TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS bookings_number ON bookings (number);
`;

export type Store = ReturnType<typeof openStore>;

/** @param folder Of the database file, or `inMemory`. */
export function openStore(folder: string, now: () => Date) {
  const database = openDatabase(folder, 'erp', schema);
  // Documents are written by this file only, so their shape is the one they were written in.
  const many = <T>(sql: string, ...keys: string[]): readonly T[] =>
    database.all(sql, ...keys).map((row) => JSON.parse(String(row.document)));
  const count = (sql: string): number => Number(database.get(sql)?.count ?? 0);

  /** Writes an order, new or changed. */
  function saveOrder(order: ProductionOrder): void {
    database.run(
      'INSERT INTO orders (number, id, changed, document) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET number = excluded.number, changed = excluded.changed, document = excluded.document',
      order.number,
      order.id,
      order.changedAt,
      JSON.stringify(order),
    );
  }

  return {
    database,
    saveOrder,
    /** Most rows on a page, whatever is asked for; until a restart. */
    largestPage: 200,
    /** Changed at or after `since`, by change time and id. */
    orders: (since = '') =>
      many<ProductionOrder>('SELECT document FROM orders WHERE changed >= ? ORDER BY changed, id', since),
    /** By its number, or by its id. */
    order: (key: string) =>
      many<ProductionOrder>('SELECT document FROM orders WHERE number = ? OR id = ?', key, key)[0],
    bookings(number?: string, reference?: string): readonly Booking[] {
      const all =
        number === undefined
          ? many<Booking>('SELECT document FROM bookings ORDER BY place')
          : many<Booking>('SELECT document FROM bookings WHERE number = ? ORDER BY place', number);
      return reference === undefined ? all : all.filter((booking) => booking.reference === reference);
    },
    /** Gives an order another number; its id stays, and its bookings stay with it. */
    renameOrder(order: ProductionOrder, number: string): void {
      saveOrder({ ...order, number });
      database.run(
        "UPDATE bookings SET number = ?, document = json_set(document, '$.order', ?) WHERE number = ?",
        number,
        number,
        order.number,
      );
    },
    addBooking(booking: Omit<Booking, 'id'>): Booking {
      const place = count('SELECT count(*) AS count FROM bookings') + 1;
      const added = { id: `B-${String(place).padStart(6, '0')}`, ...booking };
      database.run(
        'INSERT INTO bookings (number, reference, document) VALUES (?, ?, ?)',
        booking.order,
        booking.reference,
        JSON.stringify(added),
      );
      return added;
    },
    /** The next order number's count. */
    nextCount: () => count('SELECT count(*) AS count FROM orders') + 1,
    /** The present, or a millisecond after the latest change: every change is later than those before it. */
    tick(): string {
      const latest = Date.parse(
        String(database.get('SELECT max(changed) AS latest FROM orders')?.latest ?? ''),
      );
      const present = now().getTime();
      return new Date(latest >= present ? latest + 1 : present).toISOString();
    },
  };
}

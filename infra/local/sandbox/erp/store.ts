import { openDatabase } from '../database.ts';

/** A production order as this ERP stores and shows it. Quantities are decimal text. */
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
  /** Any text of the caller: not unique, and not checked. */
  readonly reference: string | null;
  readonly goodQuantity: string;
  readonly scrapQuantity: string;
  readonly unit: string;
  readonly final: boolean;
  readonly lots: readonly {
    readonly number: string;
    readonly quantity?: string | undefined;
    /** The piece with this number is scrap. */
    readonly scrapped?: boolean | undefined;
  }[];
  readonly notes: readonly string[];
  readonly links: readonly { readonly name: string; readonly url: string }[];
  readonly completedAt: string | null;
  readonly bookedAt: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS orders (place INTEGER PRIMARY KEY, number TEXT UNIQUE, id TEXT, changed TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS orders_changed ON orders (changed, id);
  CREATE UNIQUE INDEX IF NOT EXISTS orders_id ON orders (id);
  CREATE TABLE IF NOT EXISTS bookings (place INTEGER PRIMARY KEY, number TEXT, reference TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS bookings_number ON bookings (number);
`;

/** What a booking has where the caller says nothing. */
const emptyBooking = {
  reference: null,
  goodQuantity: '0',
  scrapQuantity: '0',
  final: false,
  lots: [],
  notes: [],
  links: [],
  completedAt: null,
};

export type Store = ReturnType<typeof openStore>;

/** @param folder Of the database file, or `inMemory`. */
export function openStore(folder: string, now: () => Date) {
  const database = openDatabase(folder, 'erp', schema);
  const { documents } = database;
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
      documents<ProductionOrder>(
        'SELECT document FROM orders WHERE changed >= ? ORDER BY changed, id',
        since,
      ),
    /** By its number, or by its id. */
    order: (key: string) =>
      documents<ProductionOrder>('SELECT document FROM orders WHERE number = ? OR id = ?', key, key)[0],
    bookings(number?: string, reference?: string): readonly Booking[] {
      const all =
        number === undefined
          ? documents<Booking>('SELECT document FROM bookings ORDER BY place')
          : documents<Booking>('SELECT document FROM bookings WHERE number = ? ORDER BY place', number);
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
    addBooking(
      { number, unit }: ProductionOrder,
      kind: Booking['kind'],
      booking: Partial<Omit<Booking, 'id' | 'order' | 'kind' | 'unit' | 'bookedAt'>>,
    ): Booking {
      const place = count('SELECT count(*) AS count FROM bookings') + 1;
      const added: Booking = {
        ...emptyBooking,
        ...booking,
        id: `B-${String(place).padStart(6, '0')}`,
        order: number,
        kind,
        unit,
        bookedAt: now().toISOString(),
      };
      database.run(
        'INSERT INTO bookings (number, reference, document) VALUES (?, ?, ?)',
        number,
        added.reference,
        JSON.stringify(added),
      );
      return added;
    },
    /** The count in the next order's number. */
    nextCount: () => count('SELECT count(*) AS count FROM orders') + 1,
    /** Now, or a millisecond after the latest change, so that every change is later than those before it. */
    tick(): string {
      const latest = Date.parse(
        String(database.get('SELECT max(changed) AS latest FROM orders')?.latest ?? ''),
      );
      const present = now().getTime();
      return new Date(latest >= present ? latest + 1 : present).toISOString();
    },
  };
}

import { callsTable } from '../call-counts.ts';
import { type Database, openDatabase } from '../database.ts';
import { faultLogTable } from '../fault-log.ts';

export type ProductOrderStatus = 'open' | 'in-progress' | 'completed';

/** A product order as kept; what is configured (names, variants) is looked up in the catalogue when it is shown. */
export interface ProductOrderRecord {
  readonly id: string;
  readonly number: string;
  readonly articleId: string;
  readonly parameters: readonly { readonly key: string; readonly value: string | number | boolean }[];
  readonly variantIds: readonly string[];
  readonly status: ProductOrderStatus;
  readonly createdAt: string;
  readonly completedAt: string | null;
}

/** One answer of an operator. */
export interface RecordedStep {
  readonly id: string;
  readonly name: string | Readonly<Record<string, string>>;
  readonly type: string;
  readonly value: string | number | boolean;
  readonly unit?: string;
  readonly result: 'Ok' | 'Nok' | null;
}

export interface RecordingRecord {
  readonly id: string;
  readonly productOrderId: string;
  readonly productOrderNumber: string;
  readonly workInstructionId: string;
  readonly workInstructionVersion: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationSeconds: number;
  readonly operator: { readonly id: string; readonly name: string };
  readonly steps: readonly RecordedStep[];
}

/** Product orders and recordings of the sandbox. */
export interface Store {
  readonly database: Database;
  readonly productOrders: () => readonly ProductOrderRecord[];
  readonly productOrder: (id: string) => ProductOrderRecord | undefined;
  /** All with this number, oldest first: numbers are not unique (ASSUMED). */
  readonly productOrdersNumbered: (number: string) => readonly ProductOrderRecord[];
  /** Writes the order (new or changed) and its new recordings together. */
  readonly save: (order: ProductOrderRecord, recordings?: readonly RecordingRecord[]) => void;
  /** The order and its recordings. */
  readonly remove: (id: string) => void;
  readonly recording: (id: string) => RecordingRecord | undefined;
  readonly recordingsOf: (productOrderId: string) => readonly RecordingRecord[];
  /** One JSON setting that survives a restart. */
  readonly setting: (name: string) => unknown;
  readonly saveSetting: (name: string, value: unknown) => void;
}

const schema = `
  ${callsTable}
  ${faultLogTable}
  CREATE TABLE IF NOT EXISTS product_orders (place INTEGER PRIMARY KEY, id TEXT UNIQUE, number TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS product_orders_number ON product_orders (number);
  CREATE TABLE IF NOT EXISTS recordings (place INTEGER PRIMARY KEY, id TEXT UNIQUE, product_order TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS recordings_product_order ON recordings (product_order);
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, document TEXT);
  CREATE TABLE IF NOT EXISTS trigger_log (place INTEGER PRIMARY KEY, document TEXT);
`;

/** @param folder Of the database file, or `inMemory`. */
export function openStore(folder: string): Store {
  const database = openDatabase(folder, 'azumuta', schema);
  // Documents are written by this file only, so their shape is the one they were written in.
  const one = <T>(sql: string, ...keys: string[]): T | undefined => {
    const row = database.get(sql, ...keys);
    return row && JSON.parse(String(row.document));
  };
  const many = <T>(sql: string, ...keys: string[]): T[] =>
    database.all(sql, ...keys).map((row) => JSON.parse(String(row.document)));

  return {
    database,
    productOrders: () => many('SELECT document FROM product_orders ORDER BY place'),
    productOrder: (id) => one('SELECT document FROM product_orders WHERE id = ?', id),
    productOrdersNumbered: (number) =>
      many('SELECT document FROM product_orders WHERE number = ? ORDER BY place', number),
    save(order, recordings = []) {
      database.together(() => {
        database.run(
          'INSERT INTO product_orders (id, number, document) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET number = excluded.number, document = excluded.document',
          order.id,
          order.number,
          JSON.stringify(order),
        );
        for (const recording of recordings) {
          database.run(
            'INSERT INTO recordings (id, product_order, document) VALUES (?, ?, ?)',
            recording.id,
            order.id,
            JSON.stringify(recording),
          );
        }
      });
    },
    remove(id) {
      database.together(() => {
        database.run('DELETE FROM product_orders WHERE id = ?', id);
        database.run('DELETE FROM recordings WHERE product_order = ?', id);
      });
    },
    recording: (id) => one('SELECT document FROM recordings WHERE id = ?', id),
    recordingsOf: (id) => many('SELECT document FROM recordings WHERE product_order = ? ORDER BY place', id),
    setting: (name) => one('SELECT document FROM settings WHERE name = ?', name),
    saveSetting: (name, value) =>
      database.run(
        'INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET document = excluded.document',
        name,
        JSON.stringify(value),
      ),
  };
}

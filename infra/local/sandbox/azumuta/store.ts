import { openDatabase } from '../database.ts';

/** A product order as stored; what is configured (names, variants) is looked up in the catalogue when it is shown. */
export interface ProductOrderRecord {
  readonly id: string;
  readonly number: string;
  readonly articleId: string;
  readonly parameters: readonly { readonly key: string; readonly value: string | number | boolean }[];
  readonly variantIds: readonly string[];
  readonly status: 'open' | 'in-progress' | 'completed';
  readonly createdAt: string;
  readonly completedAt: string | null;
}

/** One answer of an operator. */
export interface RecordedStep {
  readonly id: string;
  readonly name: string | Readonly<Record<string, string>>;
  readonly type: string;
  readonly value: string | number | boolean;
  readonly unit?: string | undefined;
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

const schema = `
  CREATE TABLE IF NOT EXISTS product_orders (place INTEGER PRIMARY KEY, id TEXT UNIQUE, number TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS product_orders_number ON product_orders (number);
  CREATE TABLE IF NOT EXISTS recordings (place INTEGER PRIMARY KEY, id TEXT UNIQUE, product_order TEXT, document TEXT);
  CREATE INDEX IF NOT EXISTS recordings_product_order ON recordings (product_order);
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, document TEXT);
  CREATE TABLE IF NOT EXISTS trigger_log (place INTEGER PRIMARY KEY, document TEXT);
`;

export type Store = ReturnType<typeof openStore>;

/**
 * Product orders and recordings of the sandbox.
 * @param folder Of the database file, or `inMemory`.
 */
export function openStore(folder: string) {
  const database = openDatabase(folder, 'azumuta', schema);
  const { documents } = database;

  return {
    database,
    productOrders: () => documents<ProductOrderRecord>('SELECT document FROM product_orders ORDER BY place'),
    productOrder: (id: string) =>
      documents<ProductOrderRecord>('SELECT document FROM product_orders WHERE id = ?', id)[0],
    /** All with this number, oldest first: numbers are not unique (ASSUMED). */
    productOrdersNumbered: (number: string) =>
      documents<ProductOrderRecord>(
        'SELECT document FROM product_orders WHERE number = ? ORDER BY place',
        number,
      ),
    /** Writes the order (new or changed) and its new recordings together. */
    save(order: ProductOrderRecord, recordings: readonly RecordingRecord[] = []): void {
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
    /** The order and its recordings. */
    remove(id: string): void {
      database.together(() => {
        database.run('DELETE FROM product_orders WHERE id = ?', id);
        database.run('DELETE FROM recordings WHERE product_order = ?', id);
      });
    },
    recording: (id: string) =>
      documents<RecordingRecord>('SELECT document FROM recordings WHERE id = ?', id)[0],
    recordingsOf: (productOrderId: string) =>
      documents<RecordingRecord>(
        'SELECT document FROM recordings WHERE product_order = ? ORDER BY place',
        productOrderId,
      ),
    /** One JSON setting that survives a restart. */
    setting: (name: string) => documents<unknown>('SELECT document FROM settings WHERE name = ?', name)[0],
    saveSetting: (name: string, value: unknown) =>
      database.run(
        'INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET document = excluded.document',
        name,
        JSON.stringify(value),
      ),
  };
}

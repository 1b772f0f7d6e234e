import { notFound, type OdooRow, type OdooVersion } from './odoo-domain.ts';
import { fieldsOf } from './odoo-fields.ts';
import { insertMasters } from './odoo-masters.ts';
import type { Rights } from './odoo-rights.ts';

/** `2030-01-01 00:00:01.337000`, as PostgreSQL holds it. */
export function stamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')}000`;
}

/** The records of an Odoo: planning, reading, producing and storing work on them. */
export class Books {
  readonly version: OdooVersion;
  readonly tables = new Map<string, OdooRow[]>();
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly locked = new Set<number>();
  readonly rights: Rights = {
    hidden: new Set(),
    readOnly: new Set(),
    denied: new Set(),
    accounting: undefined,
  };
  decimals = 2;
  /** Where a putaway rule sends what is built; undefined without one. */
  shelf: number | undefined;
  /** Nothing of any component is in stock but what is reserved. */
  hasEmptyStock = false;
  /** The next button_mark_done answers true and does nothing. */
  ignoreNextDone = false;
  readonly doneCount = new Map<number, number>();
  readonly #lastIds = new Map<string, number>();
  readonly #time: (() => Date) | undefined;
  #clock = Date.parse('2030-01-01T00:00:00Z');

  /** @param time The database's clock. Default: a clock by which every write is later than the one before. */
  constructor(version: OdooVersion, time?: () => Date) {
    this.version = version;
    this.#time = time;
    this.fields = { ...fieldsOf(version) };
    for (const model of Object.keys(this.fields)) this.tables.set(model, []);
    insertMasters(this);
  }

  /** Installs the app *Expiration Dates*: a lot then says whether it has expired. */
  installExpiryDates(expired: readonly string[]): void {
    Object.assign(this.fields, {
      'stock.lot': [...(this.fields['stock.lot'] ?? []), 'product_expiry_alert'],
    });
    for (const lot of this.rows('stock.lot')) lot.product_expiry_alert = expired.includes(String(lot.name));
  }

  rows(model: string): OdooRow[] {
    const rows = this.tables.get(model);
    // In JSON-RPC a UserError: service/model.py:49 (17.0), :70 (18.0), :144 (19.0).
    if (!rows) throw notFound('odoo.exceptions.UserError', `Object ${model} doesn't exist`);
    return rows;
  }

  /** The record with this id. */
  find(model: string, id: unknown): OdooRow | undefined {
    return this.rows(model).find((row) => row.id === id);
  }

  /** The records with these values. */
  where(model: string, values: Readonly<Record<string, unknown>>): OdooRow[] {
    const known = Object.entries(values);
    return this.rows(model).filter((row) => known.every(([field, value]) => row[field] === value));
  }

  /** With an id that no record of the model ever had: PostgreSQL's sequences give none twice. */
  insert(model: string, values: Record<string, unknown>): OdooRow {
    const id = (this.#lastIds.get(model) ?? 0) + 1;
    this.#lastIds.set(model, id);
    const row: OdooRow = { ...values, id };
    this.rows(model).push(row);
    return row;
  }

  /** Time of a write, with a fraction that reading cuts off. */
  now(): string {
    this.#clock = this.#time?.().getTime() ?? this.#clock + 1_337;
    return stamp(this.#clock);
  }

  /** The time in milliseconds that decides whether transactions are concurrent: real time, unless another is given. */
  instant(): number {
    return this.#time?.().getTime() ?? Date.now();
  }
}

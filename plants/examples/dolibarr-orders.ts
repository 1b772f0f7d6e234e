import { createHash } from 'node:crypto';
import Big from 'big.js';
import * as z from 'zod/mini';
import { type Decimal, type ErpOrder, listAt, path, type RestAnswer, textAt, valueAt } from '#azumuta-erp';

// What a manufacturing order of Dolibarr holds: its lines, its state, and the private note with our marks.

/** Text or a number, depending on the version. Never `z.coerce`: it makes `"null"` of a null. */
const figure = z.union([z.string(), z.number()]);
const lineSchema = z.object({
  id: figure,
  role: z.string(),
  fk_product: figure,
  qty: figure,
  qty_frozen: z.nullish(figure),
  disable_stock_change: z.nullish(figure),
  fk_warehouse: z.nullish(figure),
  /** The planned line that it was booked for. */
  fk_mrp_production: z.nullish(figure),
});
type Line = z.output<typeof lineSchema>;
export const orderSchema = z.object({
  id: figure,
  ref: z.string(),
  fk_product: figure,
  qty: figure,
  status: figure,
  fk_warehouse: z.nullish(figure),
  date_creation: z.nullish(figure),
  /** Seconds since 1970, or an empty text (htdocs/mrp/class/mo.class.php, `int|string`). */
  date_end_planned: z.nullish(figure),
  tms: figure,
  note_private: z.nullish(z.string()),
  lines: z.array(lineSchema),
});
export type Order = z.output<typeof orderSchema>;
export type OrderRef = Pick<ErpOrder, 'id' | 'number'>;

export const draft = 0;
/** Validated, and in progress. */
export const open = [1, 2];
export const produced = 3;
export const cancelled = 9;
/** A private note holds 65,535; the rest is left for the link, and for what people write. */
const maxNoteBytes = 60_000;

export function stateOf(status: number | string): 'released' | 'cancelled' | 'other' {
  if (Number(status) === cancelled) return 'cancelled';
  return open.includes(Number(status)) ? 'released' : 'other';
}

/** In a filter, no value may have a quote or a bracket. */
export function filterFor({ id, number }: OrderRef): string {
  return id === undefined ? `(t.ref:=:'${number.replace(/['()]/g, '')}')` : `(t.rowid:=:${Number(id)})`;
}

export function isOrder(json: unknown, { id, number }: OrderRef): boolean {
  return textAt(json, id === undefined ? '0.ref' : '0.id') === (id ?? number);
}

export function orderOf({ json }: RestAnswer): Order {
  return orderSchema.parse(valueAt(json, '0'));
}

/** The code of a booking: a key may be longer than its 128 characters, and have quotes and brackets. */
export function codeOf(key: string): string {
  return `azumuta-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}

export function plannedOf({ lines }: Order): Line[] {
  return lines.filter(({ role }) => role === 'toconsume' || role === 'toproduce');
}

export function productIn({ json }: RestAnswer, { fk_product }: Pick<Line, 'fk_product'>): unknown {
  return listAt(json, '').find((product) => textAt(product, 'id') === String(fk_product));
}

/** A planned line mostly has none of its own. */
export function warehouseOf(order: Order, line: Line): number {
  return Number(line.fk_warehouse) || Number(order.fk_warehouse);
}

/**
 * As it was recorded of a line; else in proportion to what is built, and a fixed quantity once. A movement of 0 is an error.
 * @param recorded By the line's id.
 */
export function linesFor(
  order: Order,
  role: string,
  amount: Decimal,
  recorded: ReadonlyMap<number, Decimal> = new Map(),
) {
  return order.lines
    .filter((line) => line.role === role && amount !== '0')
    .map((line) => ({
      objectid: Number(line.id),
      qty: Number(recorded.get(Number(line.id)) ?? sharePlanned(order, line, amount)),
      fk_warehouse: warehouseOf(order, line) || undefined,
    }))
    .filter(({ qty }) => qty > 0);
}

function sharePlanned(order: Order, line: Line, amount: Decimal): Big {
  if (Number(line.qty_frozen) === 1) return new Big(line.qty).minus(takenOf(order, line));
  return new Big(line.qty).times(amount).div(order.qty);
}

/** What was booked for a planned line. */
export function takenOf({ lines }: Pick<Order, 'lines'>, { id }: Pick<Line, 'id'>): Big {
  const taken = lines.filter(({ fk_mrp_production }) => Number(fk_mrp_production) === Number(id));
  return taken.reduce((sum, one) => sum.plus(one.qty), new Big(0));
}

/** Our mark, in characters that no cleaning of HTML removes. */
function markOf(what: string): string {
  return `[azumuta ${encodeURIComponent(what)}]`;
}

export function isMarked(answer: RestAnswer, what: string): boolean {
  const lines = (orderOf(answer).note_private ?? '').split('<br>');
  return lines.some((line) => line.trim() === markOf(what));
}

/**
 * Dolibarr cuts what might be a handler of an event, such as `onload=` (htdocs/core/lib/functions.lib.php:8950,
 * 22.0.4); in an address an o may be written otherwise.
 */
export function inNote(url: string): string {
  return url.replace(/o(?=n[a-z]+=)/gi, (o) => `%${o.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function whyTooLong({ body: { note_private } }: ReturnType<typeof noting>): string | undefined {
  if (Buffer.byteLength(note_private) < maxNoteBytes) return undefined;
  return 'Dolibarr holds 65,535 bytes of a private note, and with this it would be nearly full: shorten it there, or note less';
}

/**
 * Notes are HTML, and lose what looks like a tag; a line that quotes a mark must not count as one. A blank ends each line,
 * as a text in which no `<br>` is left once its addresses are dropped, each up to the next blank, is taken for plain, and
 * loses them (`dol_textishtml`, htdocs/core/lib/functions.lib.php:9244, 22.0.4).
 */
export function noting(answer: RestAnswer, what: string, lines: readonly string[]) {
  const { id, note_private } = orderOf(answer);
  const texts = lines
    .flatMap((line) => line.split('\n'))
    .map((line) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
    .map((line) => line.replaceAll('[azumuta ', '(azumuta '));
  return {
    method: 'PUT',
    path: path`/mos/${id}`,
    body: {
      note_private: [...(note_private ? [note_private] : []), ...texts, markOf(what)].join(' <br>'),
    },
  } as const;
}

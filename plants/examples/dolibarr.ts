import { createHash } from 'node:crypto';
import Big from 'big.js';
import * as z from 'zod/mini';
import {
  type BookContext,
  compareDecimals,
  type Decimal,
  type ErpDefinition,
  type ErpOrder,
  instantIn,
  type LinkContext,
  listAt,
  path,
  type RestAnswer,
  type RestListing,
  type RestLookUp,
  type RestProcedure,
  type RestStep,
  rest,
  textAt,
  valueAt,
} from '#azumuta-erp';

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
const orderSchema = z.object({
  id: figure,
  ref: z.string(),
  fk_product: figure,
  qty: figure,
  status: figure,
  fk_warehouse: z.nullish(figure),
  date_creation: z.nullish(figure),
  tms: figure,
  note_private: z.nullish(z.string()),
  lines: z.array(lineSchema),
});
type Order = z.output<typeof orderSchema>;
type OrderRef = Pick<ErpOrder, 'id' | 'number'>;

const draft = 0;
/** Validated, and in progress. */
const open = [1, 2];
const produced = 3;
const cancelled = 9;
/** A private note holds 65,535; the rest is left for the link, and for what people write. */
const maxNoteBytes = 60_000;

interface DolibarrOptions {
  readonly baseUrl: string;
  /** Of PHP on its server (`date.timezone`). */
  readonly timeZone: string;
  /** Of its database, which writes and compares change times by its own clock (`SELECT NOW()`). Default: the same. */
  readonly databaseTimeZone?: string;
  /** Of all products, as the API shows a unit's number only. */
  readonly unit: string;
  /** Whether its stock module moves services, too (`STOCK_SUPPORTS_SERVICES`). Default false, which refuses their lines. */
  readonly movesServices?: boolean;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
  /**
   * Default 1: with MySQL, and MariaDB before 11.6, stock totals of bookings at the same moment are lost, though every one
   * is there; with later ones most of them fail and are tried again.
   */
  readonly atOnce?: number;
  /**
   * Default false, which reads all orders every time: a change over the API writes the old change time back, so no
   * filter finds it.
   */
  readonly incremental?: boolean;
}

/**
 * Dolibarr's manufacturing orders over its REST API (as seen on Dolibarr 22), by configuration alone.
 *
 * The booking key makes the `inventorycode`, which Dolibarr does not keep unique: the stock movements are searched for
 * it before and after. What cannot be found there is marked in the private note. Booking, notes and closing are three calls.
 */
export function dolibarr(options: DolibarrOptions): ErpDefinition {
  return rest({
    name: 'Dolibarr',
    baseUrl: `${options.baseUrl}/api/index.php`,
    timeoutMs: options.timeoutMs,
    atOnce: options.atOnce ?? 1,
    auth: { kind: 'apiKey', header: 'DOLAPIKEY' },
    orders: listing(options),
    link,
    book: {
      lookUp: [orderToBook, stockMovements, products(options)],
      steps: [production, notes, closing],
    },
  });
}

function listing({
  timeZone,
  databaseTimeZone = timeZone,
  unit,
  pageSize = 100,
  incremental = false,
}: DolibarrOptions): RestListing<Order> {
  const php = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  return {
    path: '/mos',
    since: { timeZone: databaseTimeZone },
    query: (since) => ({
      // Orders of one time come in any order, another one on each page.
      sortfield: 't.tms,t.rowid',
      sortorder: 'ASC',
      sqlfilters:
        since === undefined
          ? `(t.status:in:${open})`
          : `(t.status:in:${open},${cancelled}) and (t.tms:>=:'${since.replace('T', ' ')}')`,
    }),
    paging: { kind: 'page', parameter: 'page', first: 0, size: { parameter: 'limit', rows: pageSize } },
    emptyStatus: [404],
    list: '',
    row: orderSchema,
    // The order names its product by an internal id only.
    detail: { request: ({ fk_product }) => ({ path: path`/products/${fk_product}` }) },
    one: { ...oneOrder<OrderRef>((order) => order), row: ({ json }) => valueAt(json, '0') },
    incremental,
    order: ({ id, ref, qty, status, tms, date_creation }, product) => ({
      id,
      number: ref,
      article: textAt(product?.json, 'ref') ?? '',
      quantity: qty,
      unit,
      state: stateOf(status),
      changedAt: changeTime(php.format(Number(tms) * 1000), databaseTimeZone, Number(date_creation)),
    }),
  };
}

/** PHP takes what the database shows for a time by its own clock; the time of creation it has written itself. */
function changeTime(shown: string, databaseTimeZone: string, made: number): string {
  const changedAt = instantIn(databaseTimeZone, shown) ?? '';
  if (Date.parse(changedAt) < (made - 900) * 1000)
    throw new Error('it was changed before it was made: name the zone of the database in databaseTimeZone');
  return changedAt;
}

/** Asks for one order: by its id, as its number can change. */
const oneOrder = <Context>(refOf: (context: Context) => OrderRef) => ({
  request: (context: Context) => ({ path: '/mos', query: { sqlfilters: filterFor(refOf(context)) } }),
  accepts: [404],
  unknown: ({ json }: RestAnswer, context: Context) => !isOrder(json, refOf(context)),
});

/** Its words of an error, without those of the status; empty where the database had none, as in a conflict. */
const sentenceIn = ({ json }: RestAnswer) =>
  (textAt(json, 'error.message') ?? '').replace(/^Internal Server Error(: )?/, '');

/** Business errors are a 500 with a sentence; a conflict in its database is a bare 500, and gone the next moment. */
const meaning: Pick<RestStep<unknown>, 'rejected' | 'retryable'> = {
  rejected: (answer) => (answer.status === 500 && sentenceIn(answer)) || undefined,
  // 405: somebody closed the order since the look-up, so look again.
  retryable: (answer) =>
    answer.status === 405 ||
    (answer.status === 500 && answer.json !== undefined && sentenceIn(answer) === ''),
};

const link: RestProcedure<LinkContext> = {
  lookUp: [
    {
      name: 'order',
      ...oneOrder<LinkContext>(({ order }) => order),
      done: (answer, { productOrder }) =>
        isMarked(answer, `product order ${productOrder.id}`) ? productOrder.id : undefined,
      refused: (answer, { productOrder }) => whyTooLong(linking(answer, productOrder)),
    },
  ],
  steps: [
    {
      name: 'the product order',
      ...meaning,
      request: ({ found, productOrder }) => linking(found('order'), productOrder),
    },
  ],
};

function linking(answer: RestAnswer, { id, number, url }: LinkContext['productOrder']) {
  return noting(answer, `product order ${id}`, [number, ...(url === undefined ? [] : [inNote(url)])]);
}

const isQuantity = ({ completion }: BookContext) => completion.kind === 'quantity';

const orderToBook: RestLookUp<BookContext> = {
  name: 'order',
  ...oneOrder<BookContext>(({ completion }) => completion.erpOrder),
  done: (answer, context) =>
    !isQuantity(context) && isMarked(answer, context.key) ? `note of ${orderOf(answer).ref}` : undefined,
  quantity: (answer) => String(orderOf(answer).qty),
  refused: (answer, context) => {
    const status = Number(orderOf(answer).status);
    if (status === cancelled) return 'it is cancelled';
    if (status === produced && isQuantity(context)) return 'it was produced by somebody else';
    if (status === draft && isQuantity(context)) return 'it was set back to draft: validate it again';
    return notes.when?.(context) ? whyTooLong(notesOf(answer, context)) : undefined;
  },
};

const stockMovements: RestLookUp<BookContext> = {
  name: 'movements',
  when: isQuantity,
  request: ({ key }) => ({
    path: '/stockmovements',
    query: { sqlfilters: `(t.inventorycode:=:'${codeOf(key)}')` },
  }),
  accepts: [404],
  done: ({ json }) => {
    const id = textAt(json, '0.id');
    return id && `stock movement ${id}`;
  },
};

/** Those of the order and of its planned lines, which name them by an internal id only. */
const products = ({ unit, movesServices }: DolibarrOptions): RestLookUp<BookContext> => ({
  name: 'products',
  when: isQuantity,
  request: ({ found }) => {
    const order = orderOf(found('order'));
    const ids = new Set([order, ...plannedOf(order)].map(({ fk_product }) => Number(fk_product)));
    return { path: '/products', query: { sqlfilters: `(t.rowid:in:${[...ids]})`, limit: ids.size } };
  },
  accepts: [404],
  article: (answer, { found }) => textAt(productIn(answer, orderOf(found('order'))), 'ref'),
  unit: () => unit,
  refused: (answer, { found }) => {
    const order = orderOf(found('order'));
    for (const line of plannedOf(order)) {
      const product = productIn(answer, line);
      const ref = textAt(product, 'ref') ?? line.fk_product;
      if (textAt(product, 'status_batch') !== '0')
        return `${ref} is tracked by lot, which the API cannot book: produce it in Dolibarr`;
      if (Number(line.disable_stock_change) === 1) continue;
      if (textAt(product, 'type') === '1' && !movesServices)
        return `${ref} is a service, of which Dolibarr moves no stock: disable the stock change of its line, or take it out`;
      if (!warehouseOf(order, line))
        return `neither it nor its line of ${ref} has a warehouse: give it one in Dolibarr`;
    }
    return undefined;
  },
});

const production: RestStep<BookContext> = {
  name: 'the production',
  ...meaning,
  when: isQuantity,
  request: ({ completion, built, key, found }) => {
    const order = orderOf(found('order'));
    return {
      path: path`/mos/${order.id}/produceandconsume`,
      body: {
        inventorylabel: `Azumuta ${completion.productOrder.number}`,
        inventorycode: codeOf(key),
        // Closes the order once all of it is produced and consumed.
        autoclose: 1,
        arraytoconsume: linesFor(order, 'toconsume', built.produced),
        arraytoproduce: linesFor(order, 'toproduce', built.good),
      },
    };
  },
};

const notesOf = (answer: RestAnswer, { completion: { notes, links }, key }: BookContext) =>
  noting(answer, key, [...notes, ...links.map(({ name, url }) => `${name}: ${inNote(url)}`)]);

const notes: RestStep<BookContext> = {
  name: 'the notes',
  ...meaning,
  when: ({ completion: { kind, notes, links } }) => kind === 'amendment' || notes.length + links.length > 0,
  done: ({ found, key }) => isMarked(found('order'), key),
  request: (context) => notesOf(context.found('order'), context),
};

/**
 * An order that is finished with less than planned does not close itself; nor does one whose parts have a binary sum that is
 * less, as 0.7 + 0.1 is less than 0.8.
 */
const closing: RestStep<BookContext> = {
  name: 'the closing',
  ...meaning,
  when: (context) => {
    if (!isQuantity(context)) return false;
    const { completion, built, found } = context;
    const order = orderOf(found('order'));
    const isBooked = textAt(found('movements').json, '0.id') !== undefined;
    const made = order.lines
      .filter(({ role }) => role === 'produced')
      .reduce((sum, { qty }) => sum.plus(qty), new Big(isBooked ? 0 : built.good));
    return compareDecimals(built.good, String(order.qty)) < 0 && (completion.final || made.gte(order.qty));
  },
  done: ({ found }) => [produced, cancelled].includes(Number(orderOf(found('order')).status)),
  request: ({ found }) => ({
    method: 'PUT',
    path: path`/mos/${orderOf(found('order')).id}`,
    body: { status: produced },
  }),
};

function stateOf(status: number | string): 'released' | 'cancelled' | 'other' {
  if (Number(status) === cancelled) return 'cancelled';
  return open.includes(Number(status)) ? 'released' : 'other';
}

/** In a filter, no value may have a quote or a bracket. */
function filterFor({ id, number }: OrderRef): string {
  return id === undefined ? `(t.ref:=:'${number.replace(/['()]/g, '')}')` : `(t.rowid:=:${Number(id)})`;
}

function isOrder(json: unknown, { id, number }: OrderRef): boolean {
  return textAt(json, id === undefined ? '0.ref' : '0.id') === (id ?? number);
}

function orderOf({ json }: RestAnswer): Order {
  return orderSchema.parse(valueAt(json, '0'));
}

/** The code of a booking: a key may be longer than its 128 characters, and have quotes and brackets. */
function codeOf(key: string): string {
  return `azumuta-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}

function plannedOf({ lines }: Order): Line[] {
  return lines.filter(({ role }) => role === 'toconsume' || role === 'toproduce');
}

function productIn({ json }: RestAnswer, { fk_product }: Pick<Line, 'fk_product'>): unknown {
  return listAt(json, '').find((product) => textAt(product, 'id') === String(fk_product));
}

/** A planned line mostly has none of its own. */
function warehouseOf(order: Order, line: Line): number {
  return Number(line.fk_warehouse) || Number(order.fk_warehouse);
}

/** In proportion to what is built; a fixed quantity once. A movement of 0 is an error. */
function linesFor(order: Order, role: string, amount: Decimal) {
  return order.lines
    .filter((line) => line.role === role && amount !== '0')
    .map((line) => ({
      objectid: Number(line.id),
      qty: (Number(line.qty_frozen) === 1
        ? leftOf(order, line)
        : new Big(line.qty).times(amount).div(order.qty)
      ).toNumber(),
      fk_warehouse: warehouseOf(order, line) || undefined,
    }))
    .filter(({ qty }) => qty > 0);
}

function leftOf({ lines }: Order, { id, qty }: Line): Big {
  const taken = lines.filter(({ fk_mrp_production }) => Number(fk_mrp_production) === Number(id));
  return taken.reduce((left, one) => left.minus(one.qty), new Big(qty));
}

/** Our mark, in characters that no cleaning of HTML removes. */
function markOf(what: string): string {
  return `[azumuta ${encodeURIComponent(what)}]`;
}

function isMarked(answer: RestAnswer, what: string): boolean {
  const lines = (orderOf(answer).note_private ?? '').split('<br>');
  return lines.some((line) => line.trim() === markOf(what));
}

/** Dolibarr cuts what might be a handler of an event, such as `onload=`; in an address an o may be written otherwise. */
function inNote(url: string): string {
  return url.replace(/o(?=n[a-z]+=)/gi, (o) => `%${o.charCodeAt(0).toString(16).toUpperCase()}`);
}

function whyTooLong({ body: { note_private } }: ReturnType<typeof noting>): string | undefined {
  if (Buffer.byteLength(note_private) < maxNoteBytes) return undefined;
  return 'Dolibarr holds 65,535 bytes of a private note, and with this it would be nearly full: shorten it there, or note less';
}

/**
 * Notes are HTML, and lose what looks like a tag; a line that quotes a mark must not count as one. A blank ends each line,
 * as a text in which no `<br>` is left once its addresses are dropped, each up to the next blank, is taken for plain, and
 * loses them (`dol_textishtml` in htdocs/core/lib/functions.lib.php).
 */
function noting(answer: RestAnswer, what: string, lines: readonly string[]) {
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

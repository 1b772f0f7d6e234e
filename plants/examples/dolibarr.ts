import { createHash } from 'node:crypto';
import Big from 'big.js';
import * as z from 'zod/mini';
import {
  type BookContext,
  compareDecimals,
  type Decimal,
  type ErpDefinition,
  type ErpOrder,
  type LinkContext,
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
  qty: figure,
  fk_warehouse: z.nullable(figure),
});
const orderSchema = z.object({
  id: figure,
  ref: z.string(),
  fk_product: figure,
  qty: figure,
  status: figure,
  tms: figure,
  note_private: z.nullish(z.string()),
  lines: z.array(lineSchema),
});
type Order = z.output<typeof orderSchema>;
type OrderRef = Pick<ErpOrder, 'id' | 'number'>;

/** Validated, and in progress. */
const open = [1, 2];
const produced = 3;
const cancelled = 9;

interface DolibarrOptions {
  readonly baseUrl: string;
  /** Of its server, which compares and shows times by its own clock. */
  readonly timeZone: string;
  /** Of all products, as the API shows a unit's number only. */
  readonly unit: string;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
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
    auth: { kind: 'apiKey', header: 'DOLAPIKEY' },
    orders: listing(options),
    link,
    book: {
      lookUp: [orderToBook, stockMovements, productOf(options.unit)],
      steps: [production, notes, closing],
    },
  });
}

function listing({
  timeZone,
  unit,
  pageSize = 100,
  incremental = false,
}: DolibarrOptions): RestListing<Order> {
  return {
    path: '/mos',
    since: { timeZone },
    query: (since) => ({
      sortfield: 't.tms',
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
    order: ({ id, ref, qty, status, tms }, product) => ({
      id,
      number: ref,
      article: textAt(product?.json, 'ref') ?? '',
      quantity: qty,
      unit,
      state: stateOf(status),
      changedAt: new Date(Number(tms) * 1000).toISOString(),
    }),
  };
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
    },
  ],
  steps: [
    {
      name: 'the product order',
      ...meaning,
      request: ({ found, productOrder: { id, number, url } }) =>
        noting(found('order'), `product order ${id}`, [number, ...(url === undefined ? [] : [url])]),
    },
  ],
};

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
    return status === produced && isQuantity(context) ? 'it was produced by somebody else' : undefined;
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

const productOf = (unit: string): RestLookUp<BookContext> => ({
  name: 'product',
  when: isQuantity,
  request: ({ found }) => ({ path: path`/products/${orderOf(found('order')).fk_product}` }),
  article: ({ json }) => textAt(json, 'ref'),
  unit: () => unit,
  refused: ({ json }) =>
    textAt(json, 'status_batch') === '0'
      ? undefined
      : 'its product is tracked by lot, which the API cannot book: produce it in Dolibarr',
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

const notes: RestStep<BookContext> = {
  name: 'the notes',
  ...meaning,
  when: ({ completion: { kind, notes, links } }) => kind === 'amendment' || notes.length + links.length > 0,
  done: ({ found, key }) => isMarked(found('order'), key),
  request: ({ found, completion: { notes, links }, key }) =>
    noting(found('order'), key, [...notes, ...links.map(({ name, url }) => `${name}: ${url}`)]),
};

/** An order that is finished with less than planned does not close itself. */
const closing: RestStep<BookContext> = {
  name: 'the closing',
  ...meaning,
  when: ({ completion, built, found }) =>
    completion.kind === 'quantity' &&
    completion.final &&
    compareDecimals(built.good, String(orderOf(found('order')).qty)) < 0,
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

/** In proportion to what is built. A movement of 0 is an error. */
function linesFor(order: Order, role: string, amount: Decimal) {
  return order.lines
    .filter((line) => line.role === role && amount !== '0')
    .map((line) => ({
      objectid: Number(line.id),
      qty: new Big(line.qty).times(amount).div(order.qty).toNumber(),
      fk_warehouse: Number(line.fk_warehouse ?? 1),
    }));
}

/** Our mark, in characters that no cleaning of HTML removes. */
function markOf(what: string): string {
  return `[azumuta ${encodeURIComponent(what)}]`;
}

function isMarked(answer: RestAnswer, what: string): boolean {
  return (orderOf(answer).note_private ?? '').split('<br>').includes(markOf(what));
}

/** Notes are HTML, and lose what looks like a tag; a line that quotes a mark must not count as one. */
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
      note_private: [...(note_private ? [note_private] : []), ...texts, markOf(what)].join('<br>'),
    },
  } as const;
}

import { createHash } from 'node:crypto';
import Big from 'big.js';
import * as z from 'zod/mini';
import {
  type BookContext,
  compareDecimals,
  type Decimal,
  type ErpDefinition,
  path,
  type RestAnswer,
  type RestStep,
  rest,
  textAt,
  valueAt,
} from '#azumuta-erp';

/** Text or a number, from one version to the next. Never `z.coerce`: it makes `"null"` of a null. */
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

const cancelled = 9;
const produced = 3;

/** Its words of an error, without those of the status; empty where the database had none, as in a conflict. */
const sentenceIn = ({ json }: RestAnswer) =>
  (textAt(json, 'error.message') ?? '').replace(/^Internal Server Error(: )?/, '');

/** Business errors are a 500 with a sentence; a conflict in its database is a bare one, and gone the next moment. */
const meaning: Pick<RestStep<unknown>, 'rejected' | 'retryable'> = {
  rejected: (answer) => (answer.status === 500 && sentenceIn(answer)) || undefined,
  // 405: somebody closed the order since we looked, so look again.
  retryable: (answer) =>
    answer.status === 405 ||
    (answer.status === 500 && answer.json !== undefined && sentenceIn(answer) === ''),
};

/**
 * Dolibarr's manufacturing orders over its REST API (as seen on Dolibarr 22), by configuration alone.
 *
 * The booking key makes the `inventorycode`, which Dolibarr does not keep unique: the stock movements are searched for
 * it before and after. What does not fit there is marked in the private note. Booked, noted and closed are three calls.
 */
export function dolibarr(options: {
  readonly baseUrl: string;
  /** Of its server: it compares and shows times by its own clock. */
  readonly timeZone: string;
  /** Of all products: the API tells a unit by a number only. */
  readonly unit: string;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
  /**
   * Read all of them every time, the default: a change over the API writes the old change time back, so no filter
   * finds it.
   */
  readonly incremental?: boolean;
}): ErpDefinition {
  const { baseUrl, timeZone, unit, pageSize = 100, timeoutMs, incremental = false } = options;
  return rest({
    name: 'Dolibarr',
    baseUrl: `${baseUrl}/api/index.php`,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    auth: { kind: 'apiKey', header: 'DOLAPIKEY' },
    orders: {
      path: '/mos',
      since: { timeZone, format: 'local' },
      query: (since) => ({
        sortfield: 't.tms',
        sortorder: 'ASC',
        sqlfilters:
          since === undefined
            ? '(t.status:in:1,2)'
            : `(t.status:in:1,2,${cancelled}) and (t.tms:>=:'${since.replace('T', ' ')}')`,
      }),
      paging: { kind: 'page', parameter: 'page', first: 0, size: { parameter: 'limit', rows: pageSize } },
      emptyStatus: [404],
      list: '',
      row: orderSchema,
      // The order tells its product by a number that nobody knows.
      detail: { request: ({ fk_product }) => ({ path: path`/products/${fk_product}` }) },
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
    },
    link: {
      lookUp: [
        {
          name: 'order',
          request: ({ order }) => ({ path: '/mos', query: { sqlfilters: filterFor(order) } }),
          accepts: [404],
          unknown: ({ json }, { order }) => !isOrder(json, order),
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
    },
    book: {
      lookUp: [
        {
          name: 'order',
          request: ({ completion }) => ({
            path: '/mos',
            query: { sqlfilters: filterFor(completion.erpOrder) },
          }),
          accepts: [404],
          unknown: ({ json }, { completion }) => !isOrder(json, completion.erpOrder),
          done: (answer, { completion, key }) =>
            completion.kind === 'amendment' && isMarked(answer, key)
              ? `note of ${orderOf(answer).ref}`
              : undefined,
          refused: (answer, { completion }) => {
            const status = Number(orderOf(answer).status);
            if (status === cancelled) return 'it is cancelled';
            return status === produced && completion.kind === 'quantity'
              ? 'it was produced by somebody else'
              : undefined;
          },
        },
        {
          name: 'movements',
          when: ({ completion }) => completion.kind === 'quantity',
          request: ({ key }) => ({
            path: '/stockmovements',
            query: { sqlfilters: `(t.inventorycode:=:'${codeOf(key)}')` },
          }),
          accepts: [404],
          done: ({ json }) => {
            const id = textAt(json, '0.id');
            return id && `stock movement ${id}`;
          },
        },
        {
          name: 'product',
          when: ({ completion }) => completion.kind === 'quantity',
          request: ({ found }) => ({ path: path`/products/${orderOf(found('order')).fk_product}` }),
          article: ({ json }) => textAt(json, 'ref'),
          unit: () => unit,
          refused: ({ json }) =>
            textAt(json, 'status_batch') === '0'
              ? undefined
              : 'its product is tracked by lot, which the API cannot book: produce it in Dolibarr',
        },
      ],
      steps: [
        {
          name: 'the production',
          ...meaning,
          when: ({ completion }) => completion.kind === 'quantity',
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
        },
        {
          name: 'the notes',
          ...meaning,
          when: ({ completion: { kind, notes, links } }) =>
            kind === 'amendment' || notes.length + links.length > 0,
          done: ({ found, key }) => isMarked(found('order'), key),
          request: ({ found, completion: { notes, links }, key }) =>
            noting(found('order'), key, [...notes, ...links.map(({ name, url }) => `${name}: ${url}`)]),
        },
        {
          name: 'the closing',
          ...meaning,
          when: isShort,
          done: ({ found }) => [produced, cancelled].includes(Number(orderOf(found('order')).status)),
          request: ({ found }) => ({
            method: 'PUT',
            path: path`/mos/${orderOf(found('order')).id}`,
            body: { status: produced },
          }),
        },
      ],
    },
  });
}

function stateOf(status: number | string): 'released' | 'cancelled' | 'other' {
  if (Number(status) === cancelled) return 'cancelled';
  return Number(status) === produced ? 'other' : 'released';
}

/** Known by its id, as its number can change. In a filter, no value may have a quote or a bracket. */
function filterFor({ id, number }: { readonly id?: string; readonly number: string }): string {
  return id === undefined ? `(t.ref:=:'${number.replace(/['()]/g, '')}')` : `(t.rowid:=:${Number(id)})`;
}

function isOrder(json: unknown, { id, number }: { readonly id?: string; readonly number: string }): boolean {
  return textAt(json, id === undefined ? '0.ref' : '0.id') === (id ?? number);
}

function orderOf({ json }: RestAnswer): Order {
  return orderSchema.parse(valueAt(json, '0'));
}

/** The code of a booking: keys may be longer than its 128 characters, and have quotes and brackets. */
function codeOf(key: string): string {
  return `azumuta-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}

/** What is finished with less than planned is not closed by itself. */
function isShort({ completion, built, found }: BookContext): boolean {
  if (completion.kind === 'amendment' || !completion.final) return false;
  return compareDecimals(built.good, String(orderOf(found('order')).qty)) < 0;
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

/** Our mark, of characters that no cleaning of HTML takes away. */
function markOf(what: string): string {
  return `[azumuta ${encodeURIComponent(what)}]`;
}

function isMarked(answer: RestAnswer, what: string): boolean {
  return (orderOf(answer).note_private ?? '').split('<br>').includes(markOf(what));
}

/** Notes are HTML, and lose what looks like a tag; a line of ours that quotes a mark is none. */
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

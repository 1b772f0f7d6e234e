import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import {
  type BookContext,
  type ErpDefinition,
  type ErpOrder,
  instantIn,
  listAt,
  type RestAnswer,
  type RestListing,
  type RestLookUp,
  type RestMeaning,
  type RestStep,
  rest,
  textAt,
  valueAt,
} from '#azumuta-erp';

interface AfasOptions {
  /** `https://12345.rest.afas.online/ProfitRestServices`; `resttest` and `restaccept` for the environments for trying. */
  readonly baseUrl: string;
  /** Texts of `State` of an order that is released, and of one that is withdrawn. */
  readonly states: { readonly released: readonly string[]; readonly cancelled: readonly string[] };
  /** GetConnector on production orders. Default `Azumuta_Orders`. */
  readonly orders?: string;
  /** GetConnector on productions. Default `Azumuta_Productions`. */
  readonly productions?: string;
  /** Warehouse that takes what was built. Default: that of the order. */
  readonly warehouse?: string;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
}

/** Columns of the GetConnector on production orders, as its administrator has to call them. */
const orderSchema = z.object({
  Order: z.string(),
  Line: z.string(),
  Article: z.string(),
  Quantity: z.number(),
  Unit: z.nullish(z.string()),
  State: z.string(),
  Changed: z.string(),
  Due: z.nullish(z.string()),
});
type AfasOrder = z.output<typeof orderSchema>;

/** AFAS shows times by this clock, although a Z stands behind them. */
const timeZone = 'Europe/Amsterdam';
const isEqual = '1';
const isFrom = '2';
/** `RfCs` has so many characters. */
const keyLength = 50;

/**
 * Production orders of AFAS Profit over its REST API, by configuration alone. Not tried on a real one; what it needs, and
 * where each fact is from, is in `README.md` of this folder.
 *
 * A booking is one call, a production (`FbAssembly`) with our key in its reference. A second GetConnector finds it by that.
 */
export function afas(options: AfasOptions): ErpDefinition {
  return rest({
    name: 'AFAS',
    baseUrl: options.baseUrl,
    timeoutMs: options.timeoutMs,
    atOnce: 5,
    // It works on a call that was cut off for up to 15 minutes.
    settlingSeconds: 900,
    auth: { kind: 'apiKey', header: 'Authorization', prefix: 'AfasToken ' },
    decimals: 5,
    answers: meaningOf,
    orders: listing(options),
    book: { lookUp: [orderToBook(options), productions(options)], steps: [production(options)] },
  });
}

/** A 500 is a refusal with a sentence, or a lock; how long to wait stands in the body of a 503. */
function meaningOf({ status, json, text }: RestAnswer): RestMeaning | undefined {
  const sentence = textAt(json, 'externalMessage');
  if (status === 503) return { down: 'it is busy', afterSeconds: Number(textAt(json, 'retry_after') ?? 0) };
  // It knows each order by a filter, so this is about the connector, or an address of more than 2,049 characters.
  const isOwn404 = status === 404 && (json !== undefined || text === '');
  if (isOwn404) return { refused: 'it has no such connector, or the address was too long' };
  if (status !== 500 || sentence === undefined) return undefined;
  const isPassing = /geblokkeerd door|maximale tijdsduur/i.test(sentence);
  const log = textAt(json, 'profitLogReference');
  const said = log === undefined ? sentence : `${sentence} (log ${log})`;
  return isPassing ? { waits: said } : { refused: said };
}

/** A comma in a value would separate two values. */
function filtersBy(conditions: readonly (readonly [field: string, value: string, operator: string])[]) {
  return {
    filterfieldids: conditions.map(([field]) => field).join(','),
    filtervalues: conditions.map(([, value]) => value.replace(/[,;]/g, '')).join(','),
    operatortypes: conditions.map(([, , operator]) => operator).join(','),
  };
}

function listing({ orders = 'Azumuta_Orders', states, pageSize = 100 }: AfasOptions): RestListing<AfasOrder> {
  return {
    path: `/connectors/${orders}`,
    since: { timeZone },
    query: (since) => ({
      take: pageSize,
      // Without it rows get lost between two pages.
      orderbyfieldids: 'Changed,Line',
      ...(since === undefined ? {} : filtersBy([['Changed', since, isFrom]])),
    }),
    paging: { kind: 'offset', parameter: 'skip' },
    list: 'rows',
    row: orderSchema,
    one: {
      request: (order) => askedOrder(order, orders),
      unknown: ({ json }) => listAt(json, 'rows').length === 0,
      row: ({ json }) => valueAt(json, 'rows.0'),
    },
    order: (order) => ({
      id: order.Line,
      number: order.Order,
      article: order.Article,
      quantity: order.Quantity,
      unit: order.Unit,
      dueDate: order.Due?.slice(0, 10),
      state: stateOf(order, states),
      changedAt: instantIn(timeZone, order.Changed.replace(/Z$/, '')),
    }),
  };
}

function stateOf({ State }: AfasOrder, states: AfasOptions['states']): 'released' | 'cancelled' | 'other' {
  if (states.cancelled.includes(State)) return 'cancelled';
  return states.released.includes(State) ? 'released' : 'other';
}

function askedOrder({ id, number }: Pick<ErpOrder, 'id' | 'number'>, connector: string) {
  const condition =
    id === undefined ? (['Order', number, isEqual] as const) : (['Line', id, isEqual] as const);
  return { path: `/connectors/${connector}`, query: { take: 2, ...filtersBy([condition]) } };
}

const orderIn = ({ json }: RestAnswer) => orderSchema.parse(valueAt(json, 'rows.0'));

function orderToBook({ orders = 'Azumuta_Orders', states }: AfasOptions): RestLookUp<BookContext> {
  return {
    name: 'order',
    request: ({ completion }) => askedOrder(completion.erpOrder, orders),
    unknown: ({ json }) => listAt(json, 'rows').length === 0,
    article: (answer) => orderIn(answer).Article,
    unit: (answer) => orderIn(answer).Unit ?? undefined,
    quantity: (answer) => String(orderIn(answer).Quantity),
    refused(answer, { completion, built }) {
      const order = orderIn(answer);
      if (listAt(answer.json, 'rows').length > 1) return 'it has several lines: name the line in its id';
      if (stateOf(order, states) !== 'released') return `its state is ${order.State}`;
      if (built.scrap !== '0') return 'this configuration books no scrap, as AFAS has no field for it';
      if (completion.lots.length > 0) return 'this configuration books no batches or serial numbers';
      return undefined;
    },
  };
}

function productions({ productions = 'Azumuta_Productions' }: AfasOptions): RestLookUp<BookContext> {
  return {
    name: 'productions',
    request: ({ key }) => ({
      path: `/connectors/${productions}`,
      query: filtersBy([['Reference', referenceOf(key), isEqual]]),
    }),
    done: ({ json }) => {
      const number = textAt(json, 'rows.0.Production');
      return number && `production ${number}`;
    },
    good: ({ json }) => textAt(json, 'rows.0.Quantity'),
  };
}

/** Our key, or what stands for a longer one. */
function referenceOf(key: string): string {
  if (key.length <= keyLength) return key;
  return `azumuta-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
}

const production = ({ warehouse }: AfasOptions): RestStep<BookContext> => ({
  name: 'the production',
  when: ({ completion }) => completion.kind === 'quantity',
  request: ({ completion, built, key, found }) => {
    const order = orderIn(found('order'));
    const line = {
      SoGu: order.Line,
      SoOr: order.Order,
      QuUn: Number(built.good),
      BiUn: order.Unit ?? undefined,
    };
    const head = {
      OrDa: completion.completedOn,
      DaAc: completion.completedOn,
      SoOr: order.Order,
      War: warehouse,
      RfCs: referenceOf(key),
    };
    const lines = { FbAssemblyLines: { Element: { Fields: line } } };
    return {
      path: '/connectors/FbAssembly',
      body: { FbAssembly: { Element: { Fields: head, Objects: lines } } },
    };
  },
});

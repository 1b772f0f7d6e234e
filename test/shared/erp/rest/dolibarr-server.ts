import * as z from 'zod/mini';
import { instantIn } from '../../../../shared/erp/local-time.ts';
import { createFaultProxy } from '../conformance/fault-proxy.ts';

/** Where this server stands: west of UTC, where a time that is taken for UTC lies too late. */
export const dolibarrZone = 'America/New_York';
const statuses = { validated: 1, inProgress: 2, produced: 3, cancelled: 9 } as const;
/** One is consumed for each piece. */
const consumedEach = 2;

interface Line {
  readonly id: number;
  readonly role: 'toconsume' | 'toproduce' | 'consumed' | 'produced';
  qty: number;
  readonly fk_warehouse: number | null;
  /** The planned line that it is of. */
  readonly fk_mrp_production: number | null;
}

interface Order {
  readonly id: number;
  readonly ref: string;
  readonly fk_product: number;
  qty: number;
  status: number;
  /** Seconds since 1970. */
  tms: number;
  note_private: string;
  readonly lines: Line[];
}

interface Movement {
  readonly id: number;
  readonly inventorycode: string;
  readonly origin_id: number;
  readonly qty: number;
}

const amounts = z.array(z.object({ objectid: z.number(), qty: z.number(), fk_warehouse: z.number() }));
const produceSchema = z.object({
  inventorylabel: z.string().check(z.minLength(1)),
  inventorycode: z.string().check(z.minLength(1)),
  autoclose: z.number(),
  arraytoconsume: amounts,
  arraytoproduce: amounts,
});
const changeSchema = z.object({
  qty: z.optional(z.number()),
  status: z.optional(z.number()),
  note_private: z.optional(z.string()),
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Errors as Restler writes them: the words of the status, and the sentence if the module has one. */
class Refused extends Error {
  readonly answer: Answer;
  constructor(status: number, words: string, sentence = '') {
    super(sentence);
    const message = sentence === '' ? words : `${words}: ${sentence}`;
    this.answer = { status, body: { error: { code: status, message } } };
  }
}

/**
 * As much of Dolibarr 22 as the configuration uses, with what was seen on a real 22.0.4 and stands in its
 * htdocs/mrp/class/api_mos.class.php (index, put, produceAndConsume) and
 * htdocs/product/stock/class/api_stockmovements.class.php (index).
 */
export function createDolibarr(apiKey: string) {
  const orders: Order[] = [];
  const movements: Movement[] = [];
  /** Products by id. Those with `status_batch` are tracked by lot. */
  const products = new Map([
    [42, { id: 42, ref: 'CHAIR', status_batch: '0' }],
    [43, { id: 43, ref: 'BATCH', status_batch: '1' }],
  ]);
  const locked = new Set<number>();
  let silent = 0;
  let now = 1_790_000_000;
  const calls: string[] = [];

  function answer(method: string, url: URL, body: string): Answer {
    const route = url.pathname.replace('/api/index.php', '');
    if (route === '/mos') return listOrders(url.searchParams);
    if (route === '/stockmovements') return listMovements(url.searchParams);
    const [, resource, id, act] = route.split('/');
    if (resource === 'products') {
      const product = products.get(Number(id));
      if (!product) throw new Refused(404, 'Not Found', 'Product not found');
      return { status: 200, body: product };
    }
    const order = orders.find((one) => one.id === Number(id));
    if (!order) throw new Refused(404, 'Not Found', 'MO not found');
    if (method === 'GET') return { status: 200, body: shownBy(order) };
    return act === 'produceandconsume' ? produce(order, JSON.parse(body)) : change(order, JSON.parse(body));
  }

  /** `plimit($limit + 1, $offset)`, and all of them are given: one more than asked for, which the next page begins with. */
  function listOrders(query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 100);
    const offset = limit * Number(query.get('page') ?? 0);
    const found = orders.filter(matches(query.get('sqlfilters') ?? ''));
    if (query.get('sortfield') === 't.tms') found.sort((a, b) => a.tms - b.tms || a.id - b.id);
    const page = found.slice(offset, offset + limit + 1);
    // An empty list is a 404.
    if (page.length === 0) throw new Refused(404, 'Not Found', 'No MO found');
    return { status: 200, body: page.map(shownBy) };
  }

  /** Here the row too many is left out. */
  function listMovements(query: URLSearchParams): Answer {
    const [, code] = /^\(t\.inventorycode:=:'([^'()]*)'\)$/.exec(query.get('sqlfilters') ?? '') ?? [];
    if (code === undefined) throw new Refused(503, 'Service Unavailable', 'Error when validating sqlfilters');
    const found = movements.filter(({ inventorycode }) => inventorycode === code);
    if (found.length === 0) throw new Refused(404, 'Not Found', 'No stock movement found');
    return { status: 200, body: found.slice(0, Number(query.get('limit') ?? 100)) };
  }

  /** Booked in one transaction; the same inventorycode twice books twice. */
  function produce(order: Order, asked: unknown): Answer {
    if (order.status !== statuses.validated && order.status !== statuses.inProgress)
      throw new Refused(405, 'Method Not Allowed', 'Error bad status of MO');
    // A deadlock or a lock that is waited for too long rolls back, without a word of the database.
    if (locked.has(order.id)) throw new Refused(500, 'Internal Server Error');
    const { inventorycode, autoclose, ...arrays } = produceSchema.parse(asked);
    const booked: Line[] = [];
    for (const [name, role] of [
      ['arraytoconsume', 'consumed'],
      ['arraytoproduce', 'produced'],
    ] as const) {
      for (const { objectid, qty, fk_warehouse } of arrays[name]) {
        const line = order.lines.find(({ id }) => id === objectid);
        const error = (sentence: string) => new Refused(500, 'Internal Server Error', sentence);
        if (!line) throw error(`MoLine with rowid ${objectid} not exist.`);
        const product = products.get(order.fk_product);
        if (product?.status_batch === '1')
          throw error(`Product ${product.ref} must be in batch, this API can't handle it currently.`);
        if (!(fk_warehouse > 0)) throw error(`Field fk_warehouse required in ${name}`);
        // MouvementStock::_create answers 0 for a quantity of 0, and `$idstockmove <= 0` is an error without words.
        if (qty === 0) throw new Refused(500, 'Internal Server Error');
        booked.push({
          id: nextLineId() + booked.length,
          role,
          qty,
          fk_warehouse,
          fk_mrp_production: line.id,
        });
      }
    }
    if (silent > 0) {
      silent -= 1;
      return { status: 200, body: order.id };
    }
    order.lines.push(...booked);
    for (const { qty } of booked)
      movements.push({ id: movements.length + 1, inventorycode, origin_id: order.id, qty });
    order.status = autoclose > 0 && isComplete(order) ? statuses.produced : statuses.inProgress;
    touch(order);
    return { status: 200, body: order.id };
  }

  /**
   * A PUT writes all fields back as they were read, `tms` too, so that a changed order keeps its change time; and
   * a note loses what looks like a tag (`_checkValForAPI`: `restricthtml`).
   */
  function change(order: Order, asked: unknown): Answer {
    if (locked.has(order.id)) throw new Refused(500, 'Internal Server Error');
    const { note_private, ...fields } = changeSchema.parse(asked);
    Object.assign(order, fields);
    if (note_private !== undefined) order.note_private = note_private.replace(/<(?!br>)[^>]*>/g, '');
    return { status: 200, body: order };
  }

  function nextLineId(): number {
    return orders.reduce((count, { lines }) => count + lines.length, 11);
  }

  function touch(order: Order): void {
    now += 1;
    order.tms = now;
  }

  const faults = createFaultProxy(({ method, url, headers, body }) => {
    calls.push(`${method} ${url.pathname.replace('/api/index.php', '')}`);
    try {
      if (headers.dolapikey !== apiKey) throw new Refused(401, 'Unauthorized');
      const { status, body: given } = answer(method, url, body);
      return { status, ...asJson(given) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: error.answer.status, ...asJson(error.answer.body) };
    }
  });

  return {
    faults,
    calls,
    orders,
    movements,
    /** @param tms Seconds since 1970; later than all before when it is not told. */
    plan(qty: number, { product = 42, tms }: { product?: number; tms?: number } = {}): Order {
      const id = orders.length + 1;
      const planned = { fk_warehouse: null, fk_mrp_production: null };
      const order: Order = {
        id,
        ref: `MO2611-${String(id).padStart(4, '0')}`,
        fk_product: product,
        qty,
        status: statuses.validated,
        tms: 0,
        note_private: '',
        lines: [],
      };
      orders.push(order);
      order.lines.push(
        { id: nextLineId(), role: 'toconsume', qty: qty * consumedEach, ...planned },
        { id: nextLineId() + 1, role: 'toproduce', qty, ...planned },
      );
      touch(order);
      if (tms !== undefined) order.tms = tms;
      return order;
    },
    /** What a person does in its own screens, which renews the change time. */
    setStatus(order: Order, status: keyof typeof statuses) {
      order.status = statuses[status];
      touch(order);
    },
    /** In its own screens, which plan its lines anew. */
    changeQuantity(order: Order, qty: number) {
      for (const line of order.lines) if (isPlanned(line)) line.qty = (line.qty * qty) / order.qty;
      order.qty = qty;
      touch(order);
    },
    /** All of it, in its own screens. */
    finishByHand(order: Order) {
      order.lines.push({
        id: nextLineId(),
        role: 'produced',
        qty: order.qty,
        fk_warehouse: 1,
        fk_mrp_production: null,
      });
      order.status = statuses.produced;
      touch(order);
    },
    touch,
    lock: (order: Order) => void locked.add(order.id),
    unlock: (order: Order) => void locked.delete(order.id),
    silentNoOp: () => {
      silent = 1;
    },
  };
}

/** Some of its answers are a number alone. */
function asJson(body: unknown) {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function isPlanned({ role }: Line): boolean {
  return role === 'toconsume' || role === 'toproduce';
}

function isComplete({ lines }: Order): boolean {
  return lines.filter(isPlanned).every((planned) => {
    const done = lines.filter(({ fk_mrp_production }) => fk_mrp_production === planned.id);
    return done.reduce((sum, { qty }) => sum + qty, 0) >= planned.qty;
  });
}

/** `sqlfilters`: no value may have a quote or a bracket in it; `tms` is compared in the server's local time. */
function matches(filter: string): (order: Order) => boolean {
  const conditions = [...filter.matchAll(/\(t\.(\w+):(=|>=|in):('?)([^'()]*)\3\)/g)];
  const rest = conditions.reduce((text, [whole]) => text.replace(whole, ''), filter);
  if (rest.replaceAll(' and ', '') !== '')
    throw new Refused(400, 'Bad Request', 'Error when validating parameter sqlfilters -> Bad syntax');
  return (order) =>
    conditions.every(([, field, operator, , value = '']) => {
      if (field === 'ref') return order.ref === value;
      if (field === 'rowid') return order.id === Number(value);
      if (field === 'status' && operator === 'in') return value.split(',').includes(String(order.status));
      return field === 'tms' && onTheWall(order.tms) >= value;
    });
}

/** `2026-11-24 05:00:00`, as its database shows a time. */
function onTheWall(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString('sv-SE', { timeZone: dolibarrZone });
}

/** It makes its `tms` of what the database shows (`jdate`), so of an hour that is there twice it tells one. */
function shownBy({ tms, ...order }: Order): Order {
  return { ...order, tms: Date.parse(instantIn(dolibarrZone, onTheWall(tms)) ?? '') / 1000 };
}

import type * as z from 'zod/mini';
import { createFaultProxy } from '../conformance/fault-proxy.ts';
import {
  type Answer,
  type amounts,
  badFilter,
  changeSchema,
  cleaned,
  consumedEach,
  dolibarrZone,
  isComplete,
  isPlanned,
  type Line,
  type Movement,
  matches,
  maxNoteBytes,
  type Order,
  type Plan,
  produceSchema,
  Refused,
  shownBy,
  statuses,
  usualWarehouse,
} from './dolibarr-records.ts';

/**
 * As much of Dolibarr 22 as the configuration uses, with what was seen on a real 22.0.4 and stands in its sources:
 * htdocs/mrp/class/api_mos.class.php:102 (`index`), :224 (`put`) and :713 (`produceAndConsume`),
 * htdocs/mrp/class/moline.class.php:95 (fields) and :247 (`create`), htdocs/mrp/class/mo.class.php:846
 * (`updateProduction`: fixed quantities), htdocs/product/class/api_products.class.php:198 (`index`) and
 * htdocs/product/stock/class/api_stockmovements.class.php:100 (`index`).
 *
 * These lines, and those in the other comments about Dolibarr, are of 22.0.4 of github.com/Dolibarr/dolibarr. They were
 * read in a copy of it, github.com/Platforms-World/dolibarr-copy at 5c3938059a3ef59b79829e067baffb53f2b34e08, whose
 * folder dolibarr is htdocs.
 * @param databaseZone By which its database writes and compares change times, while PHP shows them by `dolibarrZone`.
 */
export function createDolibarr(apiKey: string, databaseZone = dolibarrZone) {
  const orders: Order[] = [];
  const movements: Movement[] = [];
  /**
   * Products by id. Those with `status_batch` are tracked by lot; type 1 is a service; without `stockable_product` it is
   * not kept in stock.
   */
  const products = new Map(
    [
      { id: 42, ref: 'CHAIR' },
      { id: 43, ref: 'BATCH', status_batch: '1' },
      { id: 51, ref: 'WOOD' },
      { id: 52, ref: 'SETUP' },
      { id: 53, ref: 'LABOUR', type: '1' },
      { id: 54, ref: 'GLUE', stockable_product: '0' },
    ].map((own) => [own.id, { type: '0', status_batch: '0', stockable_product: '1', ...own }]),
  );
  const locked = new Set<number>();
  let isSilent = false;
  let now = 1_790_000_000;

  function answer(method: string, url: URL, body: string): Answer {
    const route = url.pathname.replace('/api/index.php', '');
    if (route === '/mos') return listOrders(url.searchParams);
    if (route === '/stockmovements') return listMovements(url.searchParams);
    if (route === '/products') return listProducts(url.searchParams);
    const [, resource, id, act] = route.split('/');
    if (resource === 'products') {
      const product = products.get(Number(id));
      if (!product) throw new Refused(404, 'Not Found', 'Product not found');
      return { status: 200, body: product };
    }
    const order = orders.find((one) => one.id === Number(id));
    if (!order) throw new Refused(404, 'Not Found', 'MO not found');
    if (method === 'GET') return { status: 200, body: shownBy(order, databaseZone) };
    return act === 'produceandconsume' ? produce(order, JSON.parse(body)) : change(order, JSON.parse(body));
  }

  function listProducts(query: URLSearchParams): Answer {
    const [, ids = ''] = /^\(t\.rowid:in:([\d,]+)\)$/.exec(query.get('sqlfilters') ?? '') ?? [];
    const found = ids.split(',').flatMap((id) => products.get(Number(id)) ?? []);
    return { status: 200, body: found.slice(0, Number(query.get('limit') ?? 100)) };
  }

  /**
   * `plimit($limit + 1, $offset)`, and all of them are given: one more than asked for, which the next page begins with
   * (api_mos.class.php:154 and :161). None is a list, too (:173).
   */
  function listOrders(query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 100);
    const offset = limit * Number(query.get('page') ?? 0);
    const found = orders.filter(matches(query.get('sqlfilters') ?? '', databaseZone));
    const isUnique = query.get('sortfield') === 't.tms,t.rowid';
    // Without a unique key, equal rows come in any order, and in another one for each offset.
    const at = ({ id }: Order) => (isUnique ? id : (id * 7919 + offset * 104_729) % 97);
    found.sort((a, b) => a.tms - b.tms || at(a) - at(b));
    const page = found.slice(offset, offset + limit + 1);
    return { status: 200, body: page.map((order) => shownBy(order, databaseZone)) };
  }

  /**
   * Here the row too many is left out (api_stockmovements.class.php:136); a filter that it does not understand is a 400
   * (:118).
   */
  function listMovements(query: URLSearchParams): Answer {
    const [, code] = /^\(t\.inventorycode:=:'([^'()]*)'\)$/.exec(query.get('sqlfilters') ?? '') ?? [];
    if (code === undefined) throw badFilter();
    const found = movements.filter(({ inventorycode }) => inventorycode === code);
    return { status: 200, body: found.slice(0, Number(query.get('limit') ?? 100)) };
  }

  /** Booked in one transaction (api_mos.class.php:770 and :914); the same inventorycode twice books twice. */
  function produce(order: Order, asked: unknown): Answer {
    if (order.status !== statuses.validated && order.status !== statuses.inProgress)
      throw new Refused(405, 'Method Not Allowed', 'Error bad status of MO');
    // A deadlock or a lock that is waited for too long rolls back, without a word of the database.
    if (locked.has(order.id)) throw new Refused(500, 'Internal Server Error');
    const { inventorycode, autoclose, ...arrays } = produceSchema.parse(asked);
    const booked = (['arraytoconsume', 'arraytoproduce'] as const).flatMap((name) =>
      arrays[name].map((asked) => lineOf(order, name, asked)),
    );
    if (isSilent) {
      isSilent = false;
      return { status: 200, body: order.id };
    }
    for (const { qty, disable_stock_change, fk_product, fk_warehouse } of booked) {
      if (disable_stock_change === 1 || fk_warehouse === null) continue;
      const of = { inventorycode, origin_id: order.id, fk_product, warehouse_id: fk_warehouse, qty };
      movements.push({ id: movements.length + 1, ...of });
    }
    for (const line of booked) order.lines.push({ ...line, id: nextLineId() });
    order.status = autoclose > 0 && isComplete(order) ? statuses.produced : statuses.inProgress;
    touch(order);
    return { status: 200, body: order.id };
  }

  /** One line of a booking, as it is asked for. */
  function lineOf(
    order: Order,
    name: 'arraytoconsume' | 'arraytoproduce',
    { objectid, qty, fk_warehouse }: z.output<typeof amounts>[number],
  ): Line {
    const line = order.lines.find(({ id }) => id === objectid);
    const error = (sentence = '') => new Refused(500, 'Internal Server Error', sentence);
    if (!line) throw error(`MoLine with rowid ${objectid} not exist.`);
    const product = products.get(line.fk_product);
    if (product?.status_batch === '1')
      throw error(`Product ${product.ref} must be in batch, this API can't handle it currently.`);
    const moves = line.disable_stock_change === 0;
    if (moves && fk_warehouse !== undefined && !(fk_warehouse > 0))
      throw error(`Field fk_warehouse required in ${name}`);
    // MouvementStock::_create answers 0 without a warehouse (mouvementstock.class.php:279), for a service (:328) and for
    // what is not kept in stock (:495), and `$idstockmove <= 0` is an error without words (api_mos.class.php:834).
    if (moves && (product?.type === '1' || product?.stockable_product === '0' || fk_warehouse === undefined))
      throw error();
    // It looks at no quantity, but the line does (moline.class.php:249).
    if (qty === 0) throw error('ErrorEmptyValueForQty');
    const role = name === 'arraytoconsume' ? 'consumed' : 'produced';
    return { ...line, role, qty, fk_warehouse: fk_warehouse ?? null, fk_mrp_production: line.id };
  }

  /**
   * A PUT writes all fields back as they were read, `tms` too, so that a changed order keeps its change time
   * (htdocs/core/class/commonobject.class.php:10264, `setSaveQuery`, and :10853); and a note loses what looks like a
   * tag (htdocs/api/class/api.class.php:107, `_checkValForAPI`: `restricthtml`).
   */
  function change(order: Order, asked: unknown): Answer {
    if (locked.has(order.id)) throw new Refused(500, 'Internal Server Error');
    const { note_private, ...fields } = changeSchema.parse(asked);
    Object.assign(order, fields);
    if (note_private !== undefined) {
      if (Buffer.byteLength(note_private) > maxNoteBytes) throw new Refused(500, 'Internal Server Error');
      order.note_private = cleaned(note_private);
    }
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
    orders,
    movements,
    plan(qty: number, plan: Plan = {}): Order {
      const { product = 42, tms, warehouse = usualWarehouse, components = [] } = plan;
      const id = orders.length + 1;
      const usual = {
        qty_frozen: 0,
        disable_stock_change: 0,
        fk_warehouse: null,
        fk_mrp_production: null,
      } as const;
      const order: Order = {
        id,
        ref: `MO2611-${String(id).padStart(4, '0')}`,
        fk_product: product,
        qty,
        status: statuses.validated,
        fk_warehouse: warehouse,
        tms: 0,
        date_creation: tms ?? now,
        date_end_planned: '',
        note_private: '',
        lines: [],
      };
      orders.push(order);
      const planned = [
        { role: 'toconsume', fk_product: 51, qty: qty * consumedEach },
        { role: 'toproduce', fk_product: product, qty },
        ...components.map((component) => ({ role: 'toconsume', ...component }) as const),
      ] as const;
      for (const line of planned) order.lines.push({ ...usual, ...line, id: nextLineId() });
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
    /** @param end Seconds since 1970. */
    changeEnd(order: Order, end: number) {
      order.date_end_planned = end;
      touch(order);
    },
    /** All of it, in its own screens. */
    finishByHand(order: Order) {
      const line = order.lines.find(({ role }) => role === 'toproduce');
      if (line) order.lines.push({ ...line, id: nextLineId(), role: 'produced', qty: order.qty });
      order.status = statuses.produced;
      touch(order);
    },
    touch,
    lock: (order: Order) => void locked.add(order.id),
    unlock: (order: Order) => void locked.delete(order.id),
    silentNoOp: () => {
      isSilent = true;
    },
  };
}

/** Some of its answers are a number alone. */
function asJson(body: unknown) {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

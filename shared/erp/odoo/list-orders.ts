import * as z from 'zod/mini';
import type { ErpOrder, Watermark } from '../../model/orders.ts';
import { describeMismatches, parse, stepInto } from '../../platform/validation.ts';
import type { ReleasedOrdersPage, UnreadableOrder } from '../connector.ts';
import { beginning, createRowReader, placesOf, type ReadRows, unreadableOrder } from '../read-rows.ts';
import type { OdooReader } from './client.ts';
import type { OdooLook } from './context.ts';
import { isOpen, isRestByHand, nameWithoutSuffix, originOf, wholeQuantity } from './family.ts';
import { readMarks } from './marks.ts';
import type { OdooOptions } from './options.ts';
import {
  decimalOf,
  fromOdooTime,
  type ListedProduction,
  listedProductionSchema,
  listedProductSchema,
  placeSchema,
  type Sibling,
  siblingSchema,
  toOdooTime,
} from './records.ts';

const fields = [
  ...['name', 'origin', 'product_id', 'product_qty', 'product_uom_id', 'state', 'write_date'],
  ...['date_deadline', 'priority', 'backorder_sequence'],
];

/** One of `to_close` is built: work that is only to be finished. */
const defaultStates = ['confirmed', 'progress'];

/**
 * Orders by change time. `write_date` has microseconds in the database, is compared with them, and is read
 * without: within a second neither equality nor the order of ids can be relied upon. So a page starts at the
 * last second read, and leaves out the orders of that second which were listed already.
 */
export async function* listReleasedOrders(
  client: OdooReader,
  lookingWith: (signal: AbortSignal) => Promise<OdooLook>,
  options: OdooOptions,
  since: Watermark | undefined,
  signal: AbortSignal,
): AsyncIterable<ReleasedOrdersPage> {
  const { pageSize = 80, orderFields = [], states: released = defaultStates } = options;
  const states = since ? [...released, 'cancel'] : released;
  let second = since && toOdooTime(since.changedAt);
  let listedInSecond: number[] = [];
  let watermark = since ?? beginning;
  let limit = pageSize;
  const readRows = createRowReader(listedProductionSchema, {
    partner: 'Odoo',
    names: ['name', 'id'],
    list: '$',
  });

  while (true) {
    const domain = [['state', 'in', states], ...changedSince(second, listedInSecond)];
    const rows = await read(domain, { order: 'write_date asc, id asc', limit });
    const places = placesOf(rows, placeSchema);
    const last = places.at(-1);
    // No row tells its place, so the next page cannot begin behind one: a larger page sees further.
    if (!last && rows.length === limit) {
      limit *= 2;
      continue;
    }
    if (last) {
      const inLastSecond = places.filter((one) => one.write_date === last.write_date).map(({ id }) => id);
      listedInSecond = last.write_date === second ? [...listedInSecond, ...inLastSecond] : inLastSecond;
      second = last.write_date;
      watermark = { changedAt: fromOdooTime(second), id: String(last.id) };
    }
    if (rows.length > 0) {
      const { fitting, unreadable } = readRows(rows);
      const work = { fitting: await asOrders(fitting, lookingWith, readOrders, signal), unreadable };
      yield { ...(await withArticles(client, work, released, signal)), watermark };
    }
    if (rows.length < limit) return;
  }

  function read(domain: unknown[], page: Readonly<Record<string, unknown>> = {}): Promise<unknown[]> {
    return client.read({
      model: 'mrp.production',
      method: 'search_read',
      named: { domain, fields: [...fields, ...orderFields], ...page },
      answer: z.array(z.unknown()),
      signal,
    });
  }

  /** One that cannot be read was told when it was listed itself. */
  async function readOrders(domain: unknown[]): Promise<readonly ListedProduction[]> {
    return readRows(await read(domain)).fitting;
  }
}

function changedSince(second: string | undefined, listed: readonly number[]): unknown[] {
  if (second === undefined) return [];
  if (listed.length === 0) return [['write_date', '>=', second]];
  const nextSecond = toOdooTime(new Date(Date.parse(fromOdooTime(second)) + 1000));
  return ['|', ['write_date', '>=', nextSecond], '&', ['write_date', '>=', second], ['id', 'not in', listed]];
}

/**
 * What our bookings have left of an order is listed as that order, with its whole quantity: parts of it may not have been
 * taken in yet. What a person's booking has left is no work of its own; what he split off is.
 */
async function asOrders(
  listed: readonly ListedProduction[],
  lookingWith: (signal: AbortSignal) => Promise<OdooLook>,
  readOrders: (domain: unknown[]) => Promise<readonly ListedProduction[]>,
  signal: AbortSignal,
): Promise<readonly ListedProduction[]> {
  const splitOff = listed.filter(({ backorder_sequence }) => Number(backorder_sequence) > 1);
  if (splitOff.length === 0) return listed;
  const look = await lookingWith(signal);
  const found = await readFamilies(look, splitOff, signal);
  const marks = await readMarks(
    look,
    found.filter(({ state }) => state === 'done'),
  );
  const families = Map.groupBy(found, familyOf);
  const rests = new Set<number>();
  const origins = new Map<number, Pick<ListedProduction, 'product_qty' | 'state'>>();
  for (const { id, state } of splitOff) {
    const member = found.find((each) => each.id === id);
    const family = member ? (families.get(familyOf(member)) ?? []) : [];
    const origin = member && originOf(member, family, marks);
    if (origin || (member && isRestByHand(member, family, marks))) rests.add(id);
    if (origin && isOpen({ state }))
      origins.set(origin.id, { product_qty: wholeQuantity(origin, family, marks), state });
  }
  const orders = origins.size === 0 ? [] : await readOrders([['id', 'in', [...origins.keys()]]]);
  return [
    ...listed.filter(({ id }) => !rests.has(id)),
    ...orders.map((order) => ({ ...order, ...origins.get(order.id) })),
  ];
}

function readFamilies(
  { client }: OdooLook,
  splitOff: readonly ListedProduction[],
  signal: AbortSignal,
): Promise<Sibling[]> {
  const bases = [...new Set(splitOff.map(({ name }) => nameWithoutSuffix(name)))];
  return client.read({
    model: 'mrp.production',
    method: 'search_read',
    named: {
      domain: [
        ...bases.slice(1).map(() => '|'),
        ...bases.map((base) => ['name', '=like', `${escapeLike(base)}-%`]),
      ],
      fields: [
        'name',
        'product_qty',
        'state',
        'backorder_sequence',
        'company_id',
        'create_date',
        'write_date',
      ],
    },
    answer: z.array(siblingSchema),
    signal,
  });
}

/** Two companies may have orders of one name. */
function familyOf({ name, company_id }: Sibling): string {
  return `${company_id ? company_id[0] : ''} ${nameWithoutSuffix(name)}`;
}

/** `%` and `_` stand for others in PostgreSQL's LIKE. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** An order whose product Odoo does not tell cannot be read either: nobody knows what to build. */
async function withArticles(
  client: OdooReader,
  { fitting, unreadable }: ReadRows<ListedProduction>,
  released: readonly string[],
  signal: AbortSignal,
): Promise<Pick<ReleasedOrdersPage, 'orders' | 'unreadable'>> {
  if (fitting.length === 0) return { orders: [], unreadable };
  const products = await client.read({
    model: 'product.product',
    method: 'search_read',
    named: {
      // Archived products are hidden unless the domain speaks of `active`; their orders are not.
      domain: [['id', 'in', [...new Set(fitting.map((one) => one.product_id[0]))]]],
      fields: ['default_code'],
    },
    context: { active_test: false },
    answer: z.array(z.unknown()),
    signal,
  });
  const byId = new Map(products.map((product) => [stepInto(product, 'id'), product]));
  const orders: ErpOrder[] = [];
  const withoutProduct: UnreadableOrder[] = [];
  for (const production of fitting) {
    const [id, name] = production.product_id;
    const product = parse(listedProductSchema, byId.get(id));
    if (product.ok) orders.push(orderOf(production, product.value.default_code, released));
    else {
      const found = describeMismatches(product.mismatches);
      const why = `its product ${name} (id ${id}) is not as expected (${found})`;
      const correct = 'Correct the product, or the rights of our user to it, and save the order';
      withoutProduct.push(unreadableOrder('Odoo', production.name, why, correct));
    }
  }
  return { orders, unreadable: [...unreadable, ...withoutProduct] };
}

function orderOf(production: ListedProduction, code: string | false, released: readonly string[]): ErpOrder {
  const { id, product_id, product_qty, product_uom_id, date_deadline, state } = production;
  return {
    id: String(id),
    number: numberOf(production),
    // A product without an internal reference is known by its name.
    article: code || product_id[1],
    quantity: { amount: decimalOf(product_qty), ...(product_uom_id ? { unit: product_uom_id[1] } : {}) },
    ...(date_deadline ? { dueDate: fromOdooTime(date_deadline) } : {}),
    state: released.includes(state) ? 'released' : 'cancelled',
    attributes: Object.fromEntries(Object.entries(production).filter(([, value]) => value !== false)),
  };
}

/** An order that a person split keeps its id, and here its number: so that its quantity is what has changed. */
function numberOf({ name, backorder_sequence }: ListedProduction): string {
  return backorder_sequence === 1 ? nameWithoutSuffix(name) : name;
}

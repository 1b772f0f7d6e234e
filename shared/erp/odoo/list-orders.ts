import * as z from 'zod/mini';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import { sumOf } from '../../model/quantity.ts';
import { fieldOf } from '../../platform/json.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ReleasedOrdersPage, UnreadableOrder } from '../connector.ts';
import { listByKeys, positionsOf, type SharedTime, sharedTimeAfter } from '../list-by-keys.ts';
import { createRowReader, onlyOrder, type ReadRows, unreadableOrder } from '../read-rows.ts';
import type { Source } from './client.ts';
import { isOpen, nameWithoutSuffix, readFamilies } from './family.ts';
import { domainOf } from './order.ts';
import {
  decimalOf,
  fromOdooTime,
  idOfReference,
  type ListedProduction,
  listedFields,
  listedProductionSchema,
  many2one,
  positionSchema,
  productSchema,
  reference,
  toOdooTime,
} from './records.ts';

/** An order that is `to_close` is built already, and only to be finished. */
const defaultStates = ['confirmed', 'progress'];

/**
 * As Odoo's own list of manufacturing orders has it (`mrp_production_action`, mrp_production_views.xml): an order that a
 * subcontractor builds has an operation type that is archived (`_get_picking_type_update_values`, stock_warehouse.py of
 * mrp_subcontracting).
 */
const isBuiltHere = ['picking_type_id.active', '=', true];

/**
 * Lists orders by change time. `write_date` has microseconds in the database, is compared with them, and is read
 * without: within a second neither equality nor the order of ids can be relied upon. So a page starts at the
 * last second read, and leaves out the orders of that second which were listed already.
 */
export function listReleasedOrders(
  source: Source,
  since: Watermark | undefined,
): AsyncIterable<ReleasedOrdersPage> {
  const { pageSize = 80, states: released = defaultStates } = source.options;
  const states = since ? [...released, 'cancel'] : released;
  const readRows = rowReader();

  return listByKeys<SharedTime>({
    partner: 'Odoo',
    pageSize,
    since,
    from: since && { time: toOdooTime(since.changedAt), ids: [] },
    async readPage(behind, limit) {
      const domain = [['state', 'in', states], isBuiltHere, ...changedBehind(behind)];
      const rows = await searchOrders(source, domain, { sort: 'write_date asc, id asc', limit });
      const positions = positionsOf(rows, positionSchema);
      return { rows, end: sharedTimeAfter(positions, behind), hasMore: rows.length === limit };
    },
    watermarkOf: ({ time, ids }) => ({ changedAt: fromOdooTime(time), id: ids.at(-1) ?? '' }),
    async ordersOf(rows) {
      const { orders: listed, unreadable } = readRows(rows);
      const orders = await withRestsMerged(source, listed, readRows);
      return withArticles(source, { orders, unreadable }, released);
    },
    endlessBecause: 'something changes the domain of our search; let modules and proxies leave it unchanged',
  });
}

/**
 * One order as it would be listed, and what was produced of it; undefined when Odoo does not show it. One that a subcontractor
 * builds is not released.
 * @throws Rejected
 */
export async function readListedOrder(source: Source, order: ErpOrderRef): Promise<ErpOrder | undefined> {
  const { states = defaultStates } = source.options;
  const own = domainOf(order);
  const here = await searchOrders(source, [...own, isBuiltHere]);
  const [rows, released] = here.length > 0 ? [here, states] : [await searchOrders(source, own), []];
  const { orders: found, unreadable } = rowReader()(rows);
  const wholes = await Promise.all(found.map((one) => withItsRest(source, one)));
  const orders = wholes.map(({ asListed }) => asListed);
  const listed = onlyOrder('Odoo', order, await withArticles(source, { orders, unreadable }, released));
  const [whole] = wholes;
  return listed && whole && { ...listed, produced: await readProduced(source, whole) };
}

function searchOrders(
  { search, options: { orderFields = [] } }: Source,
  domain: readonly unknown[],
  page = {},
): Promise<unknown[]> {
  const fields = [...listedFields, ...orderFields];
  return search('mrp.production', { domain, fields, row: z.unknown(), ...page });
}

function rowReader() {
  const named = { partner: 'Odoo', names: ['name', 'id'], list: '$' };
  return createRowReader(listedProductionSchema, (listed) => listed, named);
}

function changedBehind(behind: SharedTime | undefined): unknown[] {
  if (behind === undefined) return [];
  const { time, ids } = behind;
  const next = toOdooTime(new Date(Date.parse(fromOdooTime(time)) + 1000));
  const listed = ids.map(Number);
  return ['|', ['write_date', '>=', next], '&', ['write_date', '>=', time], ['id', 'not in', listed]];
}

/**
 * Lists what our bookings have left of an order as that order, with its whole quantity: some of its parts may not have
 * been taken in yet. The rest of a person's booking is left out, as it is no new work; what a person split off is listed.
 */
async function withRestsMerged(
  source: Source,
  listed: readonly ListedProduction[],
  readRows: ReturnType<typeof rowReader>,
): Promise<readonly ListedProduction[]> {
  const splitOff = listed.filter(({ backorder_sequence }) => Number(backorder_sequence) > 1);
  if (splitOff.length === 0) return listed;
  const familyOf = await readFamilies(await source.connect(), splitOff);
  const rests = new Set<number>();
  const origins = new Map<number, Partial<ListedProduction>>();
  for (const one of splitOff) {
    const family = familyOf(one);
    if (!family) continue;
    const origin = family.originOf(one);
    if (origin || family.isRestByHand(one)) rests.add(one.id);
    if (origin && isOpen(one)) origins.set(origin.id, family.asOne(origin));
  }
  const found = origins.size === 0 ? [] : await searchOrders(source, [['id', 'in', [...origins.keys()]]]);
  // Those that cannot be read are left out: they are reported when they are listed themselves.
  const { orders } = readRows(found);
  return [
    ...listed.filter(({ id }) => !rests.has(id)),
    ...orders.map((order) => ({ ...order, ...origins.get(order.id) })),
  ];
}

interface WholeOrder {
  readonly asListed: ListedProduction;
  /** It and its rests, those that are done. */
  readonly done: readonly Pick<ListedProduction, 'id'>[];
}

/** An order of which our bookings have left a rest, as the listing shows it that meets the rest. */
async function withItsRest({ connect }: Source, order: ListedProduction): Promise<WholeOrder> {
  if (order.state !== 'done') return { asListed: order, done: [] };
  const familyOf = order.backorder_sequence ? await readFamilies(await connect(), [order]) : undefined;
  const family = familyOf?.(order);
  if (!family) return { asListed: order, done: [order] };
  const done = family.wholeOf(order).filter(({ state }) => state === 'done');
  return { asListed: { ...order, ...family.asOne(order) }, done };
}

const finishedMoveSchema = z.object({ quantity: z.number(), product_uom: reference, scrap_id: many2one });

/**
 * Odoo books nothing of an order before it is done. Then the moves of its product are the order's (`production_id`): what came
 * out, scrap included, and each scrap again, on its way out of stock (mrp/models/stock_scrap.py:33 (17.0), :41 (18.0), :43
 * (19.0), `_prepare_move_values`). They are read like those of a booking, by the right that it needs. Undefined where a person
 * has counted them in another unit.
 */
async function readProduced(
  { search }: Source,
  { asListed: { product_id, product_uom_id }, done }: WholeOrder,
): Promise<ErpOrder['produced']> {
  if (done.length === 0) return { good: '0', scrap: '0' };
  const moves = await search('stock.move', {
    domain: [
      ['production_id', 'in', done.map(({ id }) => id)],
      ['product_id', '=', product_id[0]],
      ['state', '=', 'done'],
    ],
    row: finishedMoveSchema,
  });
  if (moves.some(({ product_uom }) => product_uom[0] !== idOfReference(product_uom_id))) return undefined;
  const sumFor = (isScrap: boolean) =>
    sumOf(
      moves
        .filter(({ scrap_id }) => (idOfReference(scrap_id) !== undefined) === isScrap)
        .map(({ quantity }) => decimalOf(quantity)),
    );
  const [all, scrap] = [sumFor(false), sumFor(true)];
  return { good: sumOf([all, `-${scrap}`]), scrap };
}

/**
 * Adds the articles. An order whose product cannot be read is unreadable: nobody knows what to build.
 * @param released States in which one of them is released.
 */
async function withArticles(
  { search }: Source,
  { orders: listed, unreadable }: ReadRows<ListedProduction>,
  released: readonly string[],
): Promise<ReadRows<ErpOrder>> {
  if (listed.length === 0) return { orders: [], unreadable };
  const products = await search('product.product', {
    domain: [['id', 'in', [...new Set(listed.map((one) => one.product_id[0]))]]],
    fields: Object.keys(productSchema.shape),
    // Odoo hides archived products by default, but not their orders.
    context: { active_test: false },
    row: z.unknown(),
  });
  const byId = new Map(products.map((product) => [fieldOf(product, 'id'), product]));
  const orders: ErpOrder[] = [];
  const withoutProduct: UnreadableOrder[] = [];
  for (const production of listed) {
    const [id, name] = production.product_id;
    const product = parse(productSchema, byId.get(id));
    if (product.ok) orders.push(erpOrderFromOdoo(production, product.value.default_code, released));
    else {
      const found = describeMismatches(product.mismatches);
      const why = `its product ${name} (id ${id}) is not as expected (${found})`;
      const correct = 'Correct the product, or the rights of our user to it, and save the order';
      withoutProduct.push(unreadableOrder('Odoo', production.name, why, correct));
    }
  }
  return { orders, unreadable: [...unreadable, ...withoutProduct] };
}

function erpOrderFromOdoo(
  production: ListedProduction,
  code: string | false,
  released: readonly string[],
): ErpOrder {
  const { id, name, backorder_sequence, product_id, product_qty, product_uom_id } = production;
  const { date_deadline, state, write_date } = production;
  return {
    id: String(id),
    // One that a person split keeps its id, and its number here, so that only its quantity has changed.
    number: backorder_sequence === 1 ? nameWithoutSuffix(production) : name,
    // A product without an internal reference goes by its name.
    article: code || product_id[1],
    quantity: { amount: decimalOf(product_qty), ...(product_uom_id ? { unit: product_uom_id[1] } : {}) },
    dueDate: date_deadline ? fromOdooTime(date_deadline) : undefined,
    state: released.includes(state) ? 'released' : state === 'cancel' ? 'cancelled' : 'other',
    changedAt: fromOdooTime(write_date),
    attributes: Object.fromEntries(Object.entries(production).filter(([, value]) => value !== false)),
  };
}

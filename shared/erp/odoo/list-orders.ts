import * as z from 'zod/mini';
import type { ErpOrder, Watermark } from '../../model/orders.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import type { OdooClient } from './client.ts';
import type { OdooOptions } from './options.ts';
import {
  decimalOf,
  fromOdooTime,
  type ListedProduction,
  listedProductionSchema,
  productSchema,
  toOdooTime,
} from './records.ts';

const fields = [
  ...['name', 'origin', 'product_id', 'product_qty', 'product_uom_id', 'state', 'write_date'],
  ...['date_deadline', 'priority', 'backorder_sequence'],
];

/**
 * Orders by change time. `write_date` has microseconds in the database, is compared with them, and is read
 * without: within a second neither equality nor the order of ids can be relied upon. So a page starts at the
 * last second read, and leaves out the orders of that second which were listed already.
 */
export async function* listReleasedOrders(
  client: OdooClient,
  options: OdooOptions,
  since: Watermark | undefined,
  signal: AbortSignal,
): AsyncIterable<ReleasedOrdersPage> {
  const { pageSize = 80, orderFields = [], backorder } = options;
  const released = options.states ?? ['confirmed', 'progress', 'to_close'];
  const states = since ? [...released, 'cancel'] : released;
  // A backorder is the rest of an order that is known already, unless a person may have made it.
  // Orders from before 14 have no sequence at all.
  const ofOrder =
    backorder === 'keep' ? ['|', ['backorder_sequence', '=', false], ['backorder_sequence', '<=', 1]] : [];
  let second = since && toOdooTime(since.changedAt);
  let listedInSecond: number[] = [];

  while (true) {
    const productions = await client.call({
      model: 'mrp.production',
      method: 'search_read',
      named: {
        domain: [['state', 'in', states], ...ofOrder, ...changedSince(second, listedInSecond)],
        fields: [...fields, ...orderFields],
        order: 'write_date asc, id asc',
        limit: pageSize,
      },
      answer: z.array(listedProductionSchema),
      writes: false,
      signal,
    });
    const last = productions.at(-1);
    if (!last) return;
    const orders = await withArticles(client, productions, released, signal);
    const inLastSecond = productions.filter((one) => one.write_date === last.write_date).map(({ id }) => id);
    listedInSecond = last.write_date === second ? [...listedInSecond, ...inLastSecond] : inLastSecond;
    second = last.write_date;
    yield { orders, watermark: { changedAt: fromOdooTime(second), id: String(last.id) } };
    if (productions.length < pageSize) return;
  }
}

function changedSince(second: string | undefined, listed: readonly number[]): unknown[] {
  if (second === undefined) return [];
  if (listed.length === 0) return [['write_date', '>=', second]];
  const nextSecond = toOdooTime(new Date(Date.parse(fromOdooTime(second)) + 1000));
  return ['|', ['write_date', '>=', nextSecond], '&', ['write_date', '>=', second], ['id', 'not in', listed]];
}

async function withArticles(
  client: OdooClient,
  productions: readonly ListedProduction[],
  released: readonly string[],
  signal: AbortSignal,
): Promise<ErpOrder[]> {
  const products = await client.call({
    model: 'product.product',
    method: 'search_read',
    named: {
      // Archived products are hidden unless the domain speaks of `active`; their orders are not.
      domain: [['id', 'in', [...new Set(productions.map((one) => one.product_id[0]))]]],
      fields: ['default_code', 'tracking'],
    },
    context: { active_test: false },
    answer: z.array(productSchema),
    writes: false,
    signal,
  });
  const codes = new Map(products.map((product) => [product.id, product.default_code]));
  return productions.map((production) => orderOf(production, codes.get(production.product_id[0]), released));
}

function orderOf(
  production: ListedProduction,
  code: string | false | undefined,
  released: readonly string[],
): ErpOrder {
  const { id, name, product_id, product_qty, product_uom_id, date_deadline, state } = production;
  return {
    id: String(id),
    number: name,
    // A product without an internal reference is known by its name.
    article: code || product_id[1],
    quantity: { amount: decimalOf(product_qty), ...(product_uom_id ? { unit: product_uom_id[1] } : {}) },
    ...(date_deadline ? { dueDate: fromOdooTime(date_deadline) } : {}),
    state: released.includes(state) ? 'released' : 'cancelled',
    attributes: Object.fromEntries(Object.entries(production).filter(([, value]) => value !== false)),
  };
}

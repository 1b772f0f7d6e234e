import * as z from 'zod/mini';
import { Rejected, UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { OdooClient } from './client.ts';
import {
  type BookedProduction,
  bookedProductionSchema,
  type FieldNames,
  type Product,
  productSchema,
} from './records.ts';

const bookedFields = [
  ...['name', 'product_id', 'product_qty', 'product_uom_id', 'state', 'write_date', 'qty_producing'],
  ...['qty_produced', 'backorder_sequence', 'company_id'],
];

/** Which of the fields that differ between versions this Odoo has. */
export async function discoverFields(client: OdooClient, signal: AbortSignal): Promise<FieldNames> {
  const allfields = ['procurement_group_id', 'production_group_id', 'lot_producing_id', 'lot_producing_ids'];
  const known = await client.call({
    model: 'mrp.production',
    method: 'fields_get',
    named: { allfields, attributes: ['type'] },
    answer: z.record(z.string(), z.unknown()),
    writes: false,
    signal,
  });
  const group = (['production_group_id', 'procurement_group_id'] as const).find((field) => field in known);
  return { group, lot: 'lot_producing_ids' in known ? 'lot_producing_ids' : 'lot_producing_id' };
}

/**
 * The manufacturing order that is meant, followed by the backorders that Odoo split off from it later, in
 * their order. By id if there is one: Odoo renames an order to …-001 when it makes a backorder.
 * @throws UnknownOrder when there is none; Rejected when there are several, or the id is another order's.
 */
export async function readFamily(
  client: OdooClient,
  names: FieldNames,
  order: ErpOrderRef,
  signal: AbortSignal,
): Promise<[BookedProduction, ...BookedProduction[]]> {
  const found = await searchProductions(client, names, signal, [
    order.id === undefined
      ? ['name', 'in', [order.number, `${order.number}-001`]]
      : ['id', '=', Number(order.id)],
  ]);
  const [own, surplus] = found;
  if (!own) {
    throw new UnknownOrder(
      `Odoo has no manufacturing order ${order.number}: check the number, and whether it was deleted.`,
    );
  }
  if (surplus) {
    throw new Rejected(
      `Odoo has several manufacturing orders ${order.number}: book the completion by hand.`,
      { code: 'order-data' },
    );
  }
  if (own.name !== order.number && !own.name.startsWith(`${order.number}-`)) {
    throw new Rejected(
      `Odoo's manufacturing order with id ${order.id} is ${own.name}, not ${order.number}: check the order, and the database.`,
      { code: 'order-data' },
    );
  }
  const group = names.group && own[names.group];
  if (own.backorder_sequence === 0 || !names.group || !group) return [own];
  const later = await searchProductions(client, names, signal, [
    [names.group, '=', group[0]],
    ['backorder_sequence', '>', own.backorder_sequence],
    ['product_id', '=', own.product_id[0]],
  ]);
  // Other orders of the same sales order can be in the group, too: a backorder keeps the name up to its suffix.
  const split = later.filter((one) => withoutSuffix(one.name) === withoutSuffix(own.name));
  return [own, ...split.toSorted((a, b) => a.backorder_sequence - b.backorder_sequence)];
}

function withoutSuffix(name: string): string {
  return name.replace(/-\d+$/, '');
}

export async function readProduction(
  client: OdooClient,
  names: FieldNames,
  production: BookedProduction,
  signal: AbortSignal,
): Promise<BookedProduction> {
  const [found] = await searchProductions(client, names, signal, [['id', '=', production.id]]);
  // Seen: a missing record reads as an empty list.
  if (!found)
    throw new Rejected(`Odoo no longer has manufacturing order ${production.name}: it was deleted.`, {
      code: 'unknown-order',
    });
  return found;
}

function searchProductions(
  client: OdooClient,
  names: FieldNames,
  signal: AbortSignal,
  domain: readonly unknown[],
): Promise<BookedProduction[]> {
  return client.call({
    model: 'mrp.production',
    method: 'search_read',
    named: { domain, fields: [...bookedFields, ...(names.group ? [names.group] : [])] },
    answer: z.array(bookedProductionSchema),
    writes: false,
    signal,
  });
}

export async function readProduct(
  client: OdooClient,
  production: BookedProduction,
  signal: AbortSignal,
): Promise<Product> {
  const [product] = await client.call({
    model: 'product.product',
    method: 'search_read',
    named: { domain: [['id', '=', production.product_id[0]]], fields: ['default_code', 'tracking'] },
    context: { active_test: false },
    answer: z.array(productSchema),
    writes: false,
    signal,
  });
  if (!product)
    throw new Rejected(
      `Odoo does not let our user read the product of ${production.name}: check its rights.`,
      { code: 'refused-by-erp' },
    );
  return product;
}

import * as z from 'zod/mini';
import { Rejected, UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { OdooLook } from './context.ts';
import { nameWithoutSuffix } from './family.ts';
import { type BookedProduction, bookedProductionSchema, type Product, productSchema } from './records.ts';

const bookedFields = [
  ...['name', 'product_id', 'product_qty', 'product_uom_id', 'state', 'write_date', 'create_date'],
  ...['qty_produced', 'backorder_sequence', 'company_id'],
];

/**
 * The manufacturing order that is meant, by id if there is one: Odoo renames an order to …-001 when it splits it.
 * @throws UnknownOrder when there is none; Rejected when there are several, or the id is another order's.
 */
export async function readOrder(look: OdooLook, order: ErpOrderRef): Promise<BookedProduction> {
  const [own, surplus] = await searchProductions(look, order.number, [
    order.id === undefined
      ? ['name', 'in', [order.number, `${order.number}-001`]]
      : ['id', '=', Number(order.id)],
  ]);
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
  return own;
}

/** The same order, followed by all others that were split off from the same one, in their order. */
export async function readFamily(
  look: OdooLook,
  order: ErpOrderRef,
): Promise<[BookedProduction, ...BookedProduction[]]> {
  const own = await readOrder(look, order);
  const { group } = look.names;
  const shared = group && own[group];
  if (!own.backorder_sequence || !shared) return [own];
  const all = await searchProductions(look, own.name, [
    [group, '=', shared[0]],
    ['product_id', '=', own.product_id[0]],
    ['id', '!=', own.id],
  ]);
  // Other orders of the same sales order can be in the group, too: what is split off keeps the name up to its suffix.
  const split = all.filter((one) => nameWithoutSuffix(one.name) === nameWithoutSuffix(own.name));
  const place = (one: BookedProduction) => Number(one.backorder_sequence);
  return [own, ...split.toSorted((a, b) => place(a) - place(b))];
}

export async function readProduction(
  look: OdooLook,
  production: BookedProduction,
): Promise<BookedProduction> {
  const [found] = await searchProductions(look, production.name, [['id', '=', production.id]]);
  // Seen: a missing record reads as an empty list.
  if (!found)
    throw new Rejected(`Odoo no longer has manufacturing order ${production.name}: it was deleted.`, {
      code: 'unknown-order',
    });
  return found;
}

function searchProductions(
  { client, names, signal }: OdooLook,
  order: string,
  domain: readonly unknown[],
): Promise<BookedProduction[]> {
  return client.read({
    model: 'mrp.production',
    method: 'search_read',
    named: { domain, fields: [...bookedFields, names.lot, ...(names.group ? [names.group] : [])] },
    answer: z.array(bookedProductionSchema),
    order,
    signal,
  });
}

export async function readProduct(
  { client, signal }: OdooLook,
  production: BookedProduction,
): Promise<Product> {
  const [product] = await client.read({
    model: 'product.product',
    method: 'search_read',
    named: { domain: [['id', '=', production.product_id[0]]], fields: ['default_code', 'tracking'] },
    context: { active_test: false },
    answer: z.array(productSchema),
    order: production.name,
    signal,
  });
  if (!product)
    throw new Rejected(
      `Odoo does not let our user read the product of ${production.name}: check its rights.`,
      { code: 'refused-by-erp' },
    );
  return product;
}

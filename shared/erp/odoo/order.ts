import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './connection.ts';
import { nameWithoutSuffix } from './family.ts';
import {
  type BookedProduction,
  bookedFields,
  bookedProductionSchema,
  type Product,
  productSchema,
} from './records.ts';

/**
 * The manufacturing order that is meant, by id if there is one: Odoo renames an order to …-001 when it splits it.
 * @throws UnknownOrder when there is none; Rejected when there are several, or the id is another order's.
 */
export async function readOrder(reader: Reader, order: ErpOrderRef): Promise<BookedProduction> {
  const [own, surplus] = await searchProductions(reader, order.number, domainOf(order));
  if (!own) {
    throw new UnknownOrder(
      `Odoo shows no manufacturing order ${order.number}: check the number, whether it was deleted, and the companies and record rules of our user.`,
    );
  }
  if (surplus) {
    throw rejected(
      'order-data',
      `Odoo has several manufacturing orders ${order.number}: book the completion by hand.`,
    );
  }
  if (own.name !== order.number && !own.name.startsWith(`${order.number}-`)) {
    throw rejected(
      'order-data',
      `Odoo's manufacturing order with id ${order.id} is ${own.name}, not ${order.number}: check the order, and the database.`,
    );
  }
  return own;
}

/** Odoo's domain of one order; without an id, also when it was split, up to 18 twice. */
export function domainOf({ number, id }: ErpOrderRef): unknown[] {
  const names = [number, `${number}-001`, `${number}-001-001`];
  return [id === undefined ? ['name', 'in', names] : ['id', '=', Number(id)]];
}

/** The order, followed by all others that were split from it or from the same one, by their suffix. */
export async function readFamily(
  reader: Reader,
  order: ErpOrderRef,
): Promise<[BookedProduction, ...BookedProduction[]]> {
  const own = await readOrder(reader, order);
  const { group } = reader.names;
  const shared = group && own[group];
  if (!own.backorder_sequence || !shared) return [own];
  const all = await searchProductions(reader, own.name, [
    [group, '=', shared[0]],
    ['product_id', '=', own.product_id[0]],
    ['id', '!=', own.id],
  ]);
  // The group can hold other orders of the same sales order, too; a split order keeps the name up to its suffix.
  const split = all.filter((one) => nameWithoutSuffix(one.name) === nameWithoutSuffix(own.name));
  const place = (one: BookedProduction) => Number(one.backorder_sequence);
  return [own, ...split.toSorted((a, b) => place(a) - place(b))];
}

/** The same order as it is now. */
export async function readProduction(
  reader: Reader,
  { id, name }: BookedProduction,
): Promise<BookedProduction> {
  const [found] = await searchProductions(reader, name, [['id', '=', id]]);
  // Seen: a missing record reads as an empty list.
  if (found) return found;
  throw rejected('unknown-order', `Odoo no longer has manufacturing order ${name}: it was deleted.`);
}

function searchProductions(
  { search, names }: Reader,
  order: string,
  domain: readonly unknown[],
): Promise<BookedProduction[]> {
  const fields = [...bookedFields, names.lot, ...(names.group ? [names.group] : [])];
  return search('mrp.production', { domain, fields, row: bookedProductionSchema, order });
}

/**
 * The product of an order, and another one that has this reference.
 * @throws Rejected when our user may not read it.
 */
export async function readProduct(
  { search }: Reader,
  { product_id: [id], name }: BookedProduction,
  reference: string | undefined,
): Promise<{ readonly product: Product; readonly another: Product | undefined }> {
  const own = ['id', '=', id];
  const found = await search('product.product', {
    domain: reference === undefined ? [own] : ['|', own, ['default_code', '=', reference]],
    context: { active_test: false },
    row: productSchema,
    order: name,
  });
  const product = found.find((one) => one.id === id);
  if (product) return { product, another: found.find((one) => one !== product) };
  throw rejected(
    'refused-by-erp',
    `Odoo does not let our user read the product of ${name}: check its rights.`,
  );
}

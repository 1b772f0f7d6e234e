import type { Completion } from '../../model/completions.ts';
import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { requireArticle } from '../booking-rules.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './client.ts';
import { type OdooProduct, type OdooProduction, odooProductionSchema, productSchema } from './records.ts';

/**
 * The manufacturing order that is meant, by id if there is one: Odoo renames an order to …-001 when it splits it.
 * @throws UnknownOrder when there is none; Rejected when there are several, or the id is another order's.
 */
export async function readOrder(reader: Reader, order: ErpOrderRef): Promise<OdooProduction> {
  const [own, surplus] = await searchProductions(reader, domainOf(order));
  if (!own) {
    const why = `Odoo shows no manufacturing order ${order.number}: check the number, whether it was deleted, and the companies and record rules of our user.`;
    throw new UnknownOrder(why);
  }
  if (surplus) {
    const why = `Odoo has several manufacturing orders ${order.number}: book the completion by hand.`;
    throw rejected('order-data', why);
  }
  if (own.name !== order.number && !own.name.startsWith(`${order.number}-`)) {
    const why = `Odoo's manufacturing order with id ${order.id} is ${own.name}, not ${order.number}: check the order, and the database.`;
    throw rejected('order-data', why);
  }
  return own;
}

/** Odoo's domain of one order; without an id, also when it was split, up to 18 twice. */
export function domainOf({ number, id }: ErpOrderRef): unknown[] {
  const names = [number, `${number}-001`, `${number}-001-001`];
  return [id === undefined ? ['name', 'in', names] : ['id', '=', Number(id)]];
}

export async function readProduction(reader: Reader, { id, name }: OdooProduction): Promise<OdooProduction> {
  const [found] = await searchProductions(reader, [['id', '=', id]]);
  // Seen: a missing record reads as an empty list.
  if (found) return found;
  throw rejected('unknown-order', `Odoo no longer has manufacturing order ${name}: it was deleted.`);
}

export function searchProductions(
  { search, isFrom19 }: Reader,
  domain: readonly unknown[],
): Promise<OdooProduction[]> {
  const unknown = isFrom19 ? 'lot_producing_id' : 'lot_producing_ids';
  const fields = Object.keys(odooProductionSchema.shape).filter((field) => field !== unknown);
  return search('mrp.production', { domain, fields, sort: 'id asc', row: odooProductionSchema });
}

/** @throws Rejected when it is another product than was completed, or our user may not read it. */
export async function readProduct(
  { search }: Reader,
  { product_id: [id, nameOfProduct], name }: OdooProduction,
  completion: Completion,
): Promise<OdooProduct> {
  const { article, erpOrder } = completion;
  const own = ['id', '=', id];
  const found = await search('product.product', {
    domain: article === undefined ? [own] : ['|', own, ['default_code', '=', article]],
    context: { active_test: false },
    row: productSchema,
  });
  const product = found.find((one) => one.id === id);
  if (!product) {
    const why = `Odoo does not let our user read the product of ${name}: check its rights.`;
    throw rejected('refused-by-erp', why);
  }
  // An order with this id keeps its product, whose reference anybody may change: then none has the old one.
  if (erpOrder.id === undefined || found.length > 1)
    requireArticle(completion, product.default_code || nameOfProduct, 'Odoo');
  return product;
}

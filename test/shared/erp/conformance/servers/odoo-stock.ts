import { type OdooRow, userError, validationError } from './odoo-domain.ts';
import type { ProductionBooks } from './odoo-production.ts';

/** For this long, two transactions that create lots do not see each other's. */
const transactionMs = 250;
const createdAt = new WeakMap<OdooRow, number>();

/**
 * Names are unique for a product by a lookup, not by a constraint of the database (stock_lot.py,
 * `_check_unique_lot`): concurrent transactions each create their own (seen).
 */
export function createLot(books: ProductionBooks, values: Readonly<Record<string, unknown>>): OdooRow {
  const now = books.instant();
  const twin = books
    .rows('stock.lot')
    .some(
      (row) =>
        row.name === values.name &&
        row.product_id === values.product_id &&
        now - (createdAt.get(row) ?? 0) > transactionMs,
    );
  if (twin) {
    throw validationError('The combination of serial number and product must be unique across a company.');
  }
  const row = books.insert('stock.lot', { ...values });
  createdAt.set(row, now);
  return row;
}

/** Seen: not idempotent. `do_scrap` makes a stock move each time it runs, whatever the state was. */
export function validateScrap(books: ProductionBooks, scrap: OdooRow): unknown {
  if (Number(scrap.scrap_qty) === 0) throw userError('You can only enter positive quantities.');
  const production = books.rows('mrp.production').find((one) => one.id === scrap.production_id);
  const product = books.rows('product.product').find((one) => one.id === scrap.product_id);
  const moves = books.rows('stock.move').filter((move) => move.scrap_id && move.lot_id === scrap.lot_id);
  const isGone = product?.tracking === 'serial' && moves.length > 0;
  // A finished product can be scrapped only once it is in stock, after the order is done (stock_scrap.py of mrp).
  if (production?.state !== 'done' || isGone) {
    return { type: 'ir.actions.act_window', res_model: 'stock.warn.insufficient.qty.scrap', target: 'new' };
  }
  // Its move is completed like any other: a tracked product needs its lot (_action_done of stock.move.line).
  if (product?.tracking !== 'none' && !scrap.lot_id) {
    throw userError('You need to supply a Lot/Serial Number for product:\nThe product');
  }
  const { id } = books.insert('stock.move', {
    scrap_id: scrap.id,
    product_id: scrap.product_id,
    lot_id: scrap.lot_id,
    quantity: scrap.scrap_qty,
    state: 'done',
  });
  scrap.move_ids = [...(Array.isArray(scrap.move_ids) ? scrap.move_ids : []), id];
  scrap.state = 'done';
  return true;
}

import type { Books } from './odoo-books.ts';
import { type OdooRow, userError, validationError } from './odoo-domain.ts';
import { locations } from './odoo-masters.ts';

/** For this long, two transactions that create lots do not see each other's. */
const transactionMs = 250;
const createdAt = new WeakMap<OdooRow, number>();

/**
 * Names are unique for a product by a lookup, not by a constraint of the database (stock_lot.py:91 (17.0), :98 (18.0),
 * :104 (19.0), `_check_unique_lot`; its words: :101 (17.0), :117 (18.0), :123 (19.0)): concurrent transactions each create their own (seen).
 */
export function createLot(books: Books, values: Readonly<Record<string, unknown>>): OdooRow {
  const now = books.instant();
  const { name, product_id } = values;
  const twin = books
    .where('stock.lot', { name, product_id })
    .some((row) => now - (createdAt.get(row) ?? 0) > transactionMs);
  if (twin) {
    throw validationError(
      books.version < 18
        ? 'The combination of serial number and product must be unique across a company.'
        : 'The combination of lot/serial number and product must be unique within a company including when no company is defined.',
    );
  }
  const row = books.insert('stock.lot', { ...values });
  createdAt.set(row, now);
  return row;
}

/**
 * What was built comes into stock: under the order's location, on the shelf that a putaway rule names
 * (stock_move_line.py:248 (17.0), :254 (18.0), :257 (19.0), `_apply_putaway_strategy`; stock_location.py:262 (17.0),
 * :294 (18.0), :296 (19.0), `_get_putaway_strategy`).
 */
export function receive(books: Books, row: OdooRow, produced: number): void {
  const { id: production_id, product_id, product_uom_id: product_uom, location_dest_id } = row;
  const shared = { product_id, state: 'done' };
  const finished = { ...shared, production_id, product_uom, location_dest_id };
  const move = books.insert('stock.move', { ...finished, quantity: produced });
  const lots = lotsOf(books, row);
  const pieces = lots.length > 1 ? lots : [lots[0] ?? false];
  const quantity = produced / pieces.length;
  for (const lot_id of pieces)
    books.insert('stock.move.line', {
      ...shared,
      move_id: move.id,
      lot_id,
      quantity,
      quantity_product_uom: quantity,
      location_id: locations.production,
      location_dest_id: books.shelf ?? location_dest_id,
      reference: row.name,
    });
}

/**
 * Writes on an order that is done: its finished move changes, and no component (mrp_production.py:886 (17.0), :937 (18.0),
 * :1017 (19.0), `write`).
 */
export function writeOnDone(books: Books, row: OdooRow, values: Readonly<Record<string, unknown>>): void {
  if (row.state !== 'done' || !('qty_producing' in values)) return;
  const quantity = Number(values.qty_producing);
  const moves = books.where('stock.move', { production_id: row.id, scrap_id: undefined });
  for (const move of moves) move.quantity = quantity;
  for (const line of books.rows('stock.move.line'))
    if (moves.some(({ id }) => id === line.move_id))
      Object.assign(line, { quantity, quantity_product_uom: quantity });
  row.qty_produced = quantity;
}

/**
 * What is on hand, without sublocations: `qty_available` is asked with `strict=True` (stock_scrap.py:186 (17.0), :193
 * (18.0), :197 (19.0), `check_available_qty`; product.py:317 of stock, 17.0).
 */
function available(books: Books, { product_id, lot_id, location_id }: OdooRow): number {
  const isOf = (one: OdooRow) => one.product_id === product_id && (one.lot_id || false) === (lot_id || false);
  const sum = (rows: readonly OdooRow[]) => rows.reduce((all, { quantity }) => all + Number(quantity), 0);
  const lines = books.where('stock.move.line', { state: 'done' }).filter(isOf);
  const came = sum(lines.filter((line) => line.location_dest_id === location_id));
  return came - sum(lines.filter((line) => line.location_id === location_id));
}

/**
 * Where it is scrapped from when nobody says it: from where an order that is done puts its products, and one that is not
 * takes its components (mrp/models/stock_scrap.py:29 (18.0), :31 (19.0), `_compute_location_id`); in 17 from the stock
 * of the company's first warehouse (stock/models/stock_scrap.py:63, 17.0).
 */
export function scrapLocation(books: Books, { production_id }: Record<string, unknown>): unknown {
  const production = books.find('mrp.production', production_id);
  const isFromOrder = books.version >= 18 && production?.state === 'done';
  return isFromOrder ? production.location_dest_id : locations.stock;
}

/**
 * Seen: not idempotent. `do_scrap` makes a stock move each time it runs, whatever the state was. It also gives the order
 * its name: every draft is called New (stock_scrap.py:17 and :140 (17.0), :148 (18.0), :152 (19.0)).
 */
export function validateScrap(books: Books, scrap: OdooRow): unknown {
  if (Number(scrap.scrap_qty) === 0) throw userError('You can only enter positive quantities.');
  if (available(books, scrap) < Number(scrap.scrap_qty))
    return { type: 'ir.actions.act_window', res_model: 'stock.warn.insufficient.qty.scrap', target: 'new' };
  const { product_id, lot_id, location_id, scrap_qty: quantity } = scrap;
  const shared = { product_id, lot_id, location_id, quantity, state: 'done' };
  // Its move is one of the order's (mrp/models/stock_scrap.py:33 (17.0), :41 (18.0), :43 (19.0),
  // `_prepare_move_values`).
  const { id } = books.insert('stock.move', {
    ...shared,
    scrap_id: scrap.id,
    product_uom: scrap.product_uom_id,
    production_id: scrap.production_id,
  });
  books.insert('stock.move.line', { ...shared, move_id: id, location_dest_id: locations.scrap });
  scrap.move_ids = [...(Array.isArray(scrap.move_ids) ? scrap.move_ids : []), id];
  scrap.name = `SP/${books.rows('stock.move').filter((move) => move.scrap_id).length}`;
  scrap.state = 'done';
  return true;
}

export function lotsOf(books: Books, row: OdooRow): number[] {
  const lots = books.version < 19 ? row.lot_producing_id : row.lot_producing_ids;
  if (Array.isArray(lots)) return lots.map(Number);
  return typeof lots === 'number' ? [lots] : [];
}

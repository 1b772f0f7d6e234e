import type { Books } from './odoo-books.ts';
import type { OdooRow } from './odoo-domain.ts';
import { locations } from './odoo-masters.ts';

// A reservation is the lines of a move: each has an id, which no other line ever gets.

export function linesOf(books: Books, { id }: OdooRow): OdooRow[] {
  return books.where('stock.move.line', { move_id: id });
}

export function removeLine(books: Books, line: OdooRow): void {
  const lines = books.rows('stock.move.line');
  lines.splice(lines.indexOf(line), 1);
}

/** From the oldest lot. */
export function reserve(books: Books, { id, product_id }: OdooRow, amount: number): void {
  const [lot] = books.where('stock.lot', { product_id });
  const line = { move_id: id, product_id, lot_id: lot?.id, location_id: locations.stock };
  books.insert('stock.move.line', { ...line, quantity_product_uom: amount });
}

/**
 * `action_assign` of an order, which the scheduler and a receipt come to as well: reserves what its moves lack, but for
 * those that are picked (mrp_production.py of 18.0, `action_assign`).
 */
export function assign(books: Books, moves: readonly OdooRow[]): true {
  for (const move of moves) {
    const wanted = Number(move.product_uom_qty);
    const missing = wanted - Number(move.quantity);
    if (move.picked || missing <= 0 || books.hasEmptyStock) continue;
    if (move.has_tracking !== 'none') reserve(books, move, missing);
    move.quantity = wanted;
  }
  return true;
}

/** `do_unreserve` of an order, also when another order takes what it has: the lines of what is not picked are deleted. */
export function unreserve(books: Books, moves: readonly OdooRow[]): null {
  for (const move of moves) if (!move.picked) setQuantity(books, move, 0);
  return null;
}

/**
 * Writes the quantity of a move: less takes it from the last lines, and deletes those of which nothing is left
 * (`_process_decrease` in `_set_quantity`, stock_move.py of 17.0 to 19.0). More of a tracked component gets a line without
 * a lot (stock_move.py:2104 (17.0), :2243 (18.0), :2361 (19.0), `_set_quantity_done`), which is no line here.
 */
export function setQuantity(books: Books, move: OdooRow, quantity: number): void {
  let surplus = reservedOf(books, move) - quantity;
  for (const line of linesOf(books, move).toReversed()) {
    const reserved = Number(line.quantity_product_uom);
    const less = Math.min(reserved, Math.max(surplus, 0));
    surplus -= less;
    if (less === reserved) removeLine(books, line);
    else line.quantity_product_uom = reserved - less;
  }
  move.quantity = quantity;
}

export function reservedOf(books: Books, move: OdooRow): number {
  const lines = linesOf(books, move).filter(({ lot_id }) => lot_id);
  return lines.reduce((sum, line) => sum + Number(line.quantity_product_uom), 0);
}

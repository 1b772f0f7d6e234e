import type { Books } from './odoo-books.ts';
import { OdooError, type OdooRow } from './odoo-domain.ts';
import { setQuantity } from './odoo-reserving.ts';

// What an order is being produced of, and what that consumes.

/**
 * mrp_production.py:525 (17.0), :533 (18.0), :572 (19.0), `_compute_state`: an order with work orders is to be closed once
 * all of them have ended, whatever its quantity.
 */
export function recomputeState(books: Books, row: OdooRow): void {
  if (['draft', 'done', 'cancel'].includes(String(row.state))) return;
  const producing = Number(row.qty_producing);
  const workorders = books.where('mrp.workorder', { production_id: row.id });
  const isWhole = producing !== 0 && producing >= Number(row.product_qty);
  const isToClose = workorders.length > 0 ? workorders.every(hasEnded) : isWhole;
  const isBegun = workorders.some(({ state }) => state === 'done');
  if (isToClose) row.state = 'to_close';
  else if (producing !== 0 || isBegun || openMoves(books, row).some(({ picked }) => picked))
    row.state = 'progress';
}

export function hasEnded({ state }: OdooRow): boolean {
  return state === 'done' || state === 'cancel';
}

/**
 * Sets what is consumed, and picks it, but not what is consumed by hand (mrp_production.py:1208 (17.0), :1261 (18.0),
 * :1354 (19.0), `_set_qty_producing`).
 * @param isFromInside By Odoo itself, 18 and 19 pick that, too; from outside they do not (:1374 (18.0), :1470 (19.0),
 * `set_qty_producing`).
 */
export function setQtyProducing(books: Books, row: OdooRow, isFromInside = false): null {
  refuseLocked(books, row);
  if (books.version < 19 && trackingOf(books, row) === 'serial') row.qty_producing = 1;
  for (const move of openMoves(books, row)) {
    if (move.manual_consumption && move.picked) continue;
    setQuantity(books, move, round(Number(row.qty_producing) * Number(move.unit_factor), books.decimals));
    if (!move.manual_consumption || (isFromInside && books.version >= 18)) move.picked = true;
  }
  row.write_date = books.now();
  return null;
}

export function openMoves(books: Books, row: OdooRow): OdooRow[] {
  const moves = books.where('stock.move', { raw_material_production_id: row.id });
  return moves.filter((move) => !hasEnded(move));
}

/** Seen on PostgreSQL with several writers. */
export function refuseLocked(books: Books, row: OdooRow): void {
  if (books.locked.has(row.id)) {
    throw new OdooError(
      'psycopg2.errors.LockNotAvailable',
      'could not obtain lock on row in relation "mrp_production"\n',
      500,
    );
  }
}

export function trackingOf(books: Books, row: OdooRow): unknown {
  return books.find('product.product', row.product_id)?.tracking;
}

export function round(amount: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(amount * scale + 1e-9) / scale;
}

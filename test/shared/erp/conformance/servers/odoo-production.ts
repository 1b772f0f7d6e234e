import { OdooError, type OdooRow, userError } from './odoo-domain.ts';

export function recomputeState(row: OdooRow): void {
  if (row.state === 'done' || row.state === 'cancel' || Number(row.qty_producing) === 0) return;
  row.state = Number(row.qty_producing) >= Number(row.product_qty) ? 'to_close' : 'progress';
}

/** What producing reads and changes of the books. */
interface ProductionBooks {
  readonly version: 17 | 19;
  readonly locked: ReadonlySet<number>;
  readonly consumed: Map<number, number>;
  readonly doneCount: Map<number, number>;
  ignoreNextDone: boolean;
  asksAboutConsumption: boolean;
  now(): string;
  rows(model: string): OdooRow[];
  insert(model: string, values: Record<string, unknown>): OdooRow;
}

export function setQtyProducing(books: ProductionBooks, row: OdooRow): null {
  refuseLocked(books, row);
  books.consumed.set(row.id, Number(row.qty_producing));
  row.write_date = books.now();
  return null;
}

export function markDone(
  books: ProductionBooks,
  row: OdooRow,
  context: Readonly<Record<string, unknown>>,
): unknown {
  refuseLocked(books, row);
  // Seen: a second call returns true.
  if (row.state === 'done') return true;
  if (row.state === 'cancel') throw userError('You cannot produce a cancelled manufacturing order.');
  if (books.ignoreNextDone) {
    books.ignoreNextDone = false;
    return true;
  }
  if (Number(row.qty_producing) === 0) row.qty_producing = row.product_qty;
  const producing = Number(row.qty_producing);
  const remaining = round(Number(row.product_qty) - producing);
  const product = books.rows('product.product').find((one) => one.id === row.product_id);
  const lots = lotsOf(books, row);
  if (product?.tracking !== 'none' && lots.length === 0) {
    throw userError('You need to supply a Lot/Serial Number for product:\nThe product');
  }
  if (product?.tracking === 'serial' && lots.length !== producing) {
    throw userError('The quantity of a serial number must be one.');
  }
  // Seen: a wizard action with HTTP 200, and the order stays in progress.
  if (remaining > 0 && context.skip_backorder !== true) {
    return { type: 'ir.actions.act_window', res_model: 'mrp.production.backorder', target: 'new' };
  }
  if (books.asksAboutConsumption && context.skip_consumption !== true) {
    return { type: 'ir.actions.act_window', res_model: 'mrp.consumption.warning', target: 'new' };
  }
  const keep = context.mo_ids_to_backorder;
  const backorder =
    remaining > 0 && Array.isArray(keep) && keep.includes(row.id) ? split(books, row, remaining) : undefined;
  row.state = 'done';
  row.qty_produced = producing;
  row.date_finished = row.write_date = books.now();
  books.doneCount.set(row.id, (books.doneCount.get(row.id) ?? 0) + 1);
  return backorder
    ? {
        type: 'ir.actions.act_window',
        res_model: 'mrp.production',
        res_id: backorder.id,
        view_mode: 'form',
      }
    : true;
}

/** The order is renamed …-001 and a backorder …-00n takes over the rest (_split_productions). */
function split(books: ProductionBooks, row: OdooRow, remaining: number): OdooRow {
  const group = books.version === 17 ? 'procurement_group_id' : 'production_group_id';
  if (row.backorder_sequence === 0) {
    row.backorder_sequence = 1;
    row.name = `${String(row.name)}-001`;
  }
  const family = books.rows('mrp.production').filter((one) => one[group] === row[group]);
  const sequence = Math.max(...family.map((one) => Number(one.backorder_sequence))) + 1;
  const { id: _, ...values } = row;
  const backorder = books.insert('mrp.production', {
    ...values,
    name: String(row.name).replace(/-\d+$/, `-${String(sequence).padStart(3, '0')}`),
    backorder_sequence: sequence,
    product_qty: remaining,
    qty_producing: 0,
    state: 'confirmed',
    create_date: books.now(),
    write_date: books.now(),
    ...(books.version === 17 ? { lot_producing_id: false } : { lot_producing_ids: [] }),
  });
  row.product_qty = row.qty_producing;
  return backorder;
}

export function validateScrap(books: ProductionBooks, scrap: OdooRow): unknown {
  const production = books.rows('mrp.production').find((one) => one.id === scrap.production_id);
  // A finished product can be scrapped only where it is: after the order is done (stock_scrap.py of mrp).
  if (production?.state !== 'done') {
    return { type: 'ir.actions.act_window', res_model: 'stock.warn.insufficient.qty.scrap', target: 'new' };
  }
  // Its move is done as any other: a tracked product needs its lot (_action_done of stock.move.line).
  const product = books.rows('product.product').find((one) => one.id === scrap.product_id);
  if (product?.tracking !== 'none' && !scrap.lot_id) {
    throw userError('You need to supply a Lot/Serial Number for product:\nThe product');
  }
  // do_scrap makes a stock move each time it runs, whatever the state was.
  scrap.moves = Number(scrap.moves ?? 0) + 1;
  scrap.state = 'done';
  return true;
}

/** Seen on PostgreSQL with several writers. */
export function refuseLocked(books: ProductionBooks, row: OdooRow): void {
  if (books.locked.has(row.id)) {
    throw new OdooError(
      'psycopg2.errors.LockNotAvailable',
      'could not obtain lock on row in relation "mrp_production"\n',
      500,
    );
  }
}

export function lotsOf(books: ProductionBooks, row: OdooRow): number[] {
  const lots = books.version === 17 ? row.lot_producing_id : row.lot_producing_ids;
  if (Array.isArray(lots)) return lots.map(Number);
  return typeof lots === 'number' ? [lots] : [];
}

function round(amount: number): number {
  return Math.round(amount * 1e5) / 1e5;
}

import { type Books, stamp } from './odoo-books.ts';
import type { OdooRow } from './odoo-domain.ts';
import { articles, locations, operationTypes, parts, perPiece } from './odoo-masters.ts';
import { reserve } from './odoo-reserving.ts';
import { planWorkorders } from './odoo-workorders.ts';

export function plan(
  books: Books,
  article: string,
  quantity: number,
  changedAt: string | undefined,
): OdooRow {
  const product = productOf(books, article);
  const sequence = books.rows('mrp.production').length + 1;
  const name = `WH/MO/${String(sequence).padStart(5, '0')}`;
  const group = books.version < 19 ? 'procurement_group_id' : 'production_group_id';
  // Within one second, a later order gets an earlier fraction: ids do not follow the database's order.
  const at = changedAt === undefined ? books.now() : stamp(Date.parse(changedAt) + 999 - (sequence % 500));
  const row = books.insert('mrp.production', {
    name,
    // A manual order has neither a source nor a deadline (seen).
    origin: false,
    product_id: product.id,
    product_qty: quantity,
    qty_producing: 0,
    qty_produced: 0,
    state: 'confirmed',
    write_date: at,
    create_date: at,
    date_deadline: false,
    date_finished: false,
    product_uom_id: 1,
    company_id: 1,
    picking_type_id: operationTypes.manufacturing,
    location_dest_id: locations.stock,
    backorder_sequence: 0,
    priority: '0',
    x_drawing: 'D-0007',
    [group]: books.insert(books.version < 19 ? 'procurement.group' : 'mrp.production.group', { name }).id,
    ...(books.version < 19 ? { lot_producing_id: false } : { lot_producing_ids: [] }),
  });
  // What a new bill of materials has (mrp_bom.py:76 (17.0, 18.0), :75 (19.0), `consumption`).
  row.consumption = 'warning';
  const { assembly, component = 'LEG' } = articles[article] ?? {};
  for (const code of assembly ? parts : [component]) planComponent(books, row, article, code);
  if (assembly) planWorkorders(books, row);
  return row;
}

function planComponent(books: Books, row: OdooRow, article: string, component: string): void {
  const { manual = false, reserved, assembly } = articles[article] ?? {};
  const product = productOf(books, component);
  const unit_factor = assembly ? 1 : perPiece;
  const amount = Number(row.product_qty) * unit_factor;
  // `_determine_is_manual_consumption`, stock_move.py of mrp: in 17 what is tracked, unless the operation type has
  // `use_auto_consume_components_lots` (:707); from 18 on what an operation consumes (:776 (18.0), :620 (19.0)); up to 18
  // what the bill of materials says (`manual_consumption`), too.
  const isByHand = {
    17: manual || product.tracking !== 'none',
    18: manual || assembly === true,
    19: assembly === true,
  };
  const move = books.insert('stock.move', {
    raw_material_production_id: row.id,
    product_id: product.id,
    product_uom_qty: amount,
    product_qty: amount,
    unit_factor,
    product_uom: 1,
    location_id: locations.stock,
    // What is reserved.
    quantity: reserved || product.tracking === 'none' ? amount : 0,
    picked: false,
    state: 'assigned',
    has_tracking: product.tracking,
    manual_consumption: isByHand[books.version],
  });
  if (reserved) reserve(books, move, amount);
}

function productOf(books: Books, code: string): OdooRow {
  const [product] = books.where('product.product', { default_code: code });
  if (!product) throw new Error(`no product ${code}`);
  return product;
}

import type { OdooVersion } from './odoo-domain.ts';

/** The fields of the models that a connector uses: others are refused, as Odoo does. */
export function fieldsOf(version: OdooVersion): Readonly<Record<string, readonly string[]>> {
  return {
    'mrp.production': [
      ...['id', 'name', 'origin', 'product_id', 'product_qty', 'qty_producing', 'qty_produced', 'state'],
      ...['write_date', 'create_date', 'date_deadline', 'date_finished', 'product_uom_id', 'company_id'],
      ...['backorder_sequence', 'priority', 'consumption', 'x_drawing', 'location_dest_id'],
      'picking_type_id',
      ...(version < 19
        ? ['procurement_group_id', 'lot_producing_id']
        : ['production_group_id', 'lot_producing_ids']),
    ],
    'product.product': ['id', 'default_code', 'name', 'tracking', 'uom_id', 'active'],
    'stock.lot': ['id', 'name', 'product_id', 'company_id', 'product_qty'],
    'stock.move': [
      ...['id', 'product_id', 'product_uom_qty', 'product_qty', 'unit_factor', 'quantity', 'picked', 'state'],
      ...['has_tracking', 'manual_consumption', 'raw_material_production_id', 'scrap_id', 'unbuild_id'],
      ...['production_id', 'location_id', 'location_dest_id', 'product_uom', 'move_line_ids'],
    ],
    'stock.move.line': [
      ...['id', 'move_id', 'product_id', 'lot_id', 'quantity', 'quantity_product_uom', 'state', 'picked'],
      ...['location_id', 'location_dest_id', 'product_uom_id', 'package_id', 'owner_id'],
      // `reference` is that of its move (stock_move_line.py); of one that an order makes, the order's number.
      'reference',
    ],
    'stock.quant': ['id', 'product_id', 'lot_id', 'location_id', 'package_id', 'owner_id', 'quantity'],
    'mrp.routing.workcenter': ['id', 'name'],
    'mrp.workcenter': ['id', 'name'],
    'mrp.workorder': [
      ...['id', 'name', 'production_id', 'operation_id', 'workcenter_id', 'state', 'qty_produced'],
      'duration_expected',
    ],
    'mrp.workcenter.productivity.loss': ['id', 'name', 'loss_type'],
    'mrp.workcenter.productivity': [
      ...['id', 'workorder_id', 'workcenter_id', 'loss_id', 'description', 'date_start', 'date_end'],
      'company_id',
    ],
    'stock.picking.type': ['id', 'name', 'active'],
    // stock_location.py has `scrap_location` up to 18.0; in 19.0 `_are_finished_serials_already_produced` goes by `usage`.
    'stock.location': ['id', 'name', 'usage', ...(version < 19 ? ['scrap_location'] : [])],
    'stock.scrap': [
      ...['id', 'name', 'product_id', 'scrap_qty', 'product_uom_id', 'production_id', 'lot_id'],
      ...['origin', 'state', 'company_id', 'move_ids', 'location_id'],
      // stock_scrap.py:56 (18.0, 19.0); 17.0 has neither.
      ...(version < 18 ? [] : ['scrap_reason_tag_ids']),
    ],
    ...(version < 18 ? {} : { 'stock.scrap.reason.tag': ['id', 'name'] }),
    'mail.message': ['id', 'model', 'res_id', 'body', 'message_type', 'author_id', 'create_date'],
    'res.users': ['id', 'name', 'partner_id', 'email'],
    'res.partner': ['id', 'name'],
    // uom_uom.py:56 (17.0, 18.0): categories; :41 (19.0): units that refer to others.
    'uom.uom': [
      ...['id', 'name', 'rounding', 'factor', 'active'],
      ...(version < 19 ? ['category_id', 'factor_inv'] : ['parent_path', 'relative_uom_id']),
    ],
    'uom.category': ['id', 'name'],
    'res.company': ['id', 'name'],
    'procurement.group': ['id', 'name'],
    'mrp.production.group': ['id', 'name'],
  };
}

/** Names of the many2one fields, with the model they point to. */
export const many2one: Readonly<Record<string, string>> = {
  product_id: 'product.product',
  product_uom_id: 'uom.uom',
  uom_id: 'uom.uom',
  category_id: 'uom.category',
  relative_uom_id: 'uom.uom',
  company_id: 'res.company',
  procurement_group_id: 'procurement.group',
  production_group_id: 'mrp.production.group',
  lot_producing_id: 'stock.lot',
  lot_id: 'stock.lot',
  picking_type_id: 'stock.picking.type',
  production_id: 'mrp.production',
  raw_material_production_id: 'mrp.production',
  move_id: 'stock.move',
  location_id: 'stock.location',
  location_dest_id: 'stock.location',
  scrap_id: 'stock.scrap',
  product_uom: 'uom.uom',
  workorder_id: 'mrp.workorder',
  operation_id: 'mrp.routing.workcenter',
  workcenter_id: 'mrp.workcenter',
  loss_id: 'mrp.workcenter.productivity.loss',
  author_id: 'res.partner',
  partner_id: 'res.partner',
};

/** Fields that are rounded to the decimals of `Product Unit (of Measure)` when they are written. */
export const quantities: readonly string[] = ['product_qty', 'qty_producing', 'qty_produced', 'scrap_qty'];

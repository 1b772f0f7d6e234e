import type { OdooRow, OdooVersion } from './odoo-domain.ts';

/** The records that exist before anybody plans an order. */
interface Books {
  readonly version: OdooVersion;
  insert(model: string, values: Record<string, unknown>): OdooRow;
}

/** Every article of this plant consumes four pieces of one component, but for the assembly. */
export const perPiece = 4;

interface Article {
  readonly tracking: 'none' | 'lot' | 'serial';
  readonly component: 'LEG' | 'VARNISH' | 'SHADE' | 'MOTOR';
  /** The component is reserved from a lot. */
  readonly reserved?: true;
  /** `manual_consumption` of the line of the bill of materials (mrp_bom.py:492 (17.0), :622 (18.0); not in 19.0). */
  readonly manual?: true;
  /** One piece of each of these components, all consumed by an operation, and the operations of the routing. */
  readonly assembly?: true;
}

/** Each has two lots: the first is reserved, the second lies on a shelf. */
export const parts = ['MOTOR', 'GEAR', 'CASE'] as const;
export const operations = ['Weld', 'Paint', 'Assemble', 'Pack'] as const;
export const scrapReasons = ['Scratch', 'Dent'] as const;
/** What is recorded of an assembly: its components come from the lots on the shelf. */
export const assembly = {
  article: 'ENGINE',
  components: parts.map((article) => ({ article, lot: `${article}-2` })),
  operations,
  reasons: scrapReasons,
};

export const articles: Readonly<Record<string, Article>> = {
  CHAIR: { tracking: 'none', component: 'LEG' },
  BATCH: { tracking: 'lot', component: 'LEG' },
  PUMP: { tracking: 'serial', component: 'LEG' },
  /** Its component is tracked, and reserved. */
  BENCH: { tracking: 'none', component: 'VARNISH', reserved: true },
  /** The same component, with nothing reserved. */
  STOOL: { tracking: 'none', component: 'VARNISH' },
  LAMP: { tracking: 'none', component: 'SHADE', manual: true },
  ENGINE: { tracking: 'none', component: 'MOTOR', reserved: true, assembly: true },
};

/** Our user; `partner` is the author of its messages. */
export const us = { uid: 2, partner: 1, person: 2 } as const;

/** Of two warehouses. Both put what they build into their stock, unless a putaway rule names a shelf. */
export const locations = {
  stock: 1,
  shelf: 2,
  secondStock: 3,
  production: 4,
  scrap: 5,
  customers: 6,
} as const;

/**
 * Orders that a subcontractor builds have a type of their own, which is archived (`_get_picking_type_update_values`,
 * stock_warehouse.py of mrp_subcontracting): by that Odoo's list of orders leaves them out (`picking_type_id.active`,
 * `mrp_production_action` in mrp_production_views.xml).
 */
export const operationTypes = { manufacturing: 1, subcontracting: 2 } as const;

export function insertMasters(books: Books): void {
  insertUnits(books);
  books.insert('stock.picking.type', { name: 'Manufacturing', active: true });
  books.insert('stock.picking.type', { name: 'Subcontracting', active: false });
  for (const name of ['WH/Stock', 'WH/Stock/Shelf 1', 'WH2/Stock'])
    books.insert('stock.location', { name, usage: 'internal' });
  books.insert('stock.location', { name: 'Virtual Locations/Production', usage: 'production' });
  const scrap = { name: 'Virtual Locations/Scrap', usage: 'inventory' };
  books.insert('stock.location', books.version < 19 ? { ...scrap, scrap_location: true } : scrap);
  books.insert('stock.location', { name: 'Partners/Customers', usage: 'customer' });
  books.insert('res.company', { name: 'My Company' });
  books.insert('res.partner', { name: 'Azumuta' });
  books.insert('res.partner', { name: 'Marie Dupont' });
  books.insert('res.users', { name: 'Administrator', partner_id: us.person, email: 'admin@example.com' });
  books.insert('res.users', { name: 'Azumuta', partner_id: us.partner, email: 'azumuta@example.com' });
  const components = { LEG: 'none', VARNISH: 'lot', SHADE: 'none', MOTOR: 'lot', GEAR: 'lot', CASE: 'lot' };
  const tracked = Object.entries(articles).map(([code, { tracking }]) => [code, tracking] as const);
  for (const [code, tracking] of [...Object.entries(components), ...tracked]) {
    const product = { default_code: code, name: `The ${code}`, tracking, uom_id: 1, active: true };
    const { id } = books.insert('product.product', product);
    const lots = code === 'VARNISH' ? ['V-1'] : parts.some((one) => one === code) ? [1, 2] : [];
    for (const [at, lot] of lots.entries()) {
      const name = typeof lot === 'string' ? lot : `${code}-${lot}`;
      const lot_id = books.insert('stock.lot', { name, product_id: id, company_id: 1 }).id;
      const location_id = at === 0 ? locations.stock : locations.shelf;
      books.insert('stock.quant', { product_id: id, lot_id, location_id, quantity: 1_000_000 });
    }
  }
  for (const name of operations) {
    books.insert('mrp.routing.workcenter', { name });
    books.insert('mrp.workcenter', { name: `Bench of ${name}` });
  }
  // mrp_data.xml: block_reason0 to 7, of which the last is the productive one.
  for (const loss_type of ['availability', 'performance', 'productive'])
    books.insert('mrp.workcenter.productivity.loss', { name: loss_type, loss_type });
  if (books.version >= 18) for (const name of scrapReasons) books.insert('stock.scrap.reason.tag', { name });
}

/** `factor` up to 18 is the inverse of that of 19 (uom_uom.py:234 (17.0, 18.0), :169 (19.0), `_compute_quantity`). */
function insertUnits(books: Books): void {
  const units = [
    { name: 'Units', holds: 1, kind: 1 },
    { name: 'Dozens', holds: 12, kind: 1 },
    { name: 'kg', holds: 1, kind: 2 },
    { name: 'g', holds: 0.001, kind: 2 },
  ];
  books.insert('uom.category', { name: 'Unit' });
  books.insert('uom.category', { name: 'Weight' });
  for (const [at, { name, holds, kind }] of units.entries()) {
    const shared = { name, rounding: 0.01, active: true };
    const root = kind === 1 ? 1 : 3;
    books.insert(
      'uom.uom',
      books.version < 19
        ? { ...shared, category_id: kind, factor: 1 / holds, factor_inv: 1 / (1 / holds) }
        : { ...shared, factor: holds, parent_path: at + 1 === root ? `${root}/` : `${root}/${at + 1}/` },
    );
  }
}

import type { Books } from './odoo-books.ts';
import { consume } from './odoo-components.ts';
import { type OdooError, type OdooRow, userError, validationError } from './odoo-domain.ts';
import { locations } from './odoo-masters.ts';
import {
  openMoves,
  recomputeState,
  refuseLocked,
  round,
  setQtyProducing,
  trackingOf,
} from './odoo-quantities.ts';
import { reserve, reservedOf, setQuantity } from './odoo-reserving.ts';
import { requireAccounting } from './odoo-rights.ts';
import { lotsOf, receive } from './odoo-stock.ts';
import { bookExpectedTimes, copyWorkorders, finishWorkorders } from './odoo-workorders.ts';

/** mrp_product_expiry, mrp_production.py, `_check_expired_lots`: before all else that finishes an order. */
function hasExpiredLots(books: Books, row: OdooRow): boolean {
  return openMoves(books, row).some((move) =>
    books
      .where('stock.move.line', { move_id: move.id })
      .some(({ lot_id }) =>
        books.rows('stock.lot').some((lot) => lot.id === lot_id && lot.product_expiry_alert),
      ),
  );
}

export function markDone(books: Books, row: OdooRow, context: Readonly<Record<string, unknown>>): unknown {
  refuseLocked(books, row);
  const keep = context.mo_ids_to_backorder;
  const keepsRest = Array.isArray(keep) && keep.includes(row.id);
  const asks = { type: 'ir.actions.act_window', res_model: 'mrp.consumption.warning', target: 'new' };
  const skipsConsumption = context.skip_consumption === true;
  // Seen: a second call returns true; one that splits has a backorder of 0 (constraint `qty_positive`,
  // mrp_production.py:256 (17.0), :278 (18.0), :310 (19.0)).
  if (row.state === 'done' && keepsRest) throw validationError('The quantity to produce must be positive!');
  if (row.state === 'done') return true;
  // Seen: nobody is told that it is cancelled.
  if (row.state === 'cancel') return row.consumption === 'flexible' || skipsConsumption ? true : asks;
  if (books.ignoreNextDone) {
    books.ignoreNextDone = false;
    return true;
  }
  if (hasExpiredLots(books, row)) return { ...asks, res_model: 'expiry.picking.confirmation' };
  requireNewSerials(books, row);
  if (Number(row.qty_producing) === 0) {
    const asksForLots = setQuantities(books, row);
    if (asksForLots) return asksForLots;
  } else if (books.version >= 18) {
    // mrp_production.py:2168 (18.0), :2283 (19.0), `pre_button_mark_done`; not in 17 (:2104, 17.0).
    for (const move of openMoves(books, row)) if (move.manual_consumption) move.picked = true;
  }
  const producing = producedUnder(books, row);
  const left = () => round(Number(row.product_qty) - Number(row.qty_producing), books.decimals);
  // Seen: a wizard action with HTTP 200, and the order is not done (mrp_production.py:1537 (17.0), :1594 (18.0), :1701
  // (19.0), `_get_consumption_issues`; the other wizard: :1597 (17.0), :1654 (18.0), :1760 (19.0)).
  if (row.consumption !== 'flexible' && !skipsConsumption) {
    const missing = openMoves(books, row).some(
      (move) =>
        !move.picked || Number(move.quantity) !== round(producing * Number(move.unit_factor), books.decimals),
    );
    if (missing) return asks;
  }
  if (left() > 0 && context.skip_backorder !== true) {
    return { type: 'ir.actions.act_window', res_model: 'mrp.production.backorder', target: 'new' };
  }
  requireComponentLots(books, row);
  if (left() > 0 && keepsRest && books.version >= 19) requireAccounting(books.rights);
  finishWorkorders(books, row);
  const at = books.now();
  // In 19 ending the work orders may have changed it.
  const produced = Number(row.qty_producing);
  const [, backorder] = left() > 0 && keepsRest ? split(books, row, [produced, left()], at) : [];
  // What is not picked is cancelled instead of consumed (mrp_production.py:1682 (17.0), :1739 (18.0), :1852 (19.0),
  // `_post_inventory`).
  for (const move of openMoves(books, row)) consume(books, move);
  bookExpectedTimes(books, row);
  Object.assign(row, { state: 'done', qty_produced: produced, date_finished: at, write_date: at });
  receive(books, row, produced);
  books.doneCount.set(row.id, (books.doneCount.get(row.id) ?? 0) + 1);
  if (!backorder) return true;
  return {
    type: 'ir.actions.act_window',
    res_model: 'mrp.production',
    res_id: backorder.id,
    view_mode: 'form',
  };
}

/**
 * Seen: zero means everything (`_set_quantities`, mrp_production.py:2689 (17.0), :2746 (18.0), :2870 (19.0)). What is
 * consumed by hand 17 picks not even then, and refuses it where it is tracked (:2704, 17.0). 18 and 19 ask instead for
 * the serial numbers of several pieces: all else `_auto_production_checks` lets pass (:2175 and :2207 (18.0), :2295 and
 * :2332 (19.0)).
 */
function setQuantities(books: Books, row: OdooRow): object | undefined {
  if (books.version >= 18 && trackingOf(books, row) === 'serial' && Number(row.product_qty) !== 1) {
    const res_model = books.version === 18 ? 'mrp.batch.produce' : 'mrp.production.serials';
    return { type: 'ir.actions.act_window', res_model, target: 'new' };
  }
  row.qty_producing = row.product_qty;
  setQtyProducing(books, row, true);
  if (openMoves(books, row).some((move) => move.has_tracking !== 'none' && !move.picked))
    throw userError("You need to supply Lot/Serial Number for products and 'consume' them:\n  - The VARNISH");
  return undefined;
}

/**
 * How much is produced under the lots of the order. Seen on 19: of three serial numbers for two pieces the third is
 * dropped, and of a part of two with three serial numbers three are booked.
 */
function producedUnder(books: Books, row: OdooRow): number {
  const producing = Number(row.qty_producing);
  const tracking = trackingOf(books, row);
  const lots = lotsOf(books, row);
  if (tracking === 'none') return producing;
  if (lots.length === 0) throw lotMissing(books, row);
  if (tracking !== 'serial' || books.version < 19) return producing;
  if (lots.length < producing) throw lotMissing(books, row);
  const produced = Math.min(lots.length, Number(row.product_qty));
  row.lot_producing_ids = lots.slice(0, produced);
  row.qty_producing = produced;
  return produced;
}

/** stock_move_line.py:637 (17.0), :664 (18.0, 19.0), `_action_done`. */
function lotMissing(books: Books, { product_id }: OdooRow): OdooError {
  const product = books.find('product.product', product_id);
  const list = `${books.version < 18 ? ' \n - ' : '\n- '}${product?.name}`;
  return userError(`You need to supply a Lot/Serial Number for product:${list}`);
}

/**
 * `_check_sn_uniqueness` (a UserError, 422 in JSON-2): one that was built before and is neither unbuilt nor scrapped since; one
 * that is taken back out of scrap counts as built. 17 and 18 know a location of scrap by `scrap_location`, 19 by its usage.
 * mrp_production.py:2542 and :2607 (17.0), :2598 and :2664 (18.0), `_is_finished_sn_already_produced`; :2717 and :2788
 * (19.0), `_are_finished_serials_already_produced`.
 */
function requireNewSerials(books: Books, row: OdooRow): void {
  if (trackingOf(books, row) !== 'serial') return;
  const lines = books.where('stock.move.line', { state: 'done' });
  const isBuilt = (lot: number) => {
    const ofLot = lines.filter(({ lot_id }) => lot_id === lot);
    const count = (from: (id: unknown) => boolean, to: (id: unknown) => boolean, unbuilds: boolean) =>
      ofLot.filter(
        ({ location_id, location_dest_id, move_id }) =>
          from(location_id) &&
          to(location_dest_id) &&
          unbuilds === Boolean(books.find('stock.move', move_id)?.unbuild_id),
      ).length;
    const isProduction = (id: unknown) => id === locations.production;
    const isScrap = (id: unknown) => id === locations.scrap;
    const isElsewhere = (id: unknown) => !isScrap(id);
    const built = count(isProduction, isElsewhere, false);
    const unbuilt = count(isElsewhere, isProduction, true);
    const removed = count(isElsewhere, isScrap, false);
    const unremoved = count(isScrap, isElsewhere, false);
    const isTakenBack = unbuilt + removed > 0 && built - unbuilt - removed + unremoved === 0;
    return built > 0 && !isTakenBack;
  };
  if (lotsOf(books, row).some(isBuilt))
    throw userError(
      books.version < 19
        ? 'This serial number for product The PUMP has already been produced'
        : 'Serial number(s) for product The PUMP already produced',
    );
}

/**
 * Tracked components are taken from lots that are reserved (`_action_done`). 19 reserves lots itself, as far as there are any (seen; 17 asks, 18 refuses).
 */
function requireComponentLots(books: Books, row: OdooRow): void {
  for (const move of openMoves(books, row)) {
    const reservesItself = books.version >= 19 && move.has_tracking === 'lot' && !books.hasEmptyStock;
    if (!move.picked || move.has_tracking === 'none' || reservesItself) continue;
    if (reservedOf(books, move) < Number(move.quantity)) throw lotMissing(books, move);
  }
}

/**
 * The order itself keeps its id and becomes …-001, the others get new ids, …-002 and so on (`_split_productions`,
 * mrp_production.py:1745 (17.0), :1802 (18.0), :1917 (19.0)).
 * @param amounts Of the order itself first.
 */
export function split(
  books: Books,
  row: OdooRow,
  [own = 0, ...others]: readonly number[],
  at: string,
): OdooRow[] {
  const group = books.version < 19 ? 'procurement_group_id' : 'production_group_id';
  // Up to 18 the first one gets it at each split (:1725 (17.0), :1782 (18.0), `_get_name_backorder`; 19.0, :1899, once).
  const sequence = Number(row.backorder_sequence);
  if (sequence === 0 || (sequence === 1 && books.version < 19))
    Object.assign(row, { backorder_sequence: 1, name: `${row.name}-001` });
  const family = books.where('mrp.production', { [group]: row[group] });
  const last = Math.max(...family.map((one) => Number(one.backorder_sequence)));
  const moves = openMoves(books, row);
  const made = others.map((amount, index) => {
    const { id: _, ...values } = row;
    const backorder = books.insert('mrp.production', {
      ...values,
      name: nameOfBackorder(String(row.name), last + 1 + index),
      backorder_sequence: last + 1 + index,
      product_qty: amount,
      qty_producing: 0,
      state: 'confirmed',
      create_date: at,
      write_date: at,
      ...(books.version < 19 ? { lot_producing_id: false } : { lot_producing_ids: [] }),
    });
    for (const move of moves) splitOff(books, move, backorder);
    copyWorkorders(books, row, backorder);
    return backorder;
  });
  for (const move of moves) demand(books, move, own);
  Object.assign(row, { product_qty: own, write_date: at });
  return [row, ...made];
}

/** A name without a suffix, as after a person has taken it off, gets one (`_get_name_backorder`, mrp_production.py). */
function nameOfBackorder(name: string, sequence: number): string {
  return `${name.replace(/-\d+$/, '')}-${String(sequence).padStart(3, '0')}`;
}

/**
 * `change_prod_qty` of the wizard change.production.qty: the demand of components follows, and what is being produced
 * becomes the new quantity (change_production_qty.py:57, which calls `_set_qty_producing`). It is offered while the order is open.
 */
export function changeQuantity(books: Books, row: OdooRow, amount: number): void {
  refuseLocked(books, row);
  if (row.state === 'done' || row.state === 'cancel') throw userError('The order is not open any more.');
  Object.assign(row, { product_qty: amount, write_date: books.now() });
  for (const move of openMoves(books, row)) demand(books, move, amount);
  if (Number(row.qty_producing) !== 0) {
    row.qty_producing = amount;
    setQtyProducing(books, row, true);
  }
  recomputeState(books, row);
}

/** Each reserves what it needs, if anything was reserved. */
function splitOff(books: Books, move: OdooRow, to: OdooRow): void {
  const { id: _, ...values } = move;
  const needed = round(Number(move.unit_factor) * Number(to.product_qty), books.decimals);
  const isReserved = move.has_tracking === 'none' || reservedOf(books, move) > 0;
  const made = books.insert('stock.move', {
    ...values,
    raw_material_production_id: to.id,
    product_uom_qty: needed,
    product_qty: needed,
    quantity: isReserved ? needed : 0,
    picked: false,
  });
  if (isReserved && move.has_tracking !== 'none') reserve(books, made, needed);
}

function demand(books: Books, move: OdooRow, pieces: number): void {
  const amount = round(pieces * Number(move.unit_factor), books.decimals);
  Object.assign(move, { product_uom_qty: amount, product_qty: amount });
  if (move.picked) return;
  setQuantity(books, move, Math.min(Number(move.quantity), amount));
}

import type { Books } from './odoo-books.ts';
import { OdooError, type OdooRow, userError } from './odoo-domain.ts';
import { operations } from './odoo-masters.ts';
import { hasEnded, openMoves, recomputeState, round, setQtyProducing } from './odoo-quantities.ts';
import { setQuantity } from './odoo-reserving.ts';

/** What the routing expects of each operation. */
const expectedMinutes = 30;

/** The first is ready, and each blocks the next one: `pending` up to 18, `blocked` in 19 (mrp_workorder.py:59 (17.0), :64 (18.0), :67 (19.0)). */
export function planWorkorders(books: Books, { id: production_id }: OdooRow): void {
  for (const [at, name] of operations.entries())
    books.insert('mrp.workorder', {
      production_id,
      name,
      operation_id: at + 1,
      workcenter_id: at + 1,
      qty_produced: 0,
      state: at === 0 ? 'ready' : waiting(books),
      duration_expected: expectedMinutes,
    });
}

const waiting = ({ version }: Books) => (version < 19 ? 'pending' : 'blocked');

/** The rest has work orders of its own, without the times of these (`time_ids`, `copy=False`, mrp_workorder.py:118 (17.0, 19.0), :123 (18.0)). */
export function copyWorkorders(books: Books, from: OdooRow, to: OdooRow): void {
  for (const [at, { id: _, ...values }] of workordersOf(books, from).entries()) {
    const state = at === 0 ? 'ready' : waiting(books);
    books.insert('mrp.workorder', { ...values, production_id: to.id, state, qty_produced: 0 });
  }
}

/**
 * `button_finish`, which `button_mark_done` calls for all work orders, whatever blocks them (mrp_workorder.py:647 (17.0),
 * :642 (18.0), :692 (19.0); mrp_production.py:1994 (17.0), :2053 (18.0), :2167 (19.0)). From 18 on it picks what is not
 * picked yet, with the planned quantity: components without an operation belong to the last work order (`workorder_id`,
 * `_link_workorders_and_moves`, mrp_production.py). Work orders of one quantity are written at once.
 * @param workorders Default: all of the order.
 */
export function finishWorkorders(
  books: Books,
  row: OdooRow,
  workorders: readonly OdooRow[] = workordersOf(books, row),
): void {
  const open = workorders.filter((one) => !hasEnded(one));
  const last = workordersOf(books, row).at(-1);
  const producing = Number(row.qty_producing) || Number(row.product_qty);
  if (books.version >= 18 && last && open.includes(last)) pickComponents(books, row, producing);
  const ofQuantity = Map.groupBy(open, ({ qty_produced }) => Number(qty_produced) || producing);
  for (const [qty_produced, ended] of ofQuantity) {
    for (const one of ended) Object.assign(one, { state: 'done', qty_produced });
    takeLeast(books, row);
  }
}

/** Somebody presses `button_finish` of these. */
export function endWorkorders(books: Books, rows: readonly OdooRow[]): true {
  for (const [id, own] of Map.groupBy(rows, (row) => row.production_id)) {
    const production = books.find('mrp.production', id);
    if (!production) continue;
    finishWorkorders(books, production, own);
    recomputeState(books, production);
    production.write_date = books.now();
  }
  return true;
}

function pickComponents(books: Books, row: OdooRow, producing: number): void {
  for (const move of openMoves(books, row)) {
    if (move.picked) continue;
    setQuantity(books, move, round(producing * Number(move.unit_factor), books.decimals));
    move.picked = true;
  }
}

/**
 * After each write of their quantity, 19 takes the least of all work orders for the quantity being produced, unless one has
 * none or all are done (mrp_workorder.py:535, 19.0, `write`; `_set_qty_producing`, the inverse of `qty_producing`).
 */
function takeLeast(books: Books, row: OdooRow): void {
  const all = workordersOf(books, row);
  const least = Math.min(...all.map(({ qty_produced }) => Number(qty_produced)));
  const isOver = all.every(({ state }) => state === 'done');
  if (books.version < 19 || isOver || least <= 0 || least === Number(row.qty_producing)) return;
  row.qty_producing = least;
  setQtyProducing(books, row);
}

/** A work order without minutes gets the expected ones, in 19 unless it is cancelled (mrp_production.py:1707 (17.0), :1764 (18.0), :1879 (19.0)). */
export function bookExpectedTimes(books: Books, row: OdooRow): void {
  for (const { id, workcenter_id, duration_expected, state } of workordersOf(books, row)) {
    if ((state === 'cancel' && books.version >= 19) || minutesOf(books, id) > 0) continue;
    const end = Math.floor(books.instant() / 1000) * 1000;
    const at = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
    createTime(books, {
      workorder_id: id,
      workcenter_id,
      loss_id: 3,
      description: 'Time Tracking: Azumuta',
      date_start: at(end - Number(duration_expected) * 60_000),
      date_end: at(end),
      company_id: 1,
    });
  }
}

export function minutesOf(books: Books, workorder: number): number {
  const times = books.where('mrp.workcenter.productivity', { workorder_id: workorder });
  const at = (time: unknown) => Date.parse(`${time}Z`);
  return times.reduce((sum, one) => sum + (at(one.date_end) - at(one.date_start)) / 60_000, 0);
}

/** `workcenter_id`, `loss_id` and `date_start` are required (mrp_workcenter.py:371 (17.0), :474 (18.0), :500 (19.0)). */
export function createTime(books: Books, values: Readonly<Record<string, unknown>>): OdooRow {
  const missing = ['workcenter_id', 'loss_id', 'date_start'].find((field) => !values[field]);
  if (missing)
    throw new OdooError('psycopg2.errors.NotNullViolation', `null value in column "${missing}"`, 500);
  return books.insert('mrp.workcenter.productivity', { ...values });
}

/**
 * 19 changes no quantity of a work order that has ended (mrp_workorder.py:483, 19.0, `write`); earlier versions write it
 * (:435 (17.0), :453 (18.0)).
 */
export function writeWorkorders(
  books: Books,
  rows: readonly OdooRow[],
  values: Readonly<Record<string, unknown>>,
): void {
  if (books.version >= 19 && 'qty_produced' in values && rows.some(hasEnded))
    throw userError(
      'You cannot change the quantity produced of a work order that is in done or cancel state.',
    );
  for (const row of rows) Object.assign(row, values);
  for (const id of new Set(rows.map((row) => row.production_id))) {
    const production = books.find('mrp.production', id);
    if (!production) continue;
    if (Number(values.qty_produced) > 0) takeLeast(books, production);
    recomputeState(books, production);
    production.write_date = books.now();
  }
}

function workordersOf(books: Books, { id }: OdooRow): OdooRow[] {
  return books.where('mrp.workorder', { production_id: id });
}

import type { Books } from './odoo-books.ts';
import { OdooError, type OdooRow, userError } from './odoo-domain.ts';
import { operations } from './odoo-masters.ts';

/** What the routing expects of each operation. */
const expectedMinutes = 30;

/** The first is ready, and each blocks the next one: `pending` up to 18, `blocked` in 19 (mrp_workorder.py:59 (17.0), :64 (18.0), :67 (19.0)). */
export function planWorkorders(books: Books, { id: production_id }: OdooRow): void {
  for (const [at, name] of operations.entries())
    books.insert('mrp.workorder', {
      ...{ production_id, name, operation_id: at + 1, workcenter_id: at + 1, qty_produced: 0 },
      ...{ state: at === 0 ? 'ready' : waiting(books), duration_expected: expectedMinutes },
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
 * picked yet, with the planned quantity.
 */
export function finishWorkorders(books: Books, row: OdooRow, moves: readonly OdooRow[]): void {
  const open = workordersOf(books, row).filter(({ state }) => state !== 'done' && state !== 'cancel');
  const producing = Number(row.qty_producing) || Number(row.product_qty);
  if (books.version >= 18 && open.length > 0)
    for (const move of moves)
      if (!move.picked) Object.assign(move, { quantity: producing * Number(move.unit_factor), picked: true });
  for (const one of open)
    Object.assign(one, { state: 'done', qty_produced: Number(one.qty_produced) || producing });
}

/** A work order without minutes gets the expected ones, in 19 unless it is cancelled (mrp_production.py:1707 (17.0), :1764 (18.0), :1879 (19.0)). */
export function bookExpectedTimes(books: Books, row: OdooRow): void {
  for (const { id, workcenter_id, duration_expected, state } of workordersOf(books, row)) {
    if ((state === 'cancel' && books.version >= 19) || minutesOf(books, id) > 0) continue;
    const end = Math.floor(books.instant() / 1000) * 1000;
    const at = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
    createTime(books, {
      ...{ workorder_id: id, workcenter_id, loss_id: 3, description: 'Time Tracking: Azumuta' },
      ...{ date_start: at(end - Number(duration_expected) * 60_000), date_end: at(end), company_id: 1 },
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
 * 19 changes no quantity of a work order that has ended, and takes the least of all work orders for the quantity being
 * produced (mrp_workorder.py:483 and :536, 19.0, `write`). Earlier versions only write it (:435 (17.0), :453 (18.0)).
 * @returns the order whose quantity has changed.
 */
export function writeWorkorder(
  books: Books,
  row: OdooRow,
  values: Readonly<Record<string, unknown>>,
): OdooRow | undefined {
  if (books.version < 19 || !('qty_produced' in values)) return undefined;
  if (row.state === 'done' || row.state === 'cancel')
    throw userError(
      'You cannot change the quantity produced of a work order that is in done or cancel state.',
    );
  const production = books.find('mrp.production', row.production_id);
  if (!production) return undefined;
  const quantityOf = (one: OdooRow) => Number((one.id === row.id ? values : one).qty_produced);
  const least = Math.min(...workordersOf(books, production).map(quantityOf));
  return least > 0 ? Object.assign(production, { qty_producing: least }) : undefined;
}

function workordersOf(books: Books, { id }: OdooRow): OdooRow[] {
  return books.where('mrp.workorder', { production_id: id });
}

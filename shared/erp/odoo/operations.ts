import Big from 'big.js';
import * as z from 'zod/mini';
import { placeInWords } from '../../model/completion-lines.ts';
import type { Operation } from '../../model/completions.ts';
import { sumOf } from '../../model/quantity.ts';
import { notBookable } from '../booking-rules.ts';
import { matchReportsToRouting } from '../detail-rules.ts';
import { rejected } from '../failures.ts';
import { keyAsText } from '../marks.ts';
import type { Writer } from './client.ts';
import { type BookingTarget, isBegunByAnother, isOpen } from './family.ts';
import { decimalOf, fromOdooTime, many2one, reference, toOdooTime } from './records.ts';

const workorderSchema = z.object({
  id: z.number(),
  name: z.string(),
  /** The operation of the bill of materials; none for one that a person added. */
  operation_id: many2one,
  workcenter_id: reference,
  state: z.string(),
  qty_produced: z.pipe(
    z.number(),
    z.transform((amount) => Number(decimalOf(amount))),
  ),
});
type Workorder = z.infer<typeof workorderSchema>;

/** What is left to write of operations. */
export interface OperationsToBook {
  /** Lines of minutes. */
  readonly times: readonly Readonly<Record<string, unknown>>[];
  /** Ids of work orders that have ended by an unfinished booking, and are opened again. */
  readonly reopened: readonly number[];
  /** Quantities, with the ids of their work orders. */
  readonly counts: readonly Count[];
  /** Ids of the work orders that end before the order; none where Odoo may end them with it. */
  readonly endFirst: readonly number[];
}
type Count = readonly [amount: number, workorders: readonly number[]];

/**
 * What the operations of an order report. Whoever finishes an order ends all of its work orders, in any order and also
 * those that others block, with the expected minutes where there are none (mrp_production.py:1994 and :1707 (17.0), :2053
 * and :1764 (18.0), :2167 and :1881 (19.0), `button_mark_done` and `_post_inventory`; mrp_workorder.py:647 (17.0), :642
 * (18.0), :692 (19.0), `button_finish`): so only minutes and quantities are written.
 * @throws Rejected for an operation that is not in the routing, reports twice, is cancelled, or would be left open.
 */
export async function lookForOperations(
  found: BookingTarget,
  leavesRest: boolean,
): Promise<OperationsToBook> {
  const { search, completion, production } = found;
  // What another booking has counted may change the quantity of this one.
  if (!completion.operations?.length && !mayBeEndedByAnother(found))
    return { times: [], reopened: [], counts: [], endFirst: [] };
  const domain = [['production_id', '=', production.id]];
  const routing = await search('mrp.workorder', { domain, row: workorderSchema });
  const namesOf = ({ name, operation_id }: Workorder) =>
    operation_id ? [name, String(operation_id[0])] : [name];
  const reports = matchReportsToRouting(completion, routing, namesOf, 'Odoo');
  for (const report of reports) requireReportable(found, report, leavesRest);
  const left = await missingTimes(found);
  const loss_id = left.length > 0 ? await productiveLoss(found) : undefined;
  const times = left.map(({ operation, ...time }) => {
    const own = reports.find(({ report }) => report.operation === operation)?.operation;
    const of = { workorder_id: own?.id, workcenter_id: own?.workcenter_id[0] };
    return { ...time, ...of, loss_id, company_id: production.company_id[0] };
  });
  return { times, ...countsToBook(found, routing, reports) };
}

/** Whether a booking that did not finish the order may have ended work orders. Up to 18 no booking ends one before its order. */
function mayBeEndedByAnother(found: BookingTarget): boolean {
  return found.isFrom19 && isBegunByAnother(found);
}

/** What an operation reports, and its work order. */
type Reported = ReturnType<typeof matchReportsToRouting<Workorder>>[number];

function requireReportable(found: BookingTarget, { report, operation }: Reported, leavesRest: boolean): void {
  const { state, qty_produced } = operation;
  const handled = handledBy(found, report);
  const isEnded = state === 'done' && !mayBeEndedByAnother(found);
  const isOther = handled > 0 && handled !== qty_produced;
  const isClosed = state === 'cancel' || (isEnded && isOther);
  const why = isClosed
    ? `is ${state} in Odoo already, with ${qty_produced}: book by hand`
    : !report.finished && !leavesRest
      ? 'is not finished, and Odoo ends each with the order: report it as finished, or let the completion not be final'
      : undefined;
  if (why === undefined) return;
  const what = `operation ${report.operation}${placeInWords(report)} ${why}`;
  throw notBookable('Odoo', found.production.name, what);
}

/** Good and scrap together, in the unit of the order; 0 where they are not counted. */
function handledBy({ scale, decimals }: BookingTarget, { good, scrap }: Operation): number {
  const handled = new Big(sumOf([good?.amount ?? '0', scrap?.amount ?? '0'])).times(scale);
  return handled.round(decimals, Big.roundHalfUp).toNumber();
}

/**
 * Whenever the quantity of a work order is written, 19 takes the least of all for the quantity of the order, as long as one
 * is open (mrp_workorder.py:535, 19.0, `write`). It is also written when a work order ends, and those with the same quantity
 * end together (:692, 19.0, `button_finish`). So work orders with different quantities end before their order, and then the
 * order gets its own quantity again.
 *
 * A completion that counts one operation counts for all of them, so it replaces what another booking has left. If it counts
 * none, nothing is changed, as a person may have counted.
 */
function countsToBook(
  found: BookingTarget,
  routing: readonly Workorder[],
  reports: readonly Reported[],
): Omit<OperationsToBook, 'times'> {
  const produced = Number(found.built.produced);
  const handled = reports.map(({ report, operation }) => [operation.id, handledBy(found, report)] as const);
  const reported = new Map(handled.filter(([, amount]) => amount > 0));
  const isReplaced = reported.size > 0 && isBegunByAnother(found);
  const amountOf = ({ id, qty_produced }: Workorder) =>
    reported.get(id) ?? (isReplaced ? produced : qty_produced);
  const isOther = (one: Workorder) => amountOf(one) !== one.qty_produced;
  const isReopened = (one: Workorder) =>
    one.state === 'done' && isReplaced && mayBeEndedByAnother(found) && isOther(one);
  const open = routing.filter((one) => isOpen(one) || isReopened(one));
  // Odoo takes what is produced for a work order that has none.
  const isMixed = new Set(open.map((one) => amountOf(one) || produced)).size > 1;
  return {
    reopened: idsOfWorkorders(routing.filter(isReopened)),
    counts: [...Map.groupBy(open.filter(isOther), amountOf)].map(([amount, own]) => [
      amount,
      idsOfWorkorders(own),
    ]),
    endFirst: found.isFrom19 && isMixed ? idsOfWorkorders(open) : [],
  };
}

const idsOfWorkorders = (workorders: readonly Workorder[]) => workorders.map(({ id }) => id);

/** Comes before the quantity of the order, which it may change. */
export async function bookOperations(writer: Writer, operations: OperationsToBook): Promise<void> {
  const { times, reopened, counts } = operations;
  if (times.length > 0) await writer.create('mrp.workcenter.productivity', times);
  await reopenWorkorders(writer, reopened);
  for (const [qty_produced, workorders] of counts)
    await writer.write('mrp.workorder', 'write', workorders, { values: { qty_produced } });
}

/** Opens work orders again: once all of them have ended, Odoo takes their order for built, and it is not listed. */
export async function reopenWorkorders({ write }: Writer, workorders: readonly number[]): Promise<void> {
  if (workorders.length > 0)
    await write('mrp.workorder', 'write', workorders, { values: { state: 'ready' } });
}

/** @throws Rejected when an order that is done has not exactly the minutes that its operations report. */
export async function requireTimes(found: BookingTarget): Promise<void> {
  const [missing] = await missingTimes(found);
  if (missing) throw timedOtherwise(found, missing, 0);
}

/** A line of minutes. Its description has our key, by which it is known again. */
const timeSchema = z.object({ description: z.string(), date_start: z.string(), date_end: z.string() });
type Time = z.infer<typeof timeSchema> & { readonly operation: string };

/** Setup, then run, until the completion, as only the minutes of an operation are known. Odoo keeps whole seconds. */
function timeLinesOf({ completion: { operations = [], completedAt }, key }: BookingTarget): Time[] {
  const before = (seconds: number) => toOdooTime(new Date(Date.parse(completedAt) - seconds * 1000));
  const lines = operations.flatMap(({ operation, setupSeconds = 0, runSeconds = 0 }) => {
    const run = Math.round(runSeconds);
    const line = (what: string, from: number, to: number): Time => ({
      operation,
      description: `${what} of ${operation} [azumuta booking ${keyAsText(key)}]`,
      date_start: before(from),
      date_end: before(to),
    });
    return [line('Setup', Math.round(setupSeconds) + run, run), line('Run', run, 0)];
  });
  return lines.filter(({ date_start, date_end }) => date_start !== date_end);
}

/** Our lines that Odoo does not have yet. @throws Rejected for one that is there twice, or differs. */
async function missingTimes(found: BookingTarget): Promise<Time[]> {
  const times = timeLinesOf(found);
  if (times.length === 0) return [];
  const known = await found.search('mrp.workcenter.productivity', {
    domain: [
      // An earlier attempt may have begun on another one of the family.
      ['workorder_id.production_id', 'in', found.family.members.map(({ id }) => id)],
      ['description', 'in', times.map(({ description }) => description)],
    ],
    row: timeSchema,
  });
  const minutes = ({ date_start, date_end }: z.infer<typeof timeSchema>) =>
    (Date.parse(fromOdooTime(date_end)) - Date.parse(fromOdooTime(date_start))) / 60_000;
  return times.filter((time) => {
    const own = known.filter(({ description }) => description === time.description);
    const is = own.reduce((sum, one) => sum + minutes(one), 0);
    if (own.length > 0 && is !== minutes(time)) throw timedOtherwise(found, time, is);
    return own.length === 0;
  });
}

/** The kind of time of whoever works on it (mrp_workorder.py:814 (17.0), :818 (18.0), :863 (19.0), `_prepare_timeline_vals`). */
async function productiveLoss({ search, production }: BookingTarget): Promise<number> {
  const domain = [['loss_type', '=', 'productive']];
  const row = z.object({ id: z.number() });
  const [loss] = await search('mrp.workcenter.productivity.loss', { domain, limit: 1, row });
  if (loss) return loss.id;
  const why = `Odoo has no productivity loss of the category Productive for the minutes of ${production.name}: create one, then replay.`;
  throw rejected('refused-by-erp', why);
}

function timedOtherwise(
  { production }: BookingTarget,
  { description, date_start, date_end }: Time,
  is: number,
) {
  const why = `Odoo: ${production.name} has ${is} min of "${description}" instead of ${date_start} to ${date_end}: correct it by hand, then replay.`;
  return rejected('booked-otherwise', why);
}

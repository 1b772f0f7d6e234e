import * as z from 'zod/mini';
import type { Receipt } from '../../model/completions.ts';
import { Rejected } from '../../model/errors.ts';
import { orRefusal, withDone } from '../booking-rules.ts';
import { orderWaits, rejected } from '../failures.ts';
import type { Writer } from './client.ts';
import { type Needed, readComponentMoves, requireConsumed } from './components.ts';
import { isOpen, type OdooBooking } from './family.ts';
import { type QuantityToBook, requireFinishedAsBuilt, type ToBook } from './look.ts';
import { idOfLot, type OdooLot } from './lots.ts';
import { postNote } from './marks.ts';
import { bookOperations, reopenWorkorders } from './operations.ts';
import { readProduction } from './order.ts';
import type { OdooProduction } from './records.ts';
import { bookScrap } from './scrap.ts';

export async function book(writer: Writer, toBook: ToBook): Promise<Receipt> {
  if ('found' in toBook) return bookQuantity(writer, toBook);
  await postNote(writer, toBook);
  return { reference: `note on ${toBook.production.name}`, alreadyBooked: false };
}

/** If Odoo refuses now although the look found no reason, the error names what was written. */
async function bookQuantity(writer: Writer, { found, finish, scraps }: QuantityToBook): Promise<Receipt> {
  const written: string[] = [];
  try {
    const booking = { ...found, ...writer };
    const production = finish ? await finishOrder(booking, finish, written) : found.production;
    const done = { ...booking, production };
    if (finish) await requireFinishedAsBuilt(done, finish.components.recorded);
    for (const scrap of scraps) await bookScrap(done, scrap);
    return { reference: `${production.name} done`, alreadyBooked: finish === undefined };
  } catch (error) {
    throw withDone(error, 'Written by then', written);
  }
}

type Finish = NonNullable<QuantityToBook['finish']>;

/** @param written Takes the name of each thing that was written. */
async function finishOrder(booking: OdooBooking, finish: Finish, written: string[]): Promise<OdooProduction> {
  const { write, production, family } = booking;
  const { note, components, operations, leavesRest } = finish;
  if (components.toReturn) {
    requireUnchanged(production, await readProduction(booking, production));
    await returnComponents(booking, components.toReturn, written);
  }
  // The note comes first: where our user lacks the rights for the rest, Odoo refuses the note, too.
  if (note) {
    await postNote(booking, note);
    written.push('our note');
  }
  const begun = await readProduction(booking, production);
  // If somebody finished it just before we put its components back, they are not consumed any more.
  if (components.toReturn && begun.state === 'done') await requireNeeded(booking, begun, components.needed);
  requireUnchanged(production, begun);
  await bookOperations(booking, operations);
  await writeQuantity(booking, finish, written);
  const ready = await readProduction(booking, production);
  if (ready.state === 'done') {
    await requireNeeded(booking, ready, components.needed);
    return ready;
  }
  requireUnchanged(production, ready);
  const answer = await markDone(booking, leavesRest);
  // An earlier call of ours may have got through meanwhile, so the order's state decides.
  const now = await readProduction(booking, production);
  if (now.state === 'done') {
    written.splice(0, written.length, `${now.name} is done`);
    return now;
  }
  requireUnchanged(production, now);
  const refusal = answer instanceof Rejected ? answer : whyNotDone(now, answer);
  // An order that is `to_close` is listed no more; this one is open work as before.
  if (refusal instanceof Rejected && now.state === 'to_close') {
    await reopenWorkorders(booking, operations.endFirst);
    const qty_producing = family.lastBooking(production) ? 0 : production.qty_producing;
    await write('mrp.production', 'write', [production.id], { values: { qty_producing } });
    written.pop();
  }
  throw refusal;
}

/** @throws Rejected when we have changed what was consumed for an order that somebody finished meanwhile. */
function requireNeeded(
  booking: OdooBooking,
  production: OdooProduction,
  needed: readonly Needed[],
): Promise<void> {
  const how = 'changed by us after somebody finished it meanwhile';
  return requireConsumed({ ...booking, production }, needed, how);
}

/**
 * Puts the components back as they were before an unfinished booking: nothing is picked, and Odoo reserves everything again,
 * whatever lots that booking has taken. This comes before our note: once our mark is the last one, another attempt of ours
 * takes what is picked for a person's.
 */
async function returnComponents(
  { write, production }: OdooBooking,
  picked: readonly number[],
  written: string[],
): Promise<void> {
  const ids = [production.id];
  if (picked.length > 0) {
    const commands = picked.map((id) => [1, id, { picked: false, quantity: 0 }]);
    await write('mrp.production', 'write', ids, { values: { move_raw_ids: commands } });
    written.push('its components as they were before an unfinished booking');
  }
  await write('mrp.production', 'action_assign', ids);
}

/** What is produced, under which lots, and what of the components is consumed for it. */
async function writeQuantity(
  booking: OdooBooking,
  { lots, components: { picks, commands }, operations: { endFirst } }: Finish,
  written: string[],
): Promise<void> {
  const { write, production, built } = booking;
  const ids = [production.id];
  const qty_producing = Number(built.produced);
  const values = {
    qty_producing,
    ...(await lotValues(booking, lots)),
    ...(commands.length > 0 ? { move_raw_ids: commands } : {}),
  };
  await write('mrp.production', 'write', ids, { values });
  written.push(`the quantity being produced (${built.produced})`);
  // Seen: without this call the order is done and its components are cancelled instead of consumed.
  await write('mrp.production', 'set_qty_producing', ids);
  if (picks.length > 0) await write('stock.move', 'write', picks, { values: { picked: true } });
  if (endFirst.length === 0) return;
  // A work order that ends picks what is not picked yet, and that would look as if a person had done it.
  await write('mrp.workorder', 'button_finish', endFirst);
  await write('mrp.production', 'write', ids, { values: { qty_producing } });
  await write('mrp.production', 'set_qty_producing', ids);
}

/**
 * Finishes an order, and answers what needs no person: what becomes of the rest, and whether another quantity may be
 * consumed than planned. A yes consumes what is set and cancels what is not picked (mrp_production.py:1537 (17.0),
 * :1594 (18.0), :1701 (19.0), `_get_consumption_issues`; mrp_consumption_warning.py:33 (17.0, 18.0), :32 (19.0),
 * `action_confirm`; seen on 17 and 19).
 * @returns Odoo's answer, or its refusal.
 */
async function markDone(booking: OdooBooking, leavesRest: boolean): Promise<unknown> {
  const { write, production } = booking;
  const ids = [production.id];
  const context = { skip_backorder: true, ...(leavesRest ? { mo_ids_to_backorder: ids } : {}) };
  const answer = await orRefusal(write('mrp.production', 'button_mark_done', ids, { context }));
  if (questionModelOf(answer) !== consumptionWarning || production.consumption === 'strict') return answer;
  const components = await readComponentMoves(booking);
  if (!components.every(({ picked }) => picked)) return answer;
  const confirmed = { ...context, skip_consumption: true };
  return orRefusal(write('mrp.production', 'button_mark_done', ids, { context: confirmed }));
}

/** Values of the order for its lots; lots that Odoo does not have yet are created. */
async function lotValues(booking: OdooBooking, lots: readonly OdooLot[]): Promise<object> {
  const ids: number[] = [];
  for (const lot of lots) ids.push(await idOfLot(booking, lot));
  if (ids.length === 0) return {};
  return booking.isFrom19 ? { lot_producing_ids: [[6, 0, ids]] } : { lot_producing_id: ids[0] };
}

/** @throws RetryLater when a person has finished, cancelled or changed the order since: the next attempt looks at it. */
function requireUnchanged(seen: OdooProduction, now: OdooProduction): void {
  if (isOpen(now) && now.product_qty === seen.product_qty) return;
  throw orderWaits(
    `Odoo: ${now.name} was changed by somebody while we booked it (${now.state}, for ${now.product_qty}): the next attempt looks again.`,
    { wrote: 'known' },
  );
}

const consumptionWarning = 'mrp.consumption.warning';

/** Model of the question that Odoo has answered with. */
function questionModelOf(answer: unknown): string | undefined {
  const action = z.object({ res_model: z.string() }).safeParse(answer);
  return action.data?.res_model;
}

/** What a person does about a question of Odoo, by its model. */
const remedies: Readonly<Record<string, string>> = {
  // Confirming this one cancels the unpicked components instead of consuming them (seen on 17).
  [consumptionWarning]:
    'what is consumed is not what was planned. Set the consumed quantities of its components in Odoo, and do not confirm the question itself, which cancels those that are not picked; then replay',
  // mrp_product_expiry, mrp_production.py, `_check_expired_lots`.
  'expiry.picking.confirmation':
    'a lot of its components has expired. Have another lot used, or correct its expiration date, then replay; or answer the question there, then discard this',
};

/** Seen: a wizard action, or true, with HTTP 200, and the order is not done. */
function whyNotDone({ name, state }: OdooProduction, answer: unknown): Error {
  const asked = questionModelOf(answer);
  if (asked === undefined)
    return orderWaits(`Odoo accepted finishing ${name}, but it is ${state} still.`, { wrote: 'perhaps' });
  const remedy = remedies[asked] ?? 'change the order in Odoo so that it need not ask, then replay';
  return rejected('refused-by-erp', `Odoo asks a person before it finishes ${name} (${asked}): ${remedy}.`);
}

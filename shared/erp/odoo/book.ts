import * as z from 'zod/mini';
import type { Completion, Receipt } from '../../model/completions.ts';
import { Rejected, RetryLater } from '../../model/errors.ts';
import type { OdooWrite } from './client.ts';
import type { OdooBooking } from './context.ts';
import { type NoteToPost, referenceOf, referenceOfNote, requireQuantity, type ToBook } from './look.ts';
import { idOfLot, type OdooLot } from './lots.ts';
import { postMarked } from './marks.ts';
import { readProduction } from './order.ts';
import type { BookedProduction } from './records.ts';
import { bookScrap } from './scrap.ts';

export async function bookNote(
  booking: OdooBooking,
  { production, mark, text }: NoteToPost,
): Promise<Receipt> {
  await postMarked(booking, production, mark, text);
  return { reference: referenceOfNote(production), alreadyBooked: false };
}

/** Does what is left to do of a booking. Should Odoo refuse now what it showed no reason for, the sentence tells what stands there. */
export async function bookQuantity(
  booking: OdooBooking,
  { production, key, produced, finish, scraps }: ToBook,
  completion: Completion,
): Promise<Receipt> {
  const written: string[] = [];
  try {
    const done = finish ? await finishOrder(booking, production, produced, finish, written) : production;
    requireQuantity(done, produced, completion);
    for (const scrap of scraps) await bookScrap(booking, done, key, scrap);
    return { reference: referenceOf(done), alreadyBooked: finish === undefined };
  } catch (error) {
    throw error instanceof Rejected && written.length > 0 ? afterWriting(error, written) : error;
  }
}

/** @param written What has been written is added to it. */
async function finishOrder(
  booking: OdooBooking,
  production: BookedProduction,
  produced: string,
  { note, lots, picks, leavesRest }: NonNullable<ToBook['finish']>,
  written: string[],
): Promise<BookedProduction> {
  // First of all, as Odoo refuses our user a note where it has too few rights for the rest.
  if (note) {
    await postMarked(booking, production, note.mark, note.text);
    written.push('our note');
  }
  const values = await lotValues(booking, production, lots);
  await callOrder({ method: 'write', named: { vals: { qty_producing: Number(produced), ...values } } });
  written.push(`the quantity being produced (${produced})`);
  // Seen: without this call the order is done and its components are cancelled instead of consumed.
  await callOrder({ method: 'set_qty_producing' });
  if (picks.length > 0) {
    await callOrder({ model: 'stock.move', method: 'write', ids: picks, named: { vals: { picked: true } } });
  }
  const answer = await callOrder({
    method: 'button_mark_done',
    // The answers to the wizard that would ask what becomes of the rest.
    context: { skip_backorder: true, ...(leavesRest ? { mo_ids_to_backorder: [production.id] } : {}) },
  }).catch((error: unknown) => {
    if (error instanceof Rejected) return error;
    throw error;
  });
  // An earlier call of ours may have got through meanwhile: the order's state is the verdict.
  const now = await readProduction(booking, production);
  if (now.state !== 'done') throw answer instanceof Rejected ? answer : notDone(now, answer);
  written.splice(0, written.length, `${now.name} is done`);
  return now;

  function callOrder(
    call: Pick<OdooWrite<unknown>, 'method'> & Partial<OdooWrite<unknown>>,
  ): Promise<unknown> {
    return booking.client.write({
      model: 'mrp.production',
      ids: [production.id],
      answer: z.unknown(),
      order: production.name,
      signal: booking.signal,
      ...call,
    });
  }
}

/** Values of the order for its lots, of which those that are not there yet are created. */
async function lotValues(
  booking: OdooBooking,
  production: BookedProduction,
  lots: readonly OdooLot[],
): Promise<Readonly<Record<string, unknown>>> {
  const ids: number[] = [];
  for (const lot of lots) ids.push(await idOfLot(booking, production, lot));
  const [first] = ids;
  if (first === undefined) return {};
  return booking.names.lot === 'lot_producing_id'
    ? { lot_producing_id: first }
    : { lot_producing_ids: [[6, 0, ids]] };
}

const actionSchema = z.object({ res_model: z.string() });

/** Seen: a wizard action, or true, with HTTP 200, and the order is not done. */
function notDone({ name, state }: BookedProduction, answer: unknown): Error {
  const action = actionSchema.safeParse(answer);
  if (!action.success) {
    return new RetryLater(`Odoo accepted finishing ${name}, but it is ${state} still.`, {
      scope: 'order',
      wrote: 'perhaps',
    });
  }
  const asked = action.data.res_model;
  // Whoever confirms this one has the unpicked components cancelled instead of consumed (seen on 17).
  const remedy =
    asked === 'mrp.consumption.warning'
      ? 'what is consumed is not what was planned. Set the consumed quantities of its components in Odoo, and do not confirm the question itself, which cancels those that are not picked; then replay'
      : 'change the order in Odoo so that it need not ask, then replay';
  return new Rejected(`Odoo asks a person before it finishes ${name} (${asked}): ${remedy}.`, {
    code: 'refused-by-erp',
  });
}

function afterWriting(refused: Rejected, written: readonly string[]): Rejected {
  const { message, code } = refused;
  return new Rejected(`${message} Written by then: ${written.join(', ')}.`, { code, cause: refused });
}

import * as z from 'zod/mini';
import type { BookingKey, Completion, Receipt } from '../../model/completions.ts';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { compareDecimals, formatQuantity } from '../../model/quantity.ts';
import { producedOf, requireArticle } from '../booking-rules.ts';
import type { OdooBooking } from './context.ts';
import { lotsToWrite } from './lots.ts';
import type { ChatterText, FoundMark } from './marks.ts';
import { postMarked, readMarks } from './marks.ts';
import type { OdooOptions } from './options.ts';
import { readFamily, readProduct, readProduction } from './order.ts';
import { type BookedProduction, decimalOf } from './records.ts';
import { bookScrap } from './scrap.ts';

/** Notes and links, never a quantity: one message, recognised by its mark. */
export async function bookAmendment(
  { client, names, signal }: OdooBooking,
  completion: Completion,
  key: BookingKey,
): Promise<Receipt> {
  const family = await readFamily(client, names, completion.erpOrder, signal);
  const marks = await readMarks(client, idsOf(family), signal);
  const reference = `note on ${family[0].name}`;
  if (marks.some((mark) => mark.kind === 'note' && mark.key === key))
    return { reference, alreadyBooked: true };
  await postMarked(client, family[0], { kind: 'note', key }, textOf(completion), signal);
  return { reference, alreadyBooked: false };
}

/**
 * Books a quantity. The mark with our key is posted before `button_mark_done`, so a finished order is ours if
 * its *latest* booking mark bears our key: a booking that stopped in between leaves a mark on an open order,
 * on which a later part may have been booked since.
 */
export async function bookQuantity(
  booking: OdooBooking,
  completion: Completion,
  key: BookingKey,
): Promise<Receipt> {
  const { client, names, signal } = booking;
  const family = await readFamily(client, names, completion.erpOrder, signal);
  const marks = await readMarks(client, idsOf(family), signal);
  const product = await readProduct(client, family[0], signal);
  requireArticle(completion, product.default_code || family[0].product_id[1], 'Odoo');

  const ours = family.find((one) => one.state === 'done' && keyOfBooking(marks, one) === key);
  if (ours) {
    requireQuantity(ours, completion);
    if (hasScrap(completion)) {
      // An attempt that ended between the order and its scrap has left the lot: Odoo scraps none without it.
      const { lot } = await lotsToWrite(booking, ours, product, completion);
      await bookScrap(booking, ours, completion, key, lot);
    }
    return { reference: `${ours.name} done`, alreadyBooked: true };
  }
  const open = openOrder(family, marks, completion);
  const partial = leavesRest(booking.options, open, completion);
  const { values, lot } = await lotsToWrite(booking, open, product, completion);

  await client.call({
    model: 'mrp.production',
    method: 'write',
    ids: [open.id],
    named: { vals: { qty_producing: Number(producedOf(completion)), ...values } },
    answer: z.unknown(),
    writes: true,
    order: open.name,
    signal,
  });
  // Seen: without this call the order is done and its components are cancelled instead of consumed.
  await client.call({
    model: 'mrp.production',
    method: 'set_qty_producing',
    ids: [open.id],
    answer: z.unknown(),
    writes: true,
    order: open.name,
    signal,
  });
  if (keyOfBooking(marks, open) !== key) {
    await postMarked(client, open, { kind: 'booking', key }, textOf(completion), signal);
  }
  const answer = await client.call({
    model: 'mrp.production',
    method: 'button_mark_done',
    ids: [open.id],
    // The answers to the wizard that would ask what becomes of the rest.
    context: { skip_backorder: true, ...(partial ? { mo_ids_to_backorder: [open.id] } : {}) },
    answer: z.unknown(),
    writes: true,
    order: open.name,
    signal,
  });
  const done = await readProduction(client, names, open, signal);
  if (done.state !== 'done') throw notDone(done, answer);
  requireQuantity(done, completion);
  await bookScrap(booking, done, completion, key, lot);
  return { reference: `${done.name} done`, alreadyBooked: false };
}

/** The order to book on: the one that was meant, or the backorder that holds its rest. */
function openOrder(
  family: readonly [BookedProduction, ...BookedProduction[]],
  marks: readonly FoundMark[],
  completion: Completion,
): BookedProduction {
  const [own] = family;
  const open = family.filter((one) => !['done', 'cancel'].includes(one.state));
  const [candidate, surplus] = own.state === 'done' ? open : [own];
  const { number } = completion.erpOrder;
  if (candidate?.state === 'cancel') {
    throw new Rejected(`Odoo's manufacturing order ${number} is cancelled: nothing can be booked on it.`, {
      code: 'order-state',
    });
  }
  if (candidate?.state === 'draft') {
    throw new Rejected(`Odoo's manufacturing order ${number} is a draft: confirm it, then replay.`, {
      code: 'order-state',
    });
  }
  const foreign = family.find((one) => one.state === 'done' && keyOfBooking(marks, one) === undefined);
  if (!candidate || foreign) {
    throw new Rejected(
      `Odoo's manufacturing order ${number} is done already (${(foreign ?? own).name}), and not by this completion: ` +
        `check who booked it, and book the ${formatQuantity({ amount: producedOf(completion) })} by hand if they are missing.`,
      { code: 'order-state' },
    );
  }
  if (surplus) {
    throw new Rejected(
      `Odoo's manufacturing order ${number} has several open backorders (${open.map((one) => one.name).join(', ')}): book by hand.`,
      { code: 'order-state' },
    );
  }
  return candidate;
}

/** Whether Odoo must keep a backorder for the rest. */
function leavesRest(options: OdooOptions, open: BookedProduction, completion: Completion): boolean {
  const less = compareDecimals(producedOf(completion), decimalOf(open.product_qty)) < 0;
  if (completion.final || !less) return false;
  if (options.backorder === 'keep') return true;
  throw new Rejected(
    `Odoo: ${producedOf(completion)} of ${decimalOf(open.product_qty)} of ${open.name} are complete, and booking a part would close the order: ` +
      `set backorder to 'keep' in the configuration, or book the product orders together when all are done.`,
    { code: 'configuration' },
  );
}

function requireQuantity(done: BookedProduction, completion: Completion): void {
  const [booked, built] = [decimalOf(done.qty_produced), producedOf(completion)];
  if (compareDecimals(booked, built) === 0) return;
  throw new Rejected(
    `Odoo's manufacturing order ${completion.erpOrder.number} (${done.name}) was finished with ${booked} instead of ${built}: correct it by hand.`,
    { code: 'booked-otherwise' },
  );
}

const actionSchema = z.object({ res_model: z.string() });

/** Seen: a wizard action, or true, with HTTP 200, and the order is not done. */
function notDone(production: BookedProduction, answer: unknown): Error {
  const action = actionSchema.safeParse(answer);
  if (action.success) {
    return new Rejected(
      `Odoo asks a person before it finishes ${production.name} (${action.data.res_model}): answer it in Odoo, or change the order, then replay.`,
      { code: 'refused-by-erp' },
    );
  }
  return new RetryLater(`Odoo accepted finishing ${production.name}, but it is ${production.state} still.`, {
    scope: 'order',
    wrote: 'perhaps',
  });
}

function hasScrap({ scrap }: Completion): boolean {
  return scrap !== undefined && compareDecimals(scrap.amount, '0') > 0;
}

function keyOfBooking(marks: readonly FoundMark[], production: BookedProduction): string | undefined {
  return marks.findLast((mark) => mark.kind === 'booking' && mark.production === production.id)?.key;
}

function idsOf(family: readonly BookedProduction[]): number[] {
  return family.map((one) => one.id);
}

function textOf(completion: Completion): ChatterText {
  const { kind, productOrder, quantity, scrap, notes, links, work } = completion;
  const scrapped = scrap && hasScrap(completion) ? `, ${formatQuantity(scrap)} scrap` : '';
  const booked =
    kind === 'quantity'
      ? [
          `Azumuta product order ${productOrder.number}: ${formatQuantity(quantity ?? { amount: '0' })} good${scrapped}.`,
        ]
      : [];
  // Work orders are optional in Odoo, so time worked is told and not booked.
  const worked = work.map(
    ({ seconds, date, operation }) => `${operation ?? 'Worked'}: ${Math.round(seconds / 60)} min on ${date}`,
  );
  return { paragraphs: [...booked, ...notes, ...worked], links };
}

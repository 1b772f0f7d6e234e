import * as z from 'zod/mini';
import type { BookingKey, Receipt } from '../../model/completions.ts';
import { Rejected, RetryLater } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { confirmationService, orderService } from './client.ts';
import type { SapDesk } from './context.ts';
import { findOurs, lookAtText, type QuantityToBook, receiptOfNote, type TextToWrite } from './look.ts';
import type { Note } from './marks.ts';
import { pathOfOrder, readConfirmations } from './order.ts';
import { confirmationSchema, type SapConfirmation } from './records.ts';
import { nameOf, receiptOf } from './stock.ts';

/** Posts the confirmation, once, and adds what was noted to the order's text. */
export async function bookQuantity(
  desk: SapDesk,
  erpOrder: ErpOrderRef,
  { key, confirmation, note }: QuantityToBook,
): Promise<Receipt> {
  const isStanding = 'standing' in confirmation;
  const booked = isStanding
    ? confirmation.standing
    : await postConfirmation(desk, erpOrder, key, confirmation.toPost);
  if (note) await addNote(desk, erpOrder, booked, note);
  return receiptOf(desk, booked, isStanding);
}

export async function bookAmendment(
  desk: SapDesk,
  erpOrder: ErpOrderRef,
  text: TextToWrite,
): Promise<Receipt> {
  await writeText(desk, erpOrder, text);
  return receiptOfNote(erpOrder, false);
}

/** If-Match keeps a text that somebody wrote in between: then the order waits (412). */
export async function writeText(
  { client, signal }: SapDesk,
  erpOrder: ErpOrderRef,
  { field, text, etag }: TextToWrite,
): Promise<void> {
  await client.write({
    method: 'PATCH',
    service: orderService,
    path: pathOfOrder(erpOrder),
    headers: etag === undefined ? {} : { 'if-match': etag },
    body: { [field]: text },
    answer: z.unknown(),
    what: `the ${field}`,
    order: erpOrder.number,
    signal,
  });
}

async function postConfirmation(
  { client, signal }: SapDesk,
  erpOrder: ErpOrderRef,
  key: BookingKey,
  body: Readonly<Record<string, unknown>>,
): Promise<SapConfirmation> {
  const { number } = erpOrder;
  await client.write({
    method: 'POST',
    service: confirmationService,
    path: '/ProdnOrdConf2',
    body,
    answer: z.object({ d: confirmationSchema }),
    what: 'the confirmation',
    order: number,
    signal,
  });
  const booked = findOurs(await readConfirmations(client, erpOrder, signal), key, erpOrder);
  if (booked) return booked;
  throw new RetryLater(`SAP accepted the confirmation of order ${number}, but does not show it.`, {
    scope: 'order',
    wrote: 'perhaps',
  });
}

/** The confirmation has changed the order, so it is read again. */
async function addNote(
  desk: SapDesk,
  erpOrder: ErpOrderRef,
  booked: SapConfirmation,
  note: Note,
): Promise<void> {
  const { notesField } = desk.options;
  if (notesField === undefined) return;
  try {
    const text = await lookAtText(desk, notesField, erpOrder, note);
    if (text) await writeText(desk, erpOrder, text);
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    throw new Rejected(
      `${error.message} Booked by then: ${nameOf(booked)} of order ${erpOrder.number}; its notes are not in ${notesField}: mend that and replay, or add them by hand.`,
      { code: error.code, cause: error },
    );
  }
}

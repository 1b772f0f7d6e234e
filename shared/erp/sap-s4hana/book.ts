import * as z from 'zod/mini';
import type { Receipt } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { withDone } from '../booking-rules.ts';
import { orderWaits } from '../failures.ts';
import { confirmationService, orderService, type Writer } from './client.ts';
import { requireAsSent, type ToConfirm } from './confirmation.ts';
import { nameOf, receiptOf } from './goods-receipts.ts';
import {
  findOurs,
  lookAtText,
  type QuantityToBook,
  receiptOfNote,
  type TextToWrite,
  type ToBook,
  type ToPost,
} from './look.ts';
import { type Note, noteOfLink } from './marks.ts';
import { pathOfOrder, readConfirmations } from './order.ts';
import { confirmationSchema, type SapConfirmation } from './records.ts';

/** Writes what a look has left. */
export async function book(writer: Writer, toBook: ToBook): Promise<Receipt> {
  if ('confirmation' in toBook) return bookQuantity(writer, toBook);
  await writeText(writer, toBook);
  return receiptOfNote(writer.erpOrder, false);
}

/** Names the product order at the end of the order's text, once. */
export async function linkProductOrder(
  writer: Writer,
  field: string,
  productOrder: ProductOrderRef,
): Promise<void> {
  const text = await lookAtText(writer, field, noteOfLink(productOrder));
  if (text) await writeText(writer, text);
}

/** Posts the confirmations, each once, and adds what was noted to the order's text. */
async function bookQuantity(
  writer: Writer,
  { completion, confirmation, note }: QuantityToBook,
): Promise<Receipt> {
  const wasPosted = 'posted' in confirmation;
  const booked = wasPosted ? confirmation.posted : await postConfirmations(writer, confirmation);
  if (note) await addNote(writer, booked, note);
  return receiptOf(writer, booked, completion, wasPosted);
}

/** If-Match keeps a text that was written since the look: then the order waits (412). */
async function writeText({ write, erpOrder }: Writer, { field, text, etag }: TextToWrite): Promise<void> {
  await write({
    method: 'PATCH',
    service: orderService,
    path: pathOfOrder(erpOrder),
    headers: etag === undefined ? {} : { 'if-match': etag },
    body: { [field]: text },
    answer: z.unknown(),
    what: `the ${field}`,
  });
}

/** The one that closes is posted when SAP shows all others: where it is, nothing is missing. */
async function postConfirmations(writer: Writer, { others, main, done }: ToPost): Promise<SapConfirmation> {
  const booked = [...done];
  const post = async (body: ToConfirm) => {
    const { value } = await writer.write({
      method: 'POST',
      service: confirmationService,
      path: '/ProdnOrdConf2',
      body,
      answer: z.object({ d: confirmationSchema }),
      what: 'the confirmation',
    });
    booked.push(nameOf(value.d));
  };
  try {
    for (const body of others) await post(body);
    const shown = others.length > 0 ? await readConfirmations(writer) : [];
    for (const body of others) requireShown(body, shown, writer.erpOrder);
    await post(main);
    return requireShown(main, await readConfirmations(writer), writer.erpOrder);
  } catch (error) {
    throw withDone(error, 'Booked by then', booked);
  }
}

/** @throws RetryLater where SAP does not show it, and Rejected where it shows something else than was sent. */
function requireShown(
  body: ToConfirm,
  shown: readonly SapConfirmation[],
  erpOrder: ErpOrderRef,
): SapConfirmation {
  const booked = findOurs(shown, body.ExternalSystemConfirmation, erpOrder);
  if (!booked)
    throw orderWaits(`SAP accepted the confirmation of order ${erpOrder.number}, but does not show it.`, {
      wrote: 'perhaps',
    });
  requireAsSent(body, booked, erpOrder);
  return booked;
}

/** The confirmation has changed the order, so it is read again. */
async function addNote(writer: Writer, booked: SapConfirmation, note: Note): Promise<void> {
  const { options, erpOrder } = writer;
  const { notesField } = options;
  if (notesField === undefined) return;
  try {
    const text = await lookAtText(writer, notesField, note);
    if (text) await writeText(writer, text);
  } catch (error) {
    const done = `${nameOf(booked)} of order ${erpOrder.number}; its notes are not in ${notesField}: correct that and replay, or add them by hand`;
    throw withDone(error, 'Booked by then', [done]);
  }
}

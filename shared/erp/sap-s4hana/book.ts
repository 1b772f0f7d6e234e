import * as z from 'zod/mini';
import type { BookingKey, Receipt } from '../../model/completions.ts';
import type { ProductOrderRef } from '../../model/orders.ts';
import { withDone } from '../booking-rules.ts';
import { orderWaits } from '../failures.ts';
import { confirmationService, orderService, type Writer } from './client.ts';
import { nameOf, receiptOf } from './goods-receipts.ts';
import {
  findOurs,
  lookAtText,
  type QuantityToBook,
  receiptOfNote,
  type TextToWrite,
  type ToBook,
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

/** Posts the confirmation, once, and adds what was noted to the order's text. */
async function bookQuantity(writer: Writer, { key, confirmation, note }: QuantityToBook): Promise<Receipt> {
  const wasPosted = 'posted' in confirmation;
  const booked = wasPosted ? confirmation.posted : await postConfirmation(writer, key, confirmation.toPost);
  if (note) await addNote(writer, booked, note);
  return receiptOf(writer, booked, wasPosted);
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

async function postConfirmation(
  writer: Writer,
  key: BookingKey,
  body: Readonly<Record<string, unknown>>,
): Promise<SapConfirmation> {
  const { erpOrder } = writer;
  await writer.write({
    method: 'POST',
    service: confirmationService,
    path: '/ProdnOrdConf2',
    body,
    answer: z.object({ d: confirmationSchema }),
    what: 'the confirmation',
  });
  const booked = findOurs(await readConfirmations(writer), key, erpOrder);
  if (booked) return booked;
  throw orderWaits(`SAP accepted the confirmation of order ${erpOrder.number}, but does not show it.`, {
    wrote: 'perhaps',
  });
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

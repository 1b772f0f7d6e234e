import * as z from 'zod/mini';
import type { Receipt } from '../../model/completions.ts';
import type { ProductOrderRef } from '../../model/orders.ts';
import { withDone } from '../booking-rules.ts';
import { orderWaits } from '../failures.ts';
import { confirmationService, orderService, type Writer } from './client.ts';
import { findPosted, type ToConfirm } from './confirmation.ts';
import { nameOf, receiptOf } from './goods-receipts.ts';
import {
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
export function linkProductOrder(writer: Writer, field: string, order: ProductOrderRef): Promise<void> {
  return addNote(writer, noteOfLink(field, order));
}

/** Posts the confirmations, each once, and adds what was noted to the order's text. */
async function bookQuantity(
  writer: Writer,
  { completion, confirmation, note }: QuantityToBook,
): Promise<Receipt> {
  const wasPosted = 'posted' in confirmation;
  const booked = wasPosted ? confirmation.posted : await postConfirmations(writer, confirmation);
  try {
    if (note) await addNote(writer, note);
  } catch (error) {
    const done = `${nameOf(booked)} of order ${writer.erpOrder.number}; its notes are not in ${note?.field}: correct that and replay, or add them by hand`;
    throw withDone(error, 'Booked by then', [done]);
  }
  return receiptOf(writer, booked, completion, wasPosted);
}

/** The order is read for it, as a confirmation has changed it. */
async function addNote(writer: Writer, note: Note): Promise<void> {
  const text = await lookAtText(writer, note);
  if (text) await writeText(writer, text);
}

/** If-Match keeps a text that was written since the look: then the order waits (412). */
async function writeText({ write, erpOrder }: Writer, { field, text, etag }: TextToWrite): Promise<void> {
  await write(
    {
      method: 'PATCH',
      service: orderService,
      path: pathOfOrder(erpOrder),
      headers: etag ? { 'if-match': etag } : {},
      body: { [field]: text },
      what: `the ${field}`,
    },
    z.unknown(),
  );
}

/** The one that closes is posted when SAP shows all others: where it is, nothing is missing. */
async function postConfirmations(writer: Writer, { others, main, done }: ToPost): Promise<SapConfirmation> {
  const booked = [...done];
  const post = async (body: ToConfirm) => {
    const path = '/ProdnOrdConf2';
    const { d } = await writer.write(
      { method: 'POST', service: confirmationService, path, body, what: 'the confirmation' },
      z.object({ d: confirmationSchema }),
    );
    booked.push(nameOf(d));
  };
  try {
    for (const body of others) await post(body);
    const shown = others.length > 0 ? await readConfirmations(writer) : [];
    for (const body of others) requireShown(writer, body, shown);
    await post(main);
    return requireShown(writer, main, await readConfirmations(writer));
  } catch (error) {
    throw withDone(error, 'Booked by then', booked);
  }
}

/** @throws RetryLater where SAP does not show it, and Rejected where it shows something else than was sent. */
function requireShown(
  { erpOrder }: Writer,
  body: ToConfirm,
  shown: readonly SapConfirmation[],
): SapConfirmation {
  const booked = findPosted(shown, body, erpOrder);
  if (booked) return booked;
  const why = `SAP accepted the confirmation of order ${erpOrder.number}, but does not show it.`;
  throw orderWaits(why, { wrote: 'perhaps' });
}

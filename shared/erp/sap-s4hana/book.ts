import * as z from 'zod/mini';
import type { Receipt } from '../../model/completions.ts';
import type { ProductOrderRef } from '../../model/orders.ts';
import { withDone } from '../booking-rules.ts';
import { orderWaits } from '../failures.ts';
import { confirmationService, orderService, type Writer } from './client.ts';
import { findPosted, type ToConfirm } from './confirmation.ts';
import { nameOfConfirmation, readReceipt } from './goods-receipts.ts';
import { receiptOfNote, type SapQuantityToBook, type ToBook, type ToPost } from './look.ts';
import { type LongTextNote, noteOfLink, textWith } from './marks.ts';
import { pathOfOrder, readConfirmations, readOrder } from './order.ts';
import { confirmationSchema, type SapConfirmation, type SapOrder } from './records.ts';

/** Writes what a look has left. */
export async function book(writer: Writer, toBook: ToBook): Promise<Receipt> {
  if ('confirmation' in toBook) return confirmQuantity(writer, toBook);
  await addNoteToOrderText(writer, toBook.note, toBook.order);
  return receiptOfNote(writer.erpOrder, false);
}

/** Names the product order at the end of the order's text, once. */
export async function linkProductOrder(writer: Writer, field: string, order: ProductOrderRef): Promise<void> {
  await addNoteToOrderText(writer, noteOfLink(field, order), await readOrder(writer));
}

/** Posts the confirmations, each once, and adds what was noted to the order's text. */
async function confirmQuantity(
  writer: Writer,
  { completion, confirmation, note }: SapQuantityToBook,
): Promise<Receipt> {
  const wasPosted = 'posted' in confirmation;
  const booked = wasPosted ? confirmation.posted : await postConfirmations(writer, confirmation);
  try {
    // The confirmation has changed the order, so it is read again.
    if (note) await addNoteToOrderText(writer, note, await readOrder(writer));
  } catch (error) {
    const done = `${nameOfConfirmation(booked)} of order ${writer.erpOrder.number}; its notes are not in ${note?.field}: correct that and replay, or add them by hand`;
    throw withDone(error, 'Booked by then', [done]);
  }
  return readReceipt(writer, booked, completion, wasPosted);
}

/** If-Match keeps a text that was written since the order was read: then the order waits (412). */
async function addNoteToOrderText(
  { write, erpOrder }: Writer,
  note: LongTextNote,
  order: SapOrder,
): Promise<void> {
  const text = textWith(note, order);
  if (text === undefined) return;
  const etag = order.__metadata?.etag;
  await write(
    {
      method: 'PATCH',
      service: orderService,
      path: pathOfOrder(erpOrder),
      headers: etag ? { 'if-match': etag } : {},
      body: { [note.field]: text },
      what: `the ${note.field}`,
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
    booked.push(nameOfConfirmation(d));
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

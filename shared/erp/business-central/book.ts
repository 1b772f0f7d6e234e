import type { Receipt } from '../../model/completions.ts';
import { OrderNotReady, Rejected } from '../../model/errors.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { orderWaits, rejected } from '../failures.ts';
import { odataText, type Writer } from './client.ts';
import { shortItemIn } from './errors.ts';
import { type BookingToPost, findNote, findOurs, type NoteToPost, type ToBook } from './look.ts';
import { partner } from './options.ts';
import { filterOfLine, lineIn } from './order.ts';
import { bcLinkSchema } from './records.ts';

/** Writes what a look has left, and reads it back: an answer is no proof. */
export async function book(writer: Writer, toBook: ToBook): Promise<Receipt> {
  return 'note' in toBook ? addNote(writer, toBook) : postBooking(writer, toBook);
}

async function postBooking(writer: Writer, { completion, key, body, used }: BookingToPost): Promise<Receipt> {
  const { number } = completion.erpOrder;
  const refused = await refusalOf(
    writer.write({ page: 'bookings', body, what: `the booking of order ${number}` }),
  );
  const receipt = await findOurs(writer, completion, key);
  return receiptAfter(refused && withUse(refused, used), receipt, `the booking of order ${number}`);
}

async function addNote(writer: Writer, { erpOrder, key, note }: NoteToPost): Promise<Receipt> {
  const what = `the note of order ${erpOrder.number}`;
  const refused = await refusalOf(writer.write({ page: 'bookingNotes', body: note, what }));
  return receiptAfter(refused, await findNote(writer, erpOrder, key), what);
}

/** Another session may have booked it with our key meanwhile: then a refusal is none. */
function receiptAfter(
  refused: Rejected | OrderNotReady | undefined,
  receipt: Receipt | undefined,
  what: string,
): Receipt {
  if (receipt) return { ...receipt, alreadyBooked: refused !== undefined };
  if (refused) throw refused;
  throw orderWaits(`${partner} accepted ${what}, but does not show it.`, { wrote: 'perhaps' });
}

/** What the ERP answered instead of taking a write; any other failure is thrown, and the next attempt looks. */
async function refusalOf(written: Promise<unknown>): Promise<Rejected | OrderNotReady | undefined> {
  try {
    await written;
    return undefined;
  } catch (error) {
    if (error instanceof Rejected || error instanceof OrderNotReady) return error;
    throw error;
  }
}

/** A refusal that names a part that is short, with what was used of it. */
function withUse(refused: Rejected | OrderNotReady, used: BookingToPost['used']): Rejected | OrderNotReady {
  const item = shortItemIn(refused.message);
  const use = item === undefined ? undefined : used.get(item);
  if (use === undefined || !(refused instanceof Rejected)) return refused;
  return rejected(
    'order-state',
    `${refused.message} Of ${item} the booking takes ${use}: correct its stock there, or what was recorded, then replay.`,
  );
}

/** Shows in the order which product orders it became: a row for each, whose key is both, so that one that is there is refused. */
export async function linkProductOrder(
  writer: Writer,
  erpOrder: ErpOrderRef,
  { id, number, url = '' }: ProductOrderRef,
): Promise<void> {
  const what = `the link of order ${erpOrder.number}`;
  const filter = `${filterOfLine(erpOrder)} and productOrder eq ${odataText(id)}`;
  const isLinked = async () =>
    (await writer.readRows({ page: 'links', filter, what }, bcLinkSchema)).length > 0;
  if (await isLinked()) return;
  const body = { ...lineIn(erpOrder), productOrder: id, number, url };
  const refused = await refusalOf(writer.write({ page: 'links', body, what }));
  if (!refused) return;
  // Another session may have linked it meanwhile.
  if (!(await isLinked())) throw refused;
}

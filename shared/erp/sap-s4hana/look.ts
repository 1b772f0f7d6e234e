import type { BookingKey, Completion, Receipt } from '../../model/completions.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { requireArticle, withDone } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import { keyAsGuid } from '../marks.ts';
import type { Reader } from './client.ts';
import { requireStock } from './components.ts';
import { confirmationsOf, requireAsSent, type ToConfirm } from './confirmation.ts';
import { nameOf, receiptOf } from './goods-receipts.ts';
import { isOfBooking, type Note, noteOfCompletion, textWith } from './marks.ts';
import { lacksOf } from './options.ts';
import { type Found, readConfirmations, readOrder, readPlan, requireOpen } from './order.ts';
import type { SapConfirmation } from './records.ts';

/** What is left to write of a booking. */
export type ToBook = QuantityToBook | TextToWrite;

/** What is left to do of a quantity. */
export interface QuantityToBook {
  readonly completion: Completion;
  /** The confirmations to post; or the one that closes, if it was posted. */
  readonly confirmation: ToPost | { readonly posted: SapConfirmation };
  /** To be added to the order's text. */
  readonly note: Note | undefined;
}

export interface ToPost {
  readonly others: readonly ToConfirm[];
  /** The one that closes, with our key. */
  readonly main: ToConfirm;
  /** Names of those that are posted. */
  readonly done: readonly string[];
}

/** A new text of the order; SAP refuses it if somebody has changed the order since (If-Match). */
export interface TextToWrite {
  readonly field: string;
  readonly text: string;
  readonly etag: string | undefined;
}

/**
 * SAP does not keep ExternalSystemConfirmation unique, so every attempt looks for it before it posts. A confirmation
 * with our key is a receipt, whatever has become of the order since.
 */
export async function lookForQuantity(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const { options, erpOrder } = reader;
  const { order } = await readOrder(reader);
  const confirmations = await readConfirmations(reader);
  const posted = findOurs(confirmations, keyAsGuid(key), erpOrder);
  const { notesField } = options;
  const note = noteOfCompletion(completion, key);
  const saysMore = notesField !== undefined && note.lines.length > 1;
  const left = saysMore && textWith(note, notesField, order) !== undefined ? note : undefined;
  if (posted) {
    if (left) return { toBook: { completion, confirmation: { posted }, note: left } };
    return { receipt: await receiptOf(reader, posted, completion, true) };
  }
  const done = confirmations.filter((one) => isOfBooking(one, key)).map(nameOf);
  try {
    requirePlaces(reader, completion);
    requireArticle(completion, order.Material, 'SAP');
    requireOpen(order, erpOrder);
    const plan = await readPlan(reader, completion);
    const found = { options, completion, key, order, confirmations, plan };
    return { toBook: { completion, confirmation: { ...(await toPostOf(reader, found)), done }, note: left } };
  } catch (error) {
    throw withDone(error, 'Booked by then', done);
  }
}

/** What is still to be confirmed: an attempt that died may have posted some of it. */
async function toPostOf(reader: Reader, found: Found): Promise<Omit<ToPost, 'done'>> {
  const { others, main, uses } = confirmationsOf(found);
  await requireStock(reader, uses);
  const left = others.filter((one) => {
    const posted = findOurs(found.confirmations, one.ExternalSystemConfirmation, reader.erpOrder);
    if (posted) requireAsSent(one, posted, reader.erpOrder);
    return !posted;
  });
  return { others: left, main };
}

/** @throws Rejected for what the configuration had a place for when the booking was planned, and has none for any more. */
function requirePlaces({ options, erpOrder }: Reader, completion: Completion): void {
  const lacks = lacksOf(options);
  for (const part of ['components', 'operations', 'checks'] as const)
    if (completion[part] && lacks[part])
      throw rejected(
        'configuration',
        `SAP: completions.${part} of order ${erpOrder.number} cannot be booked: ${lacks[part]}.`,
      );
}

/** @throws Rejected when no field is configured that could take it. */
export async function lookForAmendment(
  reader: Reader,
  completion: Completion,
  key: BookingKey,
): Promise<Look<ToBook>> {
  const { options, erpOrder } = reader;
  if (options.notesField === undefined) {
    throw rejected(
      'configuration',
      `SAP: what was recorded later for order ${erpOrder.number} has no place to go: configure notesField, or add it by hand.`,
    );
  }
  const text = await lookAtText(reader, options.notesField, noteOfCompletion(completion, key));
  return text ? { toBook: text } : { receipt: receiptOfNote(erpOrder, true) };
}

/** @returns undefined when the order's text has the note already. */
export async function lookAtText(
  reader: Reader,
  field: string,
  note: Note,
): Promise<TextToWrite | undefined> {
  const { order, etag } = await readOrder(reader);
  const text = textWith(note, field, order);
  return text === undefined ? undefined : { field, text, etag };
}

export function receiptOfNote({ number }: ErpOrderRef, alreadyBooked: boolean): Receipt {
  return { reference: `text of order ${number}`, alreadyBooked };
}

/** @throws Rejected when somebody cancelled our confirmation: booking it again would overrule them. */
export function findOurs(
  confirmations: readonly SapConfirmation[],
  guid: string,
  { number }: ErpOrderRef,
): SapConfirmation | undefined {
  const ours = confirmations.filter(
    (one) => one.ExternalSystemConfirmation?.toLowerCase() === guid && one.IsReversal !== true,
  );
  const posted = ours.find((one) => one.IsReversed !== true);
  const [cancelled] = ours;
  if (cancelled && !posted) {
    throw rejected(
      'booked-otherwise',
      `SAP: ${nameOf(cancelled)} of order ${number} was booked for this completion and cancelled since: book it by hand if it is missing.`,
    );
  }
  return posted;
}

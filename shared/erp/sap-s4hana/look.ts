import { linesAnErpMayLack } from '../../model/completion-lines.ts';
import type { BookingKey, Completion, Receipt } from '../../model/completions.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { builtOf, requireArticle, withDone } from '../booking-rules.ts';
import type { Look } from '../connector.ts';
import { rejected } from '../failures.ts';
import { keyAsGuid } from '../marks.ts';
import type { Reader } from './client.ts';
import { requireStock } from './components.ts';
import { confirmationsOf, findOurs, findPosted, planConfirmations, type ToConfirm } from './confirmation.ts';
import { nameOfConfirmation, readReceipt } from './goods-receipts.ts';
import { isConfirmationOfBooking, type LongTextNote, noteOfCompletion, textWith } from './marks.ts';
import { lacksOfSapOptions } from './options.ts';
import {
  readConfirmations,
  readOrder,
  readOrderComponents,
  readRouting,
  requireOpen,
  type SapFindings,
} from './order.ts';
import { readIssuesAsPlanned, requireProposable } from './proposals.ts';
import type { SapConfirmation, SapOrder } from './records.ts';

/** What is left to write of a booking: of a quantity, or an amendment's note to the order as it was read. */
export type ToBook = SapQuantityToBook | { readonly note: LongTextNote; readonly order: SapOrder };

/** What is left to do of a quantity. */
export interface SapQuantityToBook {
  readonly completion: Completion;
  /** The confirmations to post; or the one that closes, if it was posted. */
  readonly confirmation: ToPost | { readonly posted: SapConfirmation };
  /** To be added to the order's text. */
  readonly note: LongTextNote | undefined;
}

export interface ToPost {
  readonly others: readonly ToConfirm[];
  /** The one that closes, with our key. */
  readonly main: ToConfirm;
  /** Names of those that are posted. */
  readonly done: readonly string[];
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
  const { erpOrder } = reader;
  const order = await readOrder(reader);
  const confirmations = await readConfirmations(reader);
  const posted = findOurs(confirmations, keyAsGuid(key), erpOrder);
  const ourNote = noteOfCompletion(reader.options, completion, key);
  const isMissing = ourNote && ourNote.lines.length > 1 && textWith(ourNote, order) !== undefined;
  const note = isMissing ? ourNote : undefined;
  if (posted) {
    if (note) return { toBook: { completion, confirmation: { posted }, note } };
    return { receipt: await readReceipt(reader, posted, completion, true) };
  }
  const done = confirmations.filter((one) => isConfirmationOfBooking(one, key)).map(nameOfConfirmation);
  try {
    requirePlaces(reader, completion);
    requireArticle(completion, order.Material, 'SAP');
    requireOpen(order, erpOrder);
    const built = builtOf(completion, 'SAP');
    const routing = completion.operations ? await readRouting(reader) : [];
    const components = completion.components ? await readOrderComponents(reader) : [];
    const found = { ...reader, completion, built, key, order, confirmations, routing, components };
    return { toBook: { completion, confirmation: { ...(await findWhatToPost(found)), done }, note } };
  } catch (error) {
    throw withDone(error, 'Booked by then', done);
  }
}

/** What is still to be confirmed: an attempt that died may have posted some of it. */
async function findWhatToPost(found: SapFindings): Promise<Omit<ToPost, 'done'>> {
  const plan = planConfirmations(found);
  await requireStock(found, plan.uses.recorded);
  const { others, main } = confirmationsOf(found, plan, await readIssuesAsPlanned(found, plan));
  const left = others.filter((one) => !findPosted(found.confirmations, one, found.erpOrder));
  if (found.completion.operations) await requireProposable(found, [...left, main]);
  return { others: left, main };
}

/** @throws Rejected for what the configuration had a place for when the booking was planned, and has none for any more. */
function requirePlaces({ options, erpOrder }: Reader, completion: Completion): void {
  const lacks = lacksOfSapOptions(options);
  for (const part of linesAnErpMayLack)
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
  const note = noteOfCompletion(options, completion, key);
  if (!note)
    throw rejected(
      'configuration',
      `SAP: what was recorded later for order ${erpOrder.number} has no place to go: configure notesField, or add it by hand.`,
    );
  const order = await readOrder(reader);
  if (textWith(note, order) === undefined) return { receipt: receiptOfNote(erpOrder, true) };
  return { toBook: { note, order } };
}

export function receiptOfNote({ number }: ErpOrderRef, alreadyBooked: boolean): Receipt {
  return { reference: `text of order ${number}`, alreadyBooked };
}

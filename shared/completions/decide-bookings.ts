import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { isNothingSent } from '../ledger/claims.ts';
import {
  type BookingEntry,
  bookedParts,
  countBuilt,
  maxPlannedBytes,
  type PlannedBooking,
} from '../ledger/records/bookings.ts';
import { isBookedTogether, type OrderEntry } from '../ledger/records/product-orders.ts';
import type { WhoBooks } from '../life/who-books.ts';
import type { Cause } from '../model/causes.ts';
import { type BookingKey, quantityKeyOf } from '../model/completions.ts';
import { type ErpOrderRef, productOrderRefOf } from '../model/orders.ts';
import type { WindowState } from './decide-window.ts';

/** A completed product order as Azumuta shows it now, and which part of its ERP order it is. */
export interface BuiltPart {
  /** 1 for an order that is not split. */
  readonly index: number;
  readonly order: AzumutaProductOrder;
  /** What it was made for, where parts are for several units: amount in the unit of the ERP order. */
  readonly madeFor?: string | undefined;
  /** Undefined while it is unknown which recordings there are, which is not the same as none. */
  readonly recordingIds: readonly string[] | undefined;
  /** By when it was completed; of what is in a booking of ours it does not matter. */
  readonly bookedBy: WhoBooks;
  /** Azumuta id with which it was booked together with others; undefined for one that was not. */
  readonly bookedAs?: string | undefined;
  /** A person was asked to remove it: the others count before it. */
  readonly isUnwanted?: boolean;
}

export interface CompletionFacts {
  /** Undefined when the product order was not made by this integration. */
  readonly entry: OrderEntry | undefined;
  readonly erpOrder: ErpOrderRef;
  /** Parts that the ERP order has now; 1 when it is not split. */
  readonly parts: number;
  /** The bookings that the ledger keeps for it, without those that are decided again. */
  readonly bookings: readonly BookingEntry[];
  readonly toDecideAgain: readonly BookingEntry[];
  /** Key of the next quantity, where parts are booked together. */
  readonly nextJointKey: BookingKey;
  readonly current: BuiltPart;
  /** The other parts that are completed, where all are booked together. */
  readonly others: readonly BuiltPart[];
  /** Other parts that are completed, as far as is known, and that there was no time to read. */
  readonly unread: number;
  /** Of parts that are booked together: whether those that are completed are booked though others are not. */
  readonly window: WindowState;
  readonly withoutRecordings: boolean;
}

export type BookingDecision =
  /** `othersFollow`: further parts are booked once this is. */
  | { readonly to: 'book'; readonly plan: readonly PlannedBooking[]; readonly othersFollow: boolean }
  /** There is nothing to do, or only when other parts are completed. */
  | { readonly to: 'leave'; readonly why: string; readonly awaitsParts?: true }
  | { readonly to: 'wait'; readonly sentence: string }
  | { readonly to: 'reject'; readonly sentence: string; readonly cause: Cause };

/**
 * What a completed product order becomes in the ERP.
 *
 *   completed before the integration was live            leave: people book it; other parts are decided without it
 *   unclear whether it was                               reject
 *   perhaps booked with others by an earlier ledger      reject
 *   another article than was ordered                     reject
 *   made again in Azumuta after it was booked            reject
 *   a part that the ERP order does not have any more     reject
 *   unknown yet which recordings there are               wait
 *   a part, and others are not completed                 leave: the last of them books, or the next time of the plant
 *   the same, and that time has come                     book the quantity of those that are completed
 *   the same, and some are decided again                 book the quantity of these
 *   parts that there was no time to read                 book the quantity of those that were read: the others follow
 *   not booked yet                                       book the quantity, with all recordings known now
 *   further recordings, quantity booked                  book each as an amendment: notes, never a quantity
 *   further recordings, quantity not booked              leave: they wait until it is
 *   more recordings than one booking can hold            reject
 *
 * The key of a quantity is the id of its product order, for ever; of parts that are booked together it counts (`BookingKey`).
 * A booking of which surely nothing was sent may be decided again.
 */
export function decideBookings(facts: CompletionFacts): BookingDecision {
  const { entry, bookings, current, others, parts } = facts;
  const { number } = current.order;
  // What was refused of a product order that was made again since is no booking.
  const isOfAnother = (booking: BookingEntry) =>
    booking.state === 'rejected' &&
    isNothingSent(booking) &&
    booking.parts.length === 1 &&
    booking.parts.includes(current.index) &&
    booking.productOrder.id !== current.order.id;
  const quantities = bookings.filter((one) => one.kind === 'quantity' && !isOfAnother(one));
  const quantityOf = (index: number) => quantities.find((booking) => booking.parts.includes(index));

  const isOurs = ({ index, bookedBy }: BuiltPart) => bookedBy !== 'people' || quantityOf(index) !== undefined;
  const built = [current, ...others].filter(isOurs).sort((a, b) => a.index - b.index);
  if (built.length === 0) return { to: 'leave', why: 'It was completed before we were live' };
  if (current.bookedBy === 'unclear' && !quantityOf(current.index))
    return decideToReject(
      `Azumuta does not say when product order ${number} was completed, and people book what was before deployment.liveFrom. If it was completed since, replay this.`,
      'completion-unclear',
    );
  if (current.bookedBy === 'earlier ledger' && !quantityOf(current.index))
    return decideToReject(
      `Product order ${number} was completed before its order came here: a ledger that was lost may have had it booked with other parts of ERP order ${facts.erpOrder.number}. If it is not booked, replay this; else give it up.`,
      'booked-otherwise',
    );
  const wrong = isOurs(current) ? whyInConflict(current, entry, quantityOf(current.index)) : undefined;
  if (wrong !== undefined) return decideToReject(wrong, 'conflict');
  const counts = partsThatCount(facts, built, quantities);
  const isSurplus = isOurs(current) && !counts.includes(current);
  if (isSurplus && !quantityOf(current.index))
    return decideToReject(
      `Product order ${number} is completed, and its ERP order ${facts.erpOrder.number} has only ${parts} part(s) now: book it in the ERP by hand.`,
      'conflict',
    );
  const open = counts.filter(({ index }) => !quantityOf(index));
  const unknown = open.find(({ recordingIds }) => recordingIds === undefined);
  if (unknown && !facts.withoutRecordings)
    return {
      to: 'wait',
      sentence: `Azumuta lists no recordings of product order ${unknown.order.number}, and its trigger named none. Let the trigger send the recordings' ids, or set completions.unknownRecordings to 'ignore' to book without them.`,
    };

  const indexes = counts.map(({ index }) => index);
  const countOfBuilt = countBuilt(indexes, bookedParts(quantities)) + facts.unread;
  const missing = isBookedTogether(entry) ? parts - countOfBuilt : 0;
  const isAwaiting = open.length > 0 && missing > 0;
  const toBook = isAwaiting ? partsToBookEarly(open, facts) : open;
  const decision = planBookings(facts, toBook, built, quantityOf);
  if (isAwaiting && decision.to === 'leave')
    return { to: 'leave', why: `${missing} of ${parts} parts are awaited`, awaitsParts: true };
  return decision;
}

function decideToReject(sentence: string, cause: Cause): BookingDecision {
  return { to: 'reject', sentence, cause };
}

/** @param entry Undefined for one that was typed by hand: nobody but the ERP knows of which article it is to be. */
function whyInConflict(
  { order, bookedAs }: BuiltPart,
  entry: OrderEntry | undefined,
  booked: BookingEntry | undefined,
): string | undefined {
  const { number = order.number, draft } = entry ?? {};
  const { article: built = draft?.article } = order;
  if (draft && built !== draft.article)
    return `Product order ${number} was made of article ${draft.article}, and Azumuta says ${built}: find out which was built, and book it in the ERP by hand.`;
  const id = bookedAs ?? (booked?.parts.length === 1 ? booked.productOrder.id : order.id);
  if (booked && id !== order.id)
    return `Product order ${number} was booked as ${id}, and was made again in Azumuta as ${order.id}: if it was built a second time, book that in the ERP by hand.`;
  return undefined;
}

/**
 * Booked together, as many of those that are built as the ERP order has, whichever they are, but first those of a plan that is
 * decided again; else those whose index it has.
 */
function partsThatCount(
  { entry, parts, toDecideAgain }: CompletionFacts,
  built: readonly BuiltPart[],
  quantities: readonly BookingEntry[],
): readonly BuiltPart[] {
  if (!isBookedTogether(entry)) return built.filter(({ index }) => index <= parts);
  const booked = bookedParts(quantities);
  const open = built.filter(({ index }) => !booked.has(index));
  const held = bookedParts(toDecideAgain);
  const rankOf = ({ index, isUnwanted }: BuiltPart) => (held.has(index) ? 0 : isUnwanted ? 2 : 1);
  const wanted = open.toSorted((a, b) => rankOf(a) - rankOf(b));
  return wanted.slice(0, Math.max(0, parts - booked.size)).toSorted((a, b) => a.index - b.index);
}

/** Of the parts that are completed while others are not, those that are booked now. */
function partsToBookEarly(
  open: readonly BuiltPart[],
  { window, toDecideAgain }: CompletionFacts,
): readonly BuiltPart[] {
  if (window === 'none') return [];
  if (window === 'due') return open;
  const held = bookedParts(toDecideAgain);
  return open.filter(({ index }) => held.has(index));
}

function planBookings(
  facts: CompletionFacts,
  open: readonly BuiltPart[],
  built: readonly BuiltPart[],
  quantityOf: (index: number) => BookingEntry | undefined,
): BookingDecision {
  const { bookings, erpOrder } = facts;
  const booked = recordingsOfBookings(bookings);
  const newIn = ({ recordingIds = [] }: BuiltPart) => recordingIds.filter((id) => !booked.has(id));
  // One quantity at a time: whether the next one is the last of its ERP order is known once this one is booked or refused.
  const [first, ...others] = quantitiesOf(open, facts);
  const othersFollow = others.length > 0 || facts.unread > 0;
  const plan = (first ? [first] : []).map(({ key, parts }) =>
    toPlannedBooking({ key, kind: 'quantity', parts, recordingIds: parts.flatMap(newIn), erpOrder }),
  );
  const taken = recordingsOfBookings(plan);
  const later: string[] = [];
  for (const part of built) {
    const further = newIn(part).filter((id) => !taken.has(id));
    const quantity = quantityOf(part.index);
    if (!quantity || further.length === 0) continue;
    if (quantity.state === 'done') plan.push(...further.map((id) => amendmentOf(part, id, erpOrder)));
    else later.push(`recording ${further.join(', ')} waits until ${quantity.key} is booked`);
  }
  // A booking is one item of the ledger.
  const large = plan.find((booking) => Buffer.byteLength(JSON.stringify(booking)) > maxPlannedBytes);
  if (large)
    return decideToReject(
      `ERP order ${erpOrder.number} is completed with ${large.recordingIds.length} recordings of ${large.parts.length} part(s), from product order ${large.productOrder.number} on, which is more than one booking can hold (some 1,800): book it in the ERP by hand.`,
      'completion-unclear',
    );
  if (plan.length > 0) return { to: 'book', plan, othersFollow: first !== undefined && othersFollow };
  return { to: 'leave', why: later.join('; ') || 'Nothing new: every recording is booked or on its way' };
}

interface QuantityOfParts {
  readonly key: BookingKey;
  readonly parts: readonly [BuiltPart, ...BuiltPart[]];
}

/**
 * One booking of all that is open. Of parts that are booked together, what is decided again keeps its key and none but its
 * parts (`BookingKey`): what may be in the ERP in any case, and then the other parts are a booking of their own.
 */
function quantitiesOf(
  open: readonly BuiltPart[],
  { entry, toDecideAgain, nextJointKey }: CompletionFacts,
): QuantityOfParts[] {
  const [first] = open;
  if (!first) return [];
  if (!isBookedTogether(entry)) return quantityWithKey(quantityKeyOf(first.order.id), open);
  const again = quantityToDecideAgain(open, toDecideAgain);
  if (!again) return quantityWithKey(nextJointKey, open);
  // What was ignored holds no part, for nobody: it may get any.
  const keeps = ({ index }: BuiltPart) => again.state === 'ignored' || again.parts.includes(index);
  const others = open.filter((part) => !keeps(part));
  return [...quantityWithKey(again.key, open.filter(keeps)), ...quantityWithKey(nextJointKey, others)];
}

/** What may be in the ERP comes first; then what nobody holds the parts of; then what no part was added to. */
function quantityToDecideAgain(
  open: readonly BuiltPart[],
  toDecideAgain: readonly BookingEntry[],
): BookingEntry | undefined {
  const quantities = toDecideAgain.filter(({ kind }) => kind === 'quantity');
  return (
    quantities.find((one) => !isNothingSent(one)) ??
    quantities.find(({ state }) => state === 'ignored') ??
    quantities.find(({ parts }) => open.every(({ index }) => parts.includes(index)))
  );
}

function quantityWithKey(key: BookingKey, [first, ...others]: readonly BuiltPart[]): QuantityOfParts[] {
  return first ? [{ key, parts: [first, ...others] }] : [];
}

function amendmentOf(part: BuiltPart, recordingId: string, erpOrder: ErpOrderRef): PlannedBooking {
  const key = `${part.order.id}#recording#${recordingId}`;
  return toPlannedBooking({ key, kind: 'amendment', parts: [part], recordingIds: [recordingId], erpOrder });
}

function toPlannedBooking({
  parts,
  ...planned
}: Omit<PlannedBooking, 'parts' | 'productOrder'> & Pick<QuantityOfParts, 'parts'>): PlannedBooking {
  const productOrder = productOrderRefOf(parts[0].order);
  return { ...planned, parts: parts.map(({ index }) => index), productOrder };
}

export function recordingsOfBookings(
  bookings: readonly Pick<PlannedBooking, 'recordingIds'>[],
): ReadonlySet<string> {
  return new Set(bookings.flatMap(({ recordingIds }) => recordingIds));
}

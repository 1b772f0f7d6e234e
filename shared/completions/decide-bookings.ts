import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import { type BookingEntry, maxPlannedBytes, type PlannedBooking } from '../ledger/records/bookings.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { Cause } from '../model/causes.ts';
import type { BookingKey } from '../model/completions.ts';
import { type ErpOrderRef, type ProductOrderRef, partIndexes } from '../model/orders.ts';

/** A completed product order as Azumuta shows it now, and which part of its ERP order it is. */
export interface BuiltPart {
  /** 1 for an order that is not split. */
  readonly index: number;
  readonly order: AzumutaProductOrder;
  /** Undefined while it is unknown which recordings there are, which is not the same as none. */
  readonly recordingIds: readonly string[] | undefined;
}

/** What the ledger knows, and what Azumuta shows now. */
export interface CompletionFacts {
  /** Undefined when the product order was not made by this integration. */
  readonly entry: OrderEntry | undefined;
  readonly erpOrder: ErpOrderRef;
  /** Parts that the ERP order has now; 1 when it is not split. */
  readonly parts: number;
  /** All bookings that the ledger keeps for it. */
  readonly bookings: readonly BookingEntry[];
  /** The product order that the hint is about. */
  readonly current: BuiltPart;
  /** The other parts that are completed, where all are booked together. */
  readonly others: readonly BuiltPart[];
  /** A person asked for it once more: messages of bookings that are not done may be lost. */
  readonly again: boolean;
  /** Book although it is unknown which recordings there are. */
  readonly withoutRecordings: boolean;
  /** Whether a booking that was planned and not sent is to be sent by this attempt. */
  readonly isAbandoned: (booking: BookingEntry) => boolean;
}

export type BookingDecision =
  /** Write these down, then send them and what an earlier attempt left unsent. */
  | {
      readonly to: 'book';
      readonly plan: readonly PlannedBooking[];
      readonly planAgain: readonly PlannedBooking[];
      readonly send: readonly PlannedBooking[];
    }
  /** There is nothing to do, or only when other parts are completed. */
  | { readonly to: 'leave'; readonly why: string }
  /** Ask Azumuta again in a while. */
  | { readonly to: 'wait'; readonly sentence: string }
  /** A person has to look at it. */
  | { readonly to: 'reject'; readonly sentence: string; readonly cause: Cause };

/**
 * What a completed product order becomes in the ERP.
 *
 *   another article than was ordered                     reject
 *   made again in Azumuta after it was booked            reject
 *   a part that the ERP order does not have any more     reject
 *   unknown yet which recordings there are               wait
 *   a part, and others are not completed                 leave: the last of them books
 *   not booked yet                                       book the quantity, with all recordings known now
 *   further recordings, quantity booked or planned       book each as an amendment: notes, never a quantity
 *   further recordings, quantity rejected                reject: replaying the rejected booking includes them
 *   rejected, and a person wants it once more            plan it again: with all recordings if it surely wrote nothing
 *   planned, not done, and a person wants it once more   send as it was planned
 *   planned, and unknown whether it was sent             send
 *   more recordings than one booking can hold            reject
 *
 * The quantity of a product order is planned once for ever: its key is the id of the first product order in it.
 */
export function decideBookings(facts: CompletionFacts): BookingDecision {
  const { entry, bookings, current, others, parts } = facts;
  const { number } = current.order;
  const quantities = bookings.filter(({ kind }) => kind === 'quantity');
  const quantityOf = (index: number) => quantities.find((booking) => booking.parts.includes(index));

  const wrong = entry && problemOf(current, entry, quantityOf(current.index));
  if (wrong !== undefined) return reject(wrong, 'conflict');
  if (current.index > parts && !quantityOf(current.index))
    return reject(
      `Product order ${number} is completed, and its ERP order ${facts.erpOrder.number} has only ${parts} part(s) now: book it in the ERP by hand.`,
      'conflict',
    );
  const built = [current, ...others].sort((a, b) => a.index - b.index);
  const open = built.filter(({ index }) => index <= parts && !quantityOf(index));
  const unknown = open.find(({ recordingIds }) => recordingIds === undefined);
  if (unknown && !facts.withoutRecordings)
    return wait(
      `Azumuta lists no recordings of product order ${unknown.order.number}, and its trigger named none. Let the trigger send the recordings' ids, or set completions.unknownRecordings to 'ignore' to book without them.`,
    );

  const missing = missingParts(facts, built, quantityOf);
  const isAwaiting = open.length > 0 && missing.length > 0;
  const decision = planned(facts, isAwaiting ? [] : open, built, quantityOf);
  if (isAwaiting && decision.to === 'leave')
    return { to: 'leave', why: `Parts ${missing.join(', ')} of ${parts} are awaited` };
  return bounded(decision);
}

const reject = (sentence: string, cause: Cause): BookingDecision => ({ to: 'reject', sentence, cause });
const wait = (sentence: string): BookingDecision => ({ to: 'wait', sentence });

/** A booking is one item of the ledger. */
function bounded(decision: BookingDecision): BookingDecision {
  if (decision.to !== 'book') return decision;
  const isTooLarge = (booking: PlannedBooking) =>
    Buffer.byteLength(JSON.stringify(booking)) > maxPlannedBytes;
  const large = [...decision.plan, ...decision.planAgain].find(isTooLarge);
  if (!large) return decision;
  const { erpOrder, productOrder, parts, recordingIds } = large;
  return reject(
    `ERP order ${erpOrder.number} is completed with ${recordingIds.length} recordings of ${parts.length} part(s), from product order ${productOrder.number} on, which is more than one booking can hold (some 1,800): book it in the ERP by hand.`,
    'completion-unclear',
  );
}

function problemOf(
  { order }: BuiltPart,
  { draft, number }: OrderEntry,
  booked: BookingEntry | undefined,
): string | undefined {
  if (order.article !== undefined && order.article !== draft.article)
    return `Product order ${number} was made of article ${draft.article}, and Azumuta says ${order.article}: find out which was built, and book it in the ERP by hand.`;
  if (booked && booked.parts.length === 1 && booked.productOrder.id !== order.id)
    return `Product order ${number} was booked as ${booked.productOrder.id}, and was made again in Azumuta as ${order.id}: if it was built a second time, book that in the ERP by hand.`;
  return undefined;
}

/** Parts that are booked together and neither completed now nor in a booking. */
function missingParts(
  { entry, parts }: CompletionFacts,
  built: readonly BuiltPart[],
  quantityOf: (index: number) => BookingEntry | undefined,
): number[] {
  if (!isBookedTogether(entry)) return [];
  const there = new Set(built.map(({ index }) => index));
  return partIndexes(parts).filter((index) => !there.has(index) && !quantityOf(index));
}

function planned(
  facts: CompletionFacts,
  open: readonly BuiltPart[],
  built: readonly BuiltPart[],
  quantityOf: (index: number) => BookingEntry | undefined,
): BookingDecision {
  const { bookings, erpOrder, again } = facts;
  const booked = recordingsIn(bookings);
  const newIn = ({ recordingIds = [] }: BuiltPart) => recordingIds.filter((id) => !booked.has(id));
  const isBuilt = ({ parts }: BookingEntry) =>
    parts.every((index) => built.some((part) => part.index === index));

  const wantedAgain = again ? bookings.filter(({ state }) => state !== 'done') : [];
  const reopened = wantedAgain.find((booking) => !isBuilt(booking));
  if (reopened) return wait(`Not all parts of booking ${reopened.key} are completed in Azumuta any more.`);
  const planAgain = wantedAgain
    .filter(({ state }) => state === 'rejected')
    .map((booking) => rejected(booking, built, newIn));
  const plan = quantityOfAll(open, newIn, erpOrder);
  const taken = recordingsIn([...plan, ...planAgain]);
  for (const part of built) {
    const further = newIn(part).filter((id) => !taken.has(id));
    const quantity = quantityOf(part.index);
    if (!quantity || further.length === 0) continue;
    if (quantity.state === 'rejected' && !again) {
      // For another part, its own trigger lets a person know.
      if (part !== facts.current) continue;
      return reject(
        `Recording ${further.join(', ')} of product order ${part.order.number} came after its booking ${quantity.key} was rejected: replay that one, which takes it in, then discard this.`,
        'completion-unclear',
      );
    }
    plan.push(...further.map((id) => amendmentOf(id, part, erpOrder)));
  }
  const unsent = bookings.filter(
    (booking) => isUnsent(booking) && isBuilt(booking) && facts.isAbandoned(booking),
  );
  const send = again ? wantedAgain.filter(({ state }) => state !== 'rejected') : unsent;
  if (plan.length + planAgain.length + send.length === 0)
    return { to: 'leave', why: 'Nothing new: every recording is booked or on its way' };
  return { to: 'book', plan, planAgain, send };
}

/** Planned, and it is unknown whether its message was sent. */
export function isUnsent({ state, enqueued }: BookingEntry): boolean {
  return state === 'waiting' && !enqueued;
}

/** The key of the quantity of a product order: it never changes. */
export function quantityKeyOf({ id }: Pick<AzumutaProductOrder, 'id'>): BookingKey {
  return `${id}#quantity`;
}

/** One booking of everything that is not booked yet; none when there is nothing. */
function quantityOfAll(
  open: readonly BuiltPart[],
  newIn: (part: BuiltPart) => string[],
  erpOrder: ErpOrderRef,
): PlannedBooking[] {
  const [first] = open;
  if (!first) return [];
  const parts = open.map(({ index }) => index);
  const recordingIds = open.flatMap(newIn);
  const productOrder = refOf(first.order);
  const key = quantityKeyOf(first.order);
  return [{ key, kind: 'quantity', parts, recordingIds, erpOrder, productOrder }];
}

/** If it surely wrote nothing, it includes what was recorded since; else the ERP may have it as it was planned. */
function rejected(
  { key, kind, parts, recordingIds, erpOrder, productOrder, surelyNotBooked }: BookingEntry,
  built: readonly BuiltPart[],
  newIn: (part: BuiltPart) => string[],
): PlannedBooking {
  const further =
    kind === 'quantity' && surelyNotBooked
      ? built.filter(({ index }) => parts.includes(index)).flatMap(newIn)
      : [];
  return { key, kind, parts, recordingIds: [...recordingIds, ...further], erpOrder, productOrder };
}

function amendmentOf(id: string, { index, order }: BuiltPart, erpOrder: ErpOrderRef): PlannedBooking {
  const key = `${order.id}#recording#${id}`;
  const productOrder = refOf(order);
  return { key, kind: 'amendment', parts: [index], recordingIds: [id], erpOrder, productOrder };
}

/** Whether the parts of its ERP order are booked at once, when all are completed. */
export function isBookedTogether(entry: OrderEntry | undefined): entry is OrderEntry {
  return entry?.part.book === 'when-all-done';
}

/** The ledger keeps the bookings of a product order under this number: that of the first part where all are booked together. */
export function homeOf(number: string, entry: OrderEntry | undefined): string {
  return isBookedTogether(entry) ? entry.part.first : number;
}

/** Recordings that are in one of the bookings. */
export function recordingsIn(bookings: readonly Pick<PlannedBooking, 'recordingIds'>[]): ReadonlySet<string> {
  return new Set(bookings.flatMap(({ recordingIds }) => recordingIds));
}

function refOf({ id, number, url }: AzumutaProductOrder): ProductOrderRef {
  return url ? { id, number, url } : { id, number };
}

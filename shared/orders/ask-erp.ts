import * as z from 'zod/mini';
import type { ErpConnector } from '../erp/connector.ts';
import { type BookingEntry, bookedQuantity, isRefusedByMapping } from '../ledger/records/bookings.ts';
import { isOfBooking } from '../ledger/records/dead-letters.ts';
import { type ErpOrderRecord, recordedFacts } from '../ledger/records/erp-orders.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { isGivenUpSince } from '../ledger/records/order-end.ts';
import {
  asMade,
  isBookedTogether,
  isMessageForgotten,
  isMessageUnderWay,
  type OrderEntry,
} from '../ledger/records/product-orders.ts';
import { lifeOf } from '../life/life.ts';
import { whatAPersonDoes } from '../life/what-a-person-does.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import { hasSameFacts } from '../model/order-facts.ts';
import { type ErpOrder, type ErpOrderFacts, erpOrderRefOf, isSameErpOrder } from '../model/orders.ts';
import { quantitySchema, toDecimal } from '../model/quantity.ts';
import type { PartnerCall } from '../platform/http.ts';
import { NoFreeSlot } from '../slots/slots.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { acceptOrders } from './accept.ts';
import type { AcceptDependencies, Accepted } from './accept-wanted.ts';
import { type LookDependencies, lookAtOrder } from './look.ts';
import type { Via } from './wanted-order.ts';

export interface AskErpDependencies extends AcceptDependencies, LookDependencies {
  readonly erp: ErpConnector;
  /** Of the deployment: what its mapping makes of an order may differ from what was made. */
  readonly configuration: string;
}

/**
 * The daily look at a product order that is open: its ERP order is read once and accepted as it is now, as the ERP may not
 * list what was deleted, put back or renamed; then Azumuta is looked at where something is open about it. A partner that
 * cannot be asked is asked the next day: such messages must not wait in the queue, as every day brings new ones.
 */
export async function lookDaily(
  number: string,
  attempt: WorkAttempt,
  dependencies: AskErpDependencies,
): Promise<void> {
  const { ledger, clock, enqueue } = dependencies;
  const known = await ledger.knownOrders.read(number);
  const { entry, concerns } = known;
  // From now on they come after the others, whatever is found.
  for (const concern of concerns) await ledger.concerns.postponeAfterLook(number, concern);
  try {
    if (!entry) return await lookAtRefused(known, attempt, dependencies);
    if (await shouldAskErp(known, entry, dependencies))
      await askErpDaily(known, entry, attempt, dependencies);
    await askForClaimants(known, attempt, dependencies);
    const seen = await lookAtOrder(number, attempt, dependencies);
    // Nobody asks about an order that the ERP does not want, and its trigger may be lost.
    const isPlanned = known.bookings.some(({ parts }) => parts.includes(entry.part.index));
    const isCompletedUnasked =
      seen?.completed === true && !isPlanned && !(await hasBookingDeadLetter(number, ledger));
    if (isCompletedUnasked || needsHint(known, dependencies))
      await sendHintUnlessPaused(number, dependencies);
    if (needsMessage(known, entry, clock.now())) {
      await enqueue(number);
      await ledger.orders.markMessageSentAgain(number);
    }
    if (entry.state !== 'waiting') await ledger.orders.renewExpiry(entry);
  } catch (error) {
    if (!canWaitForTomorrow(error)) throw error;
    attempt.log.warn('An order cannot be looked at today', { reason: error.message });
  }
}

/** While completions are paused, a hint would only wait, with those of each further day: the look after the pause sends it. */
async function sendHintUnlessPaused(
  number: string,
  { ledger, lookAgain }: AskErpDependencies,
): Promise<void> {
  const { completions } = await ledger.pauses.readPaused();
  if (completions === undefined) await lookAgain(number);
}

/**
 * Whether an order that waits to be made needs another message: that is in the queue until SQS has forgotten it, or has become
 * a dead letter.
 */
function needsMessage({ deadLetters }: KnownOrder, entry: OrderEntry, now: Date): boolean {
  if (deadLetters.length === 0) return isMessageForgotten(entry, now);
  return entry.state === 'waiting' && !isMessageUnderWay(entry, now);
}

/** A partner that cannot be asked now; but a slot is free in a moment. */
function canWaitForTomorrow(error: unknown): error is Rejected | RetryLater {
  if (error instanceof NoFreeSlot) return false;
  return error instanceof Rejected || error instanceof RetryLater;
}

/** A dead letter says why it is not booked: each further hint would become one more dead letter. */
async function hasBookingDeadLetter(
  number: string,
  { knownOrders }: AskErpDependencies['ledger'],
): Promise<boolean> {
  const { deadLetters } = await knownOrders.readStanding(number);
  return deadLetters.some(isOfBooking);
}

/** A hint is the owner of what a completion says: Azumuta may show it otherwise, or the mapping that refused it may be another. */
function needsHint({ concerns, bookings }: KnownOrder, { configuration }: AskErpDependencies): boolean {
  const isRefusedByAnother = (booking: BookingEntry) =>
    isRefusedByMapping(booking) && booking.configuration !== configuration;
  return concerns.some(({ kind }) => kind === 'figures-changed') || bookings.some(isRefusedByAnother);
}

/**
 * Accepts what the ERP has now. What the record says already is accepted, too, where no look at Azumuta ends what is open, as
 * it is booked or has ended; where another mapping may take it; where it was made again as it was before; or where it had more
 * parts that are booked together, of which one may be built by now, so that another is not wanted.
 */
async function askErpDaily(
  { concerns, bookings }: KnownOrder,
  entry: OrderEntry,
  attempt: WorkAttempt,
  dependencies: AskErpDependencies,
): Promise<void> {
  const record = await dependencies.ledger.erpOrders.find(entry.erpOrder);
  if (!record) return;
  const isBeyondLooks = entry.end !== undefined || bookedQuantity(bookings, entry.part.index) !== undefined;
  const isOpen = isBeyondLooks && concerns.some(({ kind }) => kind === 'changed');
  const isRefusedByAnother = entry.state === 'rejected' && entry.mappedBy !== dependencies.configuration;
  const isMadeOtherwise = concerns.length === 0 && !isMadeFor(entry.erpOrder, record);
  // It is accepted by now, and whoever did that had not read the concern.
  const isRefused = concerns.some(({ kind }) => kind === 'refused');
  const hadMoreParts = isBookedTogether(entry) && record.split.of < record.mostParts;
  const acceptsSame = isOpen || isRefusedByAnother || isMadeOtherwise || isRefused || hadMoreParts;
  await askErp(record, { via: 'daily look', acceptsSame }, attempt, dependencies);
}

/** Another ERP order that is mapped to the same number may be gone, or mapped elsewhere by now: no list may show it. */
async function askForClaimants(
  { concerns }: KnownOrder,
  attempt: WorkAttempt,
  dependencies: AskErpDependencies,
): Promise<void> {
  const { erpOrders } = dependencies.ledger;
  for (const { claimant } of concerns) {
    if (claimant === undefined) continue;
    const record =
      (await erpOrders.find({ id: claimant, number: claimant })) ??
      (await erpOrders.find({ number: claimant }));
    if (record) await askErp(record, { via: 'daily look', acceptsSame: true }, attempt, dependencies);
  }
}

/**
 * Not about what is built, unless something is open about what was booked; and once for all parts of an ERP order: the first
 * one asks, as long as it is open itself.
 */
async function shouldAskErp(
  { bookings, concerns }: KnownOrder,
  entry: OrderEntry,
  { ledger }: AskErpDependencies,
): Promise<boolean> {
  const { index } = entry.part;
  if (entry.end?.how === 'given up') return false;
  // The first part keeps the bookings of others, too.
  const isBuilt = bookings.some(({ parts, state }) => parts.includes(index) || state !== 'done');
  const isOpen = concerns.some(({ kind }) => kind === 'changed' || kind === 'refused');
  if (isBuilt && !isOpen) return false;
  if (index === 1) return true;
  const first = await ledger.orders.find(entry.part.first);
  return !first?.awaiting || !isSameErpOrder(first.erpOrder, entry.erpOrder);
}

/** An order that could not be mapped, and is known by its number alone: the order or the mapping may be corrected by now. */
async function lookAtRefused(
  { number, concerns }: KnownOrder,
  { signal }: WorkAttempt,
  dependencies: AskErpDependencies,
): Promise<void> {
  const { erp, partners, ledger } = dependencies;
  const refused = concerns.find(({ kind }) => kind === 'refused');
  if (!refused || !erp.readOrder) return;
  const reading = async ({ signal: own, guard }: PartnerCall) => erp.readOrder?.({ number }, own, guard);
  const order = await partners.call('erp', signal, reading, number);
  const [accepted] = order ? await acceptOrders([order], 'daily look', dependencies) : [];
  const isAccepted = accepted !== undefined && !isNothingMadeOf(accepted);
  const note = order ? 'It was accepted since.' : 'The ERP does not have it any more.';
  if (!order || isAccepted) await ledger.concerns.end(number, refused, note);
}

/**
 * Has a refused order mapped as the ERP has it now, or, where the ERP cannot be asked, made as it was mapped: by whichever
 * message a person asks for it, and a person takes its end back so.
 * @returns false when nothing is to be created any more. @throws Rejected
 */
export async function mapAgain(
  number: string,
  attempt: WorkAttempt,
  dependencies: AskErpDependencies,
): Promise<boolean> {
  const known = await dependencies.ledger.knownOrders.readStanding(number);
  const { entry } = known;
  if (isGivenUpSince(entry?.end, attempt.sentAt)) {
    attempt.log.info('Its creation is not tried again', { reason: 'It was given up after this replay' });
    return false;
  }
  const outcome = whatAPersonDoes['replay of its creation'][lifeOf(known).stage];
  if (outcome.to === 'nothing') {
    attempt.log.info('Its creation is not tried again', { reason: outcome.because });
    return false;
  }
  if (outcome.to === 'create' || outcome.to === 'look') return true;
  // What waits is tried without a question, and what Azumuta has is taken back by `remake`.
  if (entry?.state !== 'rejected') return true;
  const { orders, erpOrders } = dependencies.ledger;
  const record = await erpOrders.find(entry.erpOrder);
  const asked = { ...dependencies, askedFor: number };
  const accepted = record && (await askErp(record, { via: 'replay', acceptsSame: true }, attempt, asked));
  if (!accepted) {
    await orders.replace(entry, { ...asMade(entry), via: 'replay' });
    return true;
  }
  const { reason, cause, isEnded } = accepted;
  const isRefused = reason !== undefined && cause !== undefined && isNothingMadeOf(accepted);
  if (isRefused) throw new Rejected(reason, { causeCode: cause });
  return !isEnded;
}

/** It cannot be mapped, though the ERP wants it. */
function isNothingMadeOf({ isEnded, productOrders }: Accepted): boolean {
  return !isEnded && productOrders.length === 0;
}

interface ErpQuestion {
  readonly via: Via;
  /** It is accepted, too, where the ERP has what the record says. */
  readonly acceptsSame: boolean;
}

/** Undefined when the ERP cannot be asked for one order, or the ledger has the same. @throws RetryLater, Rejected */
async function askErp(
  record: ErpOrderRecord,
  { via, acceptsSame }: ErpQuestion,
  { signal }: Pick<WorkAttempt, 'signal'>,
  dependencies: AskErpDependencies,
): Promise<Accepted | undefined> {
  const { erp, partners } = dependencies;
  if (!erp.readOrder) return undefined;
  const reading = async ({ signal: own, guard }: PartnerCall) => erp.readOrder?.(record.erpOrder, own, guard);
  const read = await partners.call('erp', signal, reading, record.erpOrder.number);
  const order = read ? asRecorded(read, record) : asDeleted(record);
  if (!acceptsSame && isRecorded(order, record)) return undefined;
  const [accepted] = await acceptOrders([order], via, dependencies);
  return accepted;
}

function asDeleted({ erpOrder }: ErpOrderRecord): ErpOrder {
  return {
    ...erpOrderRefOf(erpOrder),
    article: erpOrder.article,
    quantity: z.parse(quantitySchema, erpOrder),
    dueDate: undefined,
    state: 'deleted',
    attributes: {},
  };
}

/** A caller may have posted its unit by another name than the one that the connector reads. */
function asRecorded(order: ErpOrder, { erpOrder: { amount, unit } }: ErpOrderRecord): ErpOrder {
  if (unit === undefined || toDecimal(order.quantity.amount) !== toDecimal(amount)) return order;
  return { ...order, quantity: { ...order.quantity, unit } };
}

/** What was made again is made as it was: the ERP may have changed its order while nobody wanted it. */
function isMadeFor(made: ErpOrderFacts, { erpOrder }: ErpOrderRecord): boolean {
  return made.article === erpOrder.article && made.amount === erpOrder.amount;
}

/** Only the ERP's own facts are compared: what a caller has posted may hold other fields than the connector reads. */
function isRecorded(order: ErpOrder, record: ErpOrderRecord): boolean {
  if (order.state !== 'released') return record.state === 'cancelled';
  if (record.state !== 'released' || order.number !== record.erpOrder.number) return false;
  return hasSameFacts(order, recordedFacts(record));
}

import type { Claim } from '../ledger/claims.ts';
import { bookingKeyOf } from '../ledger/keys.ts';
import type { Lease } from '../ledger/lease.ts';
import {
  type BookingEntry,
  bookingEntryOf,
  forBookingOnly,
  type Plan,
  type PlannedBooking,
} from '../ledger/records/bookings.ts';
import type { DayFigures } from '../ledger/records/events.ts';
import { isJointKey } from '../ledger/records/joint-keys.ts';
import { isBookedTogether, type OrderEntry, type Orders } from '../ledger/records/product-orders.ts';
import { concernsEndedByBooking } from '../life/ended-by-booking.ts';
import { decideWhoBooks } from '../life/who-books.ts';
import type { Completion, Receipt } from '../model/completions.ts';
import { combineAbouts, isFailure, NotSent, Rejected, UnknownOrder, Wait } from '../model/errors.ts';
import { definedFields } from '../model/unread.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartnerCall } from '../platform/http.ts';
import { askedMeanwhile } from './ask-azumuta.ts';
import { refuseBookedByHand } from './booked-by-hand.ts';
import { aboutOf, plannedByAnother, unpackCompletion } from './content.ts';
import type { NumberedPart } from './decide-window.ts';
import type { HintDependencies, Inquiry } from './inquiry.ts';
import { keepWindow, readPartsInNoBooking } from './keep-window.ts';
import { completionHint } from './messages.ts';

export interface Job extends Inquiry {
  /** One after the other, the quantity first: with its plan, or as it was planned before. */
  readonly toBook: readonly JobBooking[];
  /** What was refused so far: one dead letter says it, once everything else is done. */
  readonly refused: readonly Rejected[];
  /** The hint is newer than what is booked: it looks again afterwards. */
  readonly looksAgain: boolean;
}

interface JobBooking {
  readonly planned: PlannedBooking;
  readonly plan?: Plan;
  /** Its order was given up while it was under way: what the ERP does not have of it is given up, too. */
  readonly isOnlyLookedUp?: boolean;
}

interface ClaimedBooking extends Job {
  readonly claim: Claim;
  /** Why the ERP is only asked whether it has it, and nothing is written; undefined where it is booked. */
  readonly onlyLookedUpAs: 'given up' | 'before live' | undefined;
  /** None where nothing else is booked on its ERP order: there, the claim serves as the lock. */
  readonly lock: Lease | undefined;
  readonly planned: BookingEntry;
  readonly completion: Completion;
}

const bookingDueAfterMs = 86_400_000;

/**
 * Books what a hint is to book, one after the other. A refusal does not stop the next booking; what is to be retried comes
 * before the dead letter that says what was refused. @throws RetryLater, Wait, Rejected
 */
export async function bookAll(job: Job, dependencies: HintDependencies): Promise<void> {
  if (job.toBook.length > 0) await waitForErp(job, dependencies);
  const refused = [...job.refused];
  for (const [at, toBook] of job.toBook.entries()) {
    if (at > 0 && !job.attempt.hasTime()) {
      await writePlans({ ...job, toBook: job.toBook.slice(at) }, dependencies);
      throw new Wait('There is no time left for its next booking.', { awaits: 'our-lock' });
    }
    try {
      await claimAndBook(toBook, job, dependencies);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      refused.push(error);
    }
  }
  await endHint({ ...job, refused }, dependencies);
}

/** Before anything is claimed. @throws Wait while the ERP cannot be called, once the plans are written down. */
async function waitForErp(job: Job, dependencies: HintDependencies): Promise<void> {
  try {
    await dependencies.partners.ready('erp');
  } catch (wait) {
    await writePlans(job, dependencies);
    throw wait;
  }
}

/** Writes down what was read, as the ERP cannot be called now. What was planned before is in the ledger already. */
export async function writePlans(job: Job, { ledger, clock }: HintDependencies): Promise<void> {
  for (const { planned, plan } of job.toBook)
    if (plan) await ledger.bookings.planOnly(job.home, plan, awaitingAttributes(job, planned, clock));
}

/** Plan and claim, the lock of the ERP order, the call, the receipt; or all is given back. @throws RetryLater, Wait, Rejected */
async function claimAndBook(toBook: JobBooking, job: Job, dependencies: HintDependencies): Promise<void> {
  const claim = await claimBooking(toBook, job, dependencies);
  if (!claim) return job.attempt.log.info('Booked already', { booking: toBook.planned.key });
  const booking = claimedBookingOf(claim, toBook, job, dependencies);
  await takeLock(booking, dependencies);
  let isSent = false;
  const noteSent = () => {
    isSent = true;
  };
  try {
    const receipt = await sendToErp(booking, dependencies, noteSent);
    refuseUnknownBooking(booking, receipt, dependencies);
    await writeReceipt(booking, receipt, dependencies);
  } catch (error) {
    const isMissing = error instanceof UnknownOrder && (await mayBeMissing(booking, dependencies));
    if (isGivenUpAfter(error, booking)) await giveUpClaimed(booking, error, dependencies);
    else if (booking.onlyLookedUpAs === 'before live' && error instanceof NotSent) {
      const refusal = refusalBeforeLive(booking, dependencies);
      throw await giveBookingBack(booking, { error: refusal, isSent }, dependencies);
    } else if (error instanceof NotSent) await noteUnsent(booking, error, dependencies);
    else if (isMissing) await ignoreBooking(booking, error.message, dependencies);
    else throw await giveBookingBack(booking, { error, isSent }, dependencies);
  }
  if (booking.planned.kind === 'quantity') await endConcernsOnceBooked(booking, dependencies.ledger);
}

/** Undefined when it is booked already. @throws Wait while another attempt has it */
async function claimBooking(
  { planned, plan }: JobBooking,
  job: Job,
  { ledger: { bookings, claims, deadLetters }, clock }: HintDependencies,
): Promise<Claim | undefined> {
  const { home, hint, attempt } = job;
  const claimant = { ...attempt, reopens: hint.again === true };
  if (plan) {
    // An amendment is awaited from its first wait on.
    const isAskedFor = planned.kind === 'amendment' || job.entry?.awaiting !== undefined;
    const waits = isAskedFor ? {} : awaitingAttributes(job, planned, clock);
    const claim = await bookings.planAndClaim(home, plan, claimant, waits);
    if (!claim) throw plannedByAnother(planned);
    await deadLetters.settleOutdated(plan.seen?.rejectedBy, { ...attempt, orderNumber: home });
    return claim;
  }
  const claimed = await claims.claim(bookingKeyOf(home, planned.key), claimant);
  if (claimed.outcome === 'claimed') return claimed.claim;
  if (claimed.outcome === 'done') return undefined;
  const afterSeconds = claimed.outcome === 'busy' ? attempt.secondsUntil(claimed.untilMs) : undefined;
  const sentence = `The booking ${planned.key} is under way in another attempt.`;
  throw new Wait(sentence, { awaits: afterSeconds === undefined ? 'our-lock' : 'turn', afterSeconds });
}

function claimedBookingOf(
  claim: Claim,
  { isOnlyLookedUp = false }: JobBooking,
  job: Job,
  dependencies: HintDependencies,
): ClaimedBooking {
  const { entry } = job;
  const planned = bookingEntryOf(claim.held);
  if (!planned.content) throw new Error(`The booking ${planned.key} holds nothing to book.`);
  const held = unpackCompletion(planned.content, planned);
  // It is compared, and not booked: the ERP may have renamed its article since.
  const completion = entry ? { ...held, article: entry.erpOrder.article } : held;
  const beforeLive = isBeforeLive({ planned, completion }, dependencies) ? 'before live' : undefined;
  return {
    ...job,
    claim,
    onlyLookedUpAs: isOnlyLookedUp ? 'given up' : beforeLive,
    lock: lockFor(planned, job, dependencies),
    planned,
    completion,
  };
}

function lockFor(
  planned: BookingEntry,
  { entry }: Job,
  { ledger, erpOrderNumber }: HintDependencies,
): Lease | undefined {
  // Nothing else is booked on its ERP order. One made by hand is booked on the order that has its number, unless mapped.
  const isOnly = entry?.part.book === 'alone' && entry.number === entry.erpOrder.number && !erpOrderNumber;
  const isAlone = isOnly && planned.kind === 'quantity';
  return isAlone ? undefined : ledger.bookingLock(planned.erpOrder.number);
}

/** @throws Wait while another booking on its ERP order is under way: then the claim is given back. */
async function takeLock(
  booking: ClaimedBooking,
  { ledger: { claims }, clock }: HintDependencies,
): Promise<void> {
  const { lock, claim, planned, attempt } = booking;
  if (!lock) return;
  const lockedSeconds = attempt.secondsUntil(claims.leaseUntil(attempt.endsAt));
  if (await lock.take(claim.owner, lockedSeconds)) return;
  // Another booking usually takes a second; its lease only covers the worst case.
  const sentence = `Another booking on ERP order ${planned.erpOrder.number} is under way.`;
  const wait = new Wait(sentence, { awaits: 'our-lock' });
  await claims.giveBack(claim, {
    error: wait,
    sent: false,
    waits: awaitingAttributes(booking, planned, clock),
  });
  throw wait;
}

/**
 * Whether it was planned in an earlier time live, and completed before this one: people may have booked it meanwhile, so it is
 * only looked up. All that is decided since is left to people before it is planned.
 */
function isBeforeLive(
  { completion: { completedAt }, planned: { kind } }: Pick<ClaimedBooking, 'completion' | 'planned'>,
  { liveFrom }: Pick<HintDependencies, 'liveFrom'>,
): boolean {
  if (kind !== 'quantity') return false;
  return decideWhoBooks({ completedAt }, { liveFrom, createdAt: undefined }) === 'people';
}

function refusalBeforeLive(
  { completion: { completedAt }, planned: { productOrder } }: ClaimedBooking,
  { liveFrom }: Pick<HintDependencies, 'liveFrom'>,
): Rejected {
  const sentence = `Product order ${productOrder.number} was completed at ${completedAt}, before ${liveFrom} (deployment.liveFrom), and the ERP does not have our booking of it: it is booked by hand.`;
  return new Rejected(sentence, { causeCode: 'booked-otherwise', wrote: 'nothing' });
}

/** @param noteSent Is called right before the connector is: until then, surely nothing was sent. */
function sendToErp(
  booking: ClaimedBooking,
  dependencies: HintDependencies,
  noteSent: () => void,
): Promise<Receipt> {
  const { claim, completion, planned, attempt } = booking;
  const { erp, erpToLookUp, partners } = dependencies;
  const connector = booking.onlyLookedUpAs === undefined ? erp : erpToLookUp;
  const send = async (call: PartnerCall) => {
    if (!claim.again) await refuseBookedByHand(booking, call, dependencies);
    noteSent();
    return connector.book(completion, planned.key, { again: claim.again, ...call });
  };
  return partners.call('erp', attempt.signal, send, planned.erpOrder.number);
}

/**
 * Where parts are booked at times, an ERP order has several keys that count. After the ledger was restored they are counted
 * from an earlier one on, so the ERP may have other parts under a key that is new to us. A replay finds it as its own.
 * @throws Rejected
 */
function refuseUnknownBooking(
  { claim, planned }: ClaimedBooking,
  { alreadyBooked }: Receipt,
  { bookingTimes }: HintDependencies,
): void {
  const isOurs = !alreadyBooked || claim.again;
  const isCounted = bookingTimes !== undefined && isJointKey(planned.key);
  if (isOurs || !isCounted) return;
  const parts = planned.parts.join(', ');
  const sentence = `ERP order ${planned.erpOrder.number} has a booking with the key ${planned.key}, which this ledger has not made: it was restored, or has begun again. If that booking is of part(s) ${parts}, replay this. Else book part(s) ${parts} in the ERP by hand, and give them up here.`;
  throw new Rejected(sentence, { causeCode: 'conflict' });
}

async function writeReceipt(
  { claim, lock, planned, attempt, entry }: ClaimedBooking,
  receipt: Receipt,
  { ledger: { claims } }: HintDependencies,
): Promise<void> {
  const note = `${receipt.reference}${receipt.alreadyBooked ? ' (by an earlier attempt)' : ''}`;
  const event = planned.kind === 'quantity' ? 'booked' : 'amended';
  const figures = figuresOfDay(planned, entry);
  const isOurs = await claims.complete(claim, { remove: forBookingOnly }, { event, note, figures });
  await lock?.release(claim.owner);
  if (!isOurs) attempt.log.warn('Booked, but another attempt had taken over', { booking: planned.key });
  attempt.log.info(
    'Booked',
    { booking: planned.key, reference: receipt.reference },
    { CompletionsBooked: 1 },
  );
}

/**
 * Whether the ERP may not have its order. Only one that never came from the ERP may be missing there: one that the ERP gave
 * us, or that an earlier attempt may have written to, existed. If the ERP does not know it now, a person has to look.
 */
async function mayBeMissing(
  { claim, home }: ClaimedBooking,
  { ledger, unknownOrder }: HintDependencies,
): Promise<boolean> {
  if (unknownOrder === 'reject' || claim.again) return false;
  return (await ledger.orders.find(home)) === undefined;
}

/** In shadow the look has refused nothing, and the first call that writes was not sent: that is its receipt. */
async function noteUnsent(
  { claim, lock, planned, entry }: ClaimedBooking,
  { message: note }: NotSent,
  { ledger: { claims } }: HintDependencies,
): Promise<void> {
  const figures = figuresOfDay(planned, entry);
  await claims.complete(claim, { remove: forBookingOnly }, { event: 'would be booked', note, figures });
  await lock?.release(claim.owner);
}

/** The look has not found it, or has found why it cannot be booked. */
function isGivenUpAfter(error: unknown, { onlyLookedUpAs }: ClaimedBooking): error is NotSent | Rejected {
  return onlyLookedUpAs === 'given up' && (error instanceof NotSent || error instanceof Rejected);
}

/** It leaves no dead letter: whoever has given up its order has taken it over. */
async function giveUpClaimed(
  { claim, lock, planned, home }: ClaimedBooking,
  { message }: NotSent | Rejected,
  { ledger: { bookings } }: HintDependencies,
): Promise<void> {
  const note = `Its order was given up while it was under way, and the ERP does not have it: ${message}`;
  await bookings.giveUp(home, planned, note, claim);
  await lock?.release(claim.owner);
}

async function ignoreBooking(
  { claim, lock }: ClaimedBooking,
  note: string,
  { ledger: { claims } }: HintDependencies,
): Promise<void> {
  await claims.complete(claim, { ignored: true, remove: forBookingOnly }, { event: 'ignored', note });
  await lock?.release(claim.owner);
}

interface FailedCall {
  readonly error: unknown;
  /** Whether the connector was called. */
  readonly isSent: boolean;
}

/** Leaves claim and lock as the failure demands. @returns what to throw. */
async function giveBookingBack(
  booking: ClaimedBooking,
  { error, isSent }: FailedCall,
  { ledger: { claims }, clock }: HintDependencies,
): Promise<unknown> {
  const { claim, lock, planned, attempt } = booking;
  const about = aboutOf(planned);
  const { settlesAt } = await claims.giveBack(claim, {
    error,
    sent: isSent,
    waits: awaitingAttributes(booking, planned, clock),
  });
  // What was sent may still be settling in the ERP: until that ends, nothing is booked on this order.
  if (settlesAt === undefined) await lock?.release(claim.owner);
  else await lock?.setWhileHeld(claim.owner, { leaseUntil: settlesAt });
  if (error instanceof Rejected)
    return new Rejected(error.message, { causeCode: error.causeCode, cause: error, about });
  if (!isFailure(error)) return error;
  const seconds = settlesAt === undefined ? 0 : attempt.secondsUntil(settlesAt);
  return error.with({ about, afterSeconds: Math.max(seconds, error.afterSeconds ?? 0) });
}

/**
 * Puts a booking that waits into the index: whoever counts what is to be booked finds it, and so does the reconciliation. Where
 * its order is in the index as well, it comes no sooner than that.
 */
function awaitingAttributes({ entry }: Inquiry, { kind }: PlannedBooking, clock: Clock) {
  const tomorrow = clock.now().getTime() + bookingDueAfterMs;
  const isAskedForOrder = entry?.awaiting !== undefined && kind === 'quantity';
  // No date, or what is none, is no number.
  const orderDueAt = isAskedForOrder ? Date.parse(entry.dueDate ?? '') || 0 : 0;
  return { awaiting: 'completion', dueAt: Math.max(tomorrow, orderDueAt) };
}

/** What was open about its order in Azumuta needs nobody any more; a hint may also book other parts, as they were planned. */
async function endConcernsOnceBooked(
  { entry, concerns: open, planned }: ClaimedBooking,
  { concerns }: Pick<HintDependencies['ledger'], 'concerns'>,
): Promise<void> {
  if (!entry || !planned.parts.includes(entry.part.index)) return;
  for (const concern of concernsEndedByBooking(entry, open))
    await concerns.end(entry.number, concern, 'It is built and booked.');
}

/** What the morning mail counts: only good pieces are late or in time. */
function figuresOfDay({ figures }: BookingEntry, entry: Inquiry['entry']): DayFigures {
  const { good, scrap } = figures ?? {};
  return definedFields({ good, scrap, due: good ? entry?.dueDate : undefined });
}

/** Everything is done or refused. @throws Wait to look again; RetryLater for further triggers; Rejected with all refusals */
async function endHint(job: Job, dependencies: HintDependencies): Promise<void> {
  const { hint, askedAs, question, refused } = job;
  const { ledger } = dependencies;
  // Its dead letter says then what this message was refused; a person's hint would try it again.
  const endsWithDeadLetter = hint.again === true && refused.length > 0;
  if (job.looksAgain && !endsWithDeadLetter) {
    const sentence = 'It is booked as planned. What came since is looked at next.';
    throw new Wait(sentence, { awaits: 'our-lock' });
  }
  const bookings = [...job.bookings, ...job.toBook.map(({ planned }) => planned)];
  await keepWindow({ ...job, bookings }, dependencies.bookingTimes, dependencies);
  await endOrderWaits(job, ledger.orders);
  // The recordings of hints that have joined since are not read yet.
  if (question && !(await ledger.questions.end(askedAs, question))) throw askedMeanwhile(askedAs);
  const [first, ...others] = refused;
  if (first) throw others.length === 0 ? first : combineRefusals([first, ...others]);
  await endOnceAllIsBooked(job, dependencies);
}

/**
 * Once all is booked, the dead letters of other messages about it are outdated. That of a surplus part may be among them: no
 * booking takes it, so a person learns of it by its own hint.
 */
async function endOnceAllIsBooked(job: Job, dependencies: HintDependencies): Promise<void> {
  const { toBook, bookings, entry, attempt } = job;
  const { ledger } = dependencies;
  const bookedNow = new Set(toBook.map(({ planned }) => planned.key));
  const isLeftOpen = bookings.some(({ key, state }) => state !== 'done' && !bookedNow.has(key));
  const isPlanner = hasPlannedQuantity(job);
  const bringsNothing = bookedNow.size === 0 && !isPlanner;
  if (isLeftOpen || bringsNothing) return;
  const all = [...bookings, ...toBook.map(({ planned }) => planned)];
  const { surplus } = isBookedTogether(entry)
    ? await readPartsInNoBooking({ entry, bookings: all }, ledger)
    : { surplus: [] };
  // Whoever has planned it ends that dead letter, and sends the hint that makes the next one.
  if (surplus.length > 0 && !isPlanner) return;
  for (const deadLetter of job.deadLetters)
    if (deadLetter.messageId !== attempt.messageId) await ledger.deadLetters.markSettled(deadLetter);
  for (const part of surplus) await sendHintAboutSurplus(part, job, dependencies);
}

/** Whoever booked it: the message that planned it comes here once, also after an attempt that ended in between. */
function hasPlannedQuantity({ toBook, bookings, attempt: { messageId } }: Job): boolean {
  const isPlannedNow = toBook.some(({ plan, planned }) => plan !== undefined && planned.kind === 'quantity');
  return (
    isPlannedNow || bookings.some(({ kind, plannedFor }) => kind === 'quantity' && plannedFor === messageId)
  );
}

async function sendHintAboutSurplus(
  { number }: NumberedPart,
  { home, attempt }: Job,
  { queues, completionsQueueUrl }: HintDependencies,
): Promise<void> {
  const hint = completionHint('reconciliation', { productOrderNumber: number }, `all of ${home} are booked`);
  await queues.send(completionsQueueUrl, { body: JSON.stringify(hint) });
  attempt.log.info('All that its ERP order has is booked without it', { order: number });
}

async function endOrderWaits(job: Job, orders: Orders): Promise<void> {
  const { entry, home } = job;
  if (!entry) return;
  const isFurther = home !== entry.number;
  if (isFurther) await endWaitOfFurtherPart(entry, job, orders);
  else await endWaitOfFirstPart(entry, job, orders);
}

/** The first part, or the only one, waits until it is booked or refused: where parts are booked together, until all are. */
async function endWaitOfFirstPart(entry: OrderEntry, job: Job, orders: Orders): Promise<void> {
  const isBooked = job.bookings.some(({ parts }) => parts.includes(entry.part.index));
  const isFinished = isBooked || isTried(job);
  if (entry.awaiting && isFinished) await orders.markCompleted(entry);
}

/**
 * A further part, which is booked together with the first, is noted there and waits no more. The first one's waiting ends
 * with a booking of it that this hint has tried, or with what was refused before a booking was planned.
 */
async function endWaitOfFurtherPart(entry: OrderEntry, job: Job, orders: Orders): Promise<void> {
  const hasFirst = job.toBook.some(({ planned: { parts } }) => parts.includes(1));
  const isRefusedUnplanned = job.toBook.length === 0 && job.refused.length > 0;
  const first = hasFirst || isRefusedUnplanned ? await orders.find(job.home) : undefined;
  if (first?.awaiting) await orders.markCompleted(first);
  if (entry.awaiting) await orders.markCompleted(entry);
}

function isTried({ toBook, refused }: Job): boolean {
  return toBook.length + refused.length > 0;
}

function combineRefusals(refused: readonly [Rejected, ...Rejected[]]): Rejected {
  const reason = refused.map(({ message }) => message).join(' ');
  const about = combineAbouts(refused.map((one) => one.about));
  return new Rejected(reason, { causeCode: refused[0].causeCode, about });
}

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
import { concernsEndedByBooking } from '../life/what-the-erp-says.ts';
import type { Completion } from '../model/completions.ts';
import { isFailure, Rejected, UnknownOrder, Wait } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartnerCall } from '../platform/http.ts';
import { askedMeanwhile } from './ask-azumuta.ts';
import { aboutOf, plannedByAnother, unpackCompletion } from './content.ts';
import type { HintDependencies, Inquiry } from './inquiry.ts';

export interface Job extends Inquiry {
  /** One after the other, the quantity first: with its plan, or as it was planned before. */
  readonly toBook: readonly JobBooking[];
  /** What was refused so far: told in one dead letter, once everything else is done. */
  readonly refused: readonly Rejected[];
  /** The hint is newer than what is booked: it looks again afterwards. */
  readonly looksAgain: boolean;
}

interface JobBooking {
  readonly planned: PlannedBooking;
  readonly plan?: Plan;
}

interface ClaimedBooking extends Inquiry {
  readonly claim: Claim;
  /** None where nothing else is booked on its ERP order: there, the claim serves as the lock. */
  readonly lock: Lease | undefined;
  readonly planned: BookingEntry;
  readonly completion: Completion;
}

const bookingDueAfterMs = 86_400_000;

/**
 * Books what a hint is to book, one after the other. A refusal does not stop the next booking; what is to be retried comes
 * before the dead letter that tells the refusals. @throws RetryLater, Wait, Rejected
 */
export async function bookAll(job: Job, dependencies: HintDependencies): Promise<void> {
  const refused = [...job.refused];
  if (job.toBook.length > 0)
    await dependencies.partners.ready('erp').catch(async (wait: unknown) => {
      await planJob(job, dependencies);
      throw wait;
    });
  for (const [at, toBook] of job.toBook.entries()) {
    if (at > 0 && !job.attempt.hasTime()) {
      await planJob({ ...job, toBook: job.toBook.slice(at) }, dependencies);
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

/** Writes down what was read, as the ERP cannot be called now. What was planned before is in the ledger already. */
export async function planJob(job: Job, { ledger, clock }: HintDependencies): Promise<void> {
  for (const { planned, plan } of job.toBook)
    if (plan) await ledger.bookings.planOnly(job.home, plan, awaitingAttributes(job, planned, clock));
}

/** Everything is done or refused. @throws Wait to look again; RetryLater for further triggers; Rejected with all refusals */
async function endHint(
  job: Job,
  { ledger: { orders, questions, deadLetters } }: HintDependencies,
): Promise<void> {
  const { hint, bookings, letters, askedAs, question, toBook, refused } = job;
  // What this message was refused is told then; a person's hint would try it once more.
  if (job.looksAgain && !(hint.again && refused.length > 0)) {
    const sentence = 'It is booked as planned. What came since is looked at next.';
    throw new Wait(sentence, { awaits: 'our-lock' });
  }
  await endOrderWaits(job, orders);
  // The recordings of hints that have joined since are not read yet.
  if (question && !(await questions.end(askedAs, question))) throw askedMeanwhile(askedAs);
  const [first, ...others] = refused;
  if (first) throw others.length === 0 ? first : combineRefusals([first, ...others]);
  const booked = new Set(toBook.map(({ planned }) => planned.key));
  if (booked.size === 0 || bookings.some(({ key, state }) => state !== 'done' && !booked.has(key))) return;
  for (const letter of letters)
    if (letter.messageId !== job.attempt.messageId) await deadLetters.markSettled(letter);
}

/** A further part is noted with the first one, which waits until all are booked together, or longer if it is not built. */
async function endOrderWaits(
  { home, entry, bookings, toBook, refused }: Job,
  orders: HintDependencies['ledger']['orders'],
): Promise<void> {
  if (!entry) return;
  const isFurther = home !== entry.number;
  const isTried = toBook.length + refused.length > 0;
  const isBooked = bookings.some(({ parts }) => parts.includes(entry.part.index));
  const lacksFirst = toBook.some(({ planned: { kind, parts } }) => kind === 'quantity' && !parts.includes(1));
  const first = isFurther && isTried && !lacksFirst ? await orders.find(home) : undefined;
  if (first?.awaiting) await orders.markCompleted(first);
  if (entry.awaiting && (isFurther || isBooked || isTried)) await orders.markCompleted(entry);
}

function combineRefusals(refused: readonly [Rejected, ...Rejected[]]): Rejected {
  const booking = refused.flatMap(({ about }) => about?.booking ?? []).join(', ');
  const figures = refused.flatMap(({ about }) => about?.figures ?? []).join('; ');
  const reason = refused.map(({ message }) => message).join(' ');
  return new Rejected(reason, { causeCode: refused[0].causeCode, about: { booking, figures } });
}

async function claimAndBook(toBook: JobBooking, job: Job, dependencies: HintDependencies): Promise<void> {
  const { attempt, entry } = job;
  const { ledger, clock, erpOrderNumber } = dependencies;
  const { bookingLock, claims } = ledger;
  const claim = await claimBooking(toBook, job, dependencies);
  if (!claim) return attempt.log.info('Booked already', { booking: toBook.planned.key });
  const planned = bookingEntryOf(claim.held);
  if (!planned.content) throw new Error(`The booking ${planned.key} holds nothing to book.`);
  const held = unpackCompletion(planned.content, planned);
  // It is compared, and not booked: the ERP may have renamed its article since.
  const completion = entry ? { ...held, article: entry.erpOrder.article } : held;
  // Nothing else is booked on its ERP order. One made by hand is booked on the order of its own number, unless mapped.
  const isOnly = entry?.part.book === 'alone' && entry.number === entry.erpOrder.number && !erpOrderNumber;
  const isAlone = isOnly && planned.kind === 'quantity';
  const lock = isAlone ? undefined : bookingLock(planned.erpOrder.number);
  const lockedSeconds = attempt.secondsUntil(claims.leaseUntil(attempt.endsAt));
  if (!lock || (await lock.take(claim.owner, lockedSeconds))) {
    await sendToErp({ ...job, claim, lock, planned, completion }, dependencies);
    if (planned.kind === 'quantity') await endOnceBooked(job, ledger);
    return;
  }
  // Another booking usually takes a second; its lease only covers the worst case.
  const sentence = `Another booking on ERP order ${planned.erpOrder.number} is under way.`;
  const wait = new Wait(sentence, { awaits: 'our-lock' });
  await claims.giveBack(claim, wait, false, awaitingAttributes(job, planned, clock));
  throw wait;
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
    const waits = planned.kind === 'quantity' ? awaitingAttributes(job, planned, clock) : {};
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

/** What makes the reconciliation ask for a booking that waits without an order that does. */
function awaitingAttributes({ entry }: Inquiry, { kind }: PlannedBooking, clock: Clock) {
  if (entry?.awaiting && kind === 'quantity') return {};
  return { awaiting: 'completion', dueAt: clock.now().getTime() + bookingDueAfterMs };
}

async function sendToErp(of: ClaimedBooking, dependencies: HintDependencies): Promise<void> {
  const { claim, lock, planned, completion, attempt } = of;
  const { erp, partners, ledger, unknownOrder } = dependencies;
  let calling = false;
  try {
    const booking = ({ signal, guard }: PartnerCall) => {
      calling = true;
      return erp.book(completion, planned.key, { again: claim.again, signal, guard });
    };
    const receipt = await partners.call('erp', attempt.signal, booking, planned.erpOrder.number);
    const note = `${receipt.reference}${receipt.alreadyBooked ? ' (by an earlier attempt)' : ''}`;
    const event = planned.kind === 'quantity' ? 'booked' : 'amended';
    const figures = countedOf(planned, of.entry);
    const booked = { event, note, figures } as const;
    const ours = await ledger.claims.complete(claim, { remove: forBookingOnly }, booked);
    await lock?.release(claim.owner);
    if (!ours) attempt.log.warn('Booked, but another attempt had taken over', { booking: planned.key });
    attempt.log.info(
      'Booked',
      { booking: planned.key, reference: receipt.reference },
      { CompletionsBooked: 1 },
    );
  } catch (error) {
    // Only an order that never came from the ERP may be missing there. One that the ERP gave us, or that an earlier
    // attempt may have written to, existed: if the ERP does not know it now, a person has to look.
    const mayBeMissing = error instanceof UnknownOrder && unknownOrder === 'ignore' && !claim.again;
    if (!mayBeMissing || (await ledger.orders.find(of.home)))
      throw await giveBookingBack(of, error, calling, dependencies);
    const ignored = { event: 'ignored', note: error.message } as const;
    await ledger.claims.complete(claim, { ignored: true, remove: forBookingOnly }, ignored);
    await lock?.release(claim.owner);
  }
}

/** What was open about it in Azumuta needs nobody any more. */
async function endOnceBooked(
  { entry, concerns: open }: Job,
  { concerns }: Pick<HintDependencies['ledger'], 'concerns'>,
): Promise<void> {
  if (!entry) return;
  for (const concern of concernsEndedByBooking(entry, open))
    await concerns.end(entry.number, concern, 'It is built and booked.');
}

function countedOf({ figures }: BookingEntry, entry: Inquiry['entry']): DayFigures {
  const { good, scrap } = figures ?? {};
  const due = good && entry?.dueDate;
  return { ...(good ? { good } : {}), ...(scrap ? { scrap } : {}), ...(due ? { due } : {}) };
}

/** Leaves claim and lock as the failure demands. @returns what to throw. */
async function giveBookingBack(
  booking: ClaimedBooking,
  error: unknown,
  calling: boolean,
  { ledger: { claims }, clock }: HintDependencies,
): Promise<unknown> {
  const { claim, lock, planned, attempt } = booking;
  const about = aboutOf(planned);
  const untilMs = await claims.giveBack(claim, error, calling, awaitingAttributes(booking, planned, clock));
  // What was sent may still be settling in the ERP: until that is over, nothing is booked on this order.
  if (untilMs === undefined) await lock?.release(claim.owner);
  else await lock?.write(claim.owner, { leaseUntil: untilMs });
  if (error instanceof Rejected)
    return new Rejected(error.message, { causeCode: error.causeCode, cause: error, about });
  if (!isFailure(error)) return error;
  const seconds = untilMs === undefined ? 0 : attempt.secondsUntil(untilMs);
  return error.with({ about, afterSeconds: Math.max(seconds, error.afterSeconds ?? 0) });
}

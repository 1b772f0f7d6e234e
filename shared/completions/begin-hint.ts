import type { BookingEntry } from '../ledger/records/bookings.ts';
import { isGivenUpSince } from '../ledger/records/order-end.ts';
import { partIndexOf } from '../ledger/records/product-orders.ts';
import type { OrderOutcome } from '../life/outcomes.ts';
import { azumutaRowOf, howFarBooked, whatAzumutaShows } from '../life/what-azumuta-shows.ts';
import { Rejected, Wait } from '../model/errors.ts';
import type { WorkAttempt, WorkerStep } from '../worker/worker.ts';
import { endOwnQuestion, joinRunningQuestion, questionFactsOf, recordingsNamedBy } from './ask-azumuta.ts';
import { beginBatch, namesBatch } from './ask-batch.ts';
import { bookAll, type Job, writePlans } from './book.ts';
import { aboutOf } from './content.ts';
import { recordingsOfBookings } from './decide-bookings.ts';
import { decideHint, type HintDecision } from './decide-hint.ts';
import { decideQuestion } from './decide-question.ts';
import { findOrder } from './find-order.ts';
import type { HintDependencies, Inquiry, OrderReading } from './inquiry.ts';
import type { CompletionHint } from './messages.ts';
import { askUntilCompleted, askUntilFound, prepareJob } from './prepare-job.ts';

type DecisionToRead = Extract<HintDecision, { readonly to: 'read' }>;

/** What a hint's order still needs: Azumuta, only the ERP, or nobody? One query of the ledger says it. @throws Wait */
export async function beginHint(
  hint: CompletionHint,
  attempt: WorkAttempt,
  dependencies: HintDependencies,
): Promise<WorkerStep> {
  const begunAt = dependencies.clock.now();
  const { productOrderNumber, otherNumber } = hint;
  const standing = await dependencies.ledger.knownOrders.readStanding(productOrderNumber, otherNumber);
  const inquiry = { ...standing, hint: withoutOldRequest(hint, standing, attempt), attempt };
  if (namesBatch(inquiry)) return beginBatch(inquiry, dependencies);
  const decision = decideByLedger(inquiry, dependencies);
  if (decision.to === 'read') return stepToRead(inquiry, { decision, begunAt }, dependencies);
  return stepToBook(jobWithoutReading(inquiry, decision), dependencies);
}

/** A person's request that is older than the end of its order is a hint like others. */
function withoutOldRequest(
  hint: CompletionHint,
  { entry }: Pick<Inquiry, 'entry'>,
  { sentAt }: WorkAttempt,
): CompletionHint {
  const { again: _, ...rest } = hint;
  return isGivenUpSince(entry?.end, sentAt) ? rest : hint;
}

/** Asks Azumuta, once it may be called. A hint that becomes a dead letter leaves no question behind. */
function stepToRead(
  inquiry: Inquiry,
  { decision, begunAt }: { readonly decision: DecisionToRead; readonly begunAt: Date },
  dependencies: HintDependencies,
): WorkerStep {
  const run = async (attempt: WorkAttempt) => {
    const asking = { ...inquiry, attempt };
    const read = () => readAndDecide(asking, decision, dependencies);
    try {
      const job = await dependencies.oneReader.read(inquiry.home, begunAt, read);
      return job === 'ended' ? undefined : stepToBook(job, dependencies);
    } catch (error) {
      if (error instanceof Rejected) await endOwnQuestion(asking, dependencies);
      throw error;
    }
  };
  return { needs: 'azumuta', order: inquiry.home, run };
}

/** @returns what is to be booked; `ended` where nothing is left for this hint to do. @throws Wait, RetryLater, Rejected */
async function readAndDecide(
  inquiry: Inquiry,
  decision: DecisionToRead,
  dependencies: HintDependencies,
): Promise<Job | 'ended'> {
  if ((await leaveToAnother(inquiry, decision, dependencies)) === 'joined') return 'ended';
  const readAt = dependencies.reader.beginReading(inquiry.attempt);
  const { order, inquiry: found } = await findOrder(inquiry, dependencies);
  const hasEnded = outcomeOf(found, 'completed').to === 'nothing';
  if (hasEnded) return 'ended';
  const next = found === inquiry ? decision : decideByLedger(found, dependencies);
  if (next.to !== 'read') return jobWithoutReading(found, next);
  const { toDecideAgain, toRefuseAgain } = next;
  const asked = { ...found, readAt, toDecideAgain, refused: toRefuseAgain.map(storedRefusal) };
  const reading = order && { ...asked, order };
  if (reading && isToBeBooked(reading, dependencies)) return prepareJob(reading, dependencies);
  const refusedOfOthers = refusedOfOtherParts(asked);
  if (refusedOfOthers) return readPartOf(refusedOfOthers, asked, dependencies);
  return reading ? askUntilCompleted(reading, dependencies) : askUntilFound(asked, dependencies);
}

/** What a person repeats, where the message was refused a booking of other parts, but no booking of its part. */
function refusedOfOtherParts({
  entry,
  toDecideAgain,
}: Pick<OrderReading, 'entry' | 'toDecideAgain'>): BookingEntry | undefined {
  const own = partIndexOf(entry);
  const hasOwn = toDecideAgain.some(({ parts }) => parts.includes(own));
  return hasOwn ? undefined : toDecideAgain[0];
}

/** The hint's own part is not to be booked any more: it is asked about a part of what was refused, as nobody else does. */
async function readPartOf(
  { productOrder: { number } }: BookingEntry,
  { hint, attempt }: Inquiry,
  dependencies: HintDependencies,
): Promise<Job | 'ended'> {
  const standing = await dependencies.ledger.knownOrders.readStanding(number);
  const { otherNumber: _, ...rest } = hint;
  const ofPart = { ...standing, hint: { ...rest, productOrderNumber: number, recordingIds: [] }, attempt };
  const decision = decideByLedger(ofPart, dependencies);
  if (decision.to !== 'read') return jobWithoutReading(ofPart, decision);
  return readAndDecide(ofPart, decision, dependencies);
}

/** Books once the ERP may be called. A job that books nothing needs no partner: it is finished. */
function stepToBook(job: Job, dependencies: HintDependencies): WorkerStep {
  const run = async (attempt: WorkAttempt) => {
    await bookAll({ ...job, attempt }, dependencies);
    return undefined;
  };
  const needs = job.toBook.length > 0 ? 'erp' : undefined;
  return { needs, order: job.home, run, leave: () => writePlans(job, dependencies) };
}

function decideByLedger(inquiry: Inquiry, { clock, configuration }: HintDependencies): HintDecision {
  const { bookings, entry, askedAs, number } = inquiry;
  return decideHint({
    ...inquiry,
    isOrdered: entry !== undefined,
    // Where an alias has led to it, another one may have the number by now.
    isGivenUp: outcomeOf(inquiry, 'completed').to === 'nothing' && askedAs === number,
    part: partIndexOf(entry),
    names: newsIn(recordingsNamedBy(inquiry), recordingsOfBookings(bookings)),
    configuration,
    now: clock.now(),
  });
}

function newsIn(named: readonly string[], booked: ReadonlySet<string>): 'new' | 'known' | 'nothing' {
  if (named.length === 0) return 'nothing';
  return named.every((id) => booked.has(id)) ? 'known' : 'new';
}

/** What becomes of the order that a hint is about, once Azumuta shows it; of one that we did not make, as of one that we did. */
function outcomeOf(
  { entry, bookings, concerns, hint }: Inquiry,
  event: 'opened' | 'completed',
): OrderOutcome {
  const booking = howFarBooked(bookings, partIndexOf(entry));
  const row = entry ? azumutaRowOf({ entry, concerns, booking }) : 'made';
  const outcome = whatAzumutaShows[row][event];
  // A person's hint is asked about, whatever has ended: what is shown counts, as of one that goes on.
  return hint.again && outcome.to === 'nothing' ? whatAzumutaShows.made[event] : outcome;
}

/** The job of a hint that needs nothing of Azumuta. @throws Wait */
function jobWithoutReading(inquiry: Inquiry, decision: Exclude<HintDecision, DecisionToRead>): Job {
  switch (decision.to) {
    case 'wait': {
      const afterSeconds = inquiry.attempt.secondsUntil(decision.untilMs);
      throw new Wait(decision.sentence, { awaits: 'turn', afterSeconds });
    }
    case 'end': {
      const refused = decision.toRefuseAgain.map(storedRefusal);
      return { ...inquiry, toBook: [], refused, looksAgain: false };
    }
    case 'book': {
      const { asPlanned, toRefuseAgain, looksAgain } = decision;
      const toBook = asPlanned.map((planned) => ({ planned }));
      return { ...inquiry, toBook, refused: toRefuseAgain.map(storedRefusal), looksAgain };
    }
    case 'look up': {
      const toBook = decision.inDoubt.map((planned) => ({ planned, isOnlyLookedUp: true }));
      return { ...inquiry, toBook, refused: [], looksAgain: false };
    }
    default:
      return decision satisfies never;
  }
}

function storedRefusal(booking: BookingEntry): Rejected {
  const { reason = '', cause = 'internal-error' } = booking;
  return new Rejected(reason, { causeCode: cause, about: aboutOf(booking) });
}

/** Of all hints about an order that is not completed, one asks. @throws Wait where it was asked a moment ago, before this one came */
async function leaveToAnother(
  inquiry: Inquiry,
  { toDecideAgain, toRefuseAgain }: DecisionToRead,
  dependencies: HintDependencies,
): Promise<'joined' | 'none'> {
  const hasOpenBookings = toDecideAgain.length + toRefuseAgain.length > 0;
  if (hasOpenBookings) return 'none';
  const decision = decideQuestion(questionFactsOf(inquiry, dependencies));
  switch (decision.to) {
    case 'ask':
      return 'none';
    case 'wait': {
      const sentence = `Azumuta was asked about product order ${inquiry.askedAs} a moment ago.`;
      throw new Wait(sentence, { awaits: 'turn', afterSeconds: decision.afterSeconds });
    }
    case 'join': {
      const joined = await joinRunningQuestion(inquiry, dependencies);
      const note = 'Another hint has asked about it a moment ago, and asks again';
      if (joined === 'joined') inquiry.attempt.log.info(note);
      return joined;
    }
    default:
      return decision satisfies never;
  }
}

function isToBeBooked(reading: OrderReading, dependencies: HintDependencies): boolean {
  const event = countsAsCompleted(reading, dependencies) ? 'completed' : 'opened';
  return outcomeOf(reading, event).to === 'decide again';
}

function countsAsCompleted(
  { order, hint, bookings }: OrderReading,
  { trustTrigger }: HintDependencies,
): boolean {
  // Bookings are planned after a trigger only, so when a person asks again for one that was planned, there was a trigger.
  const wasPlanned = hint.again === true && bookings.length > 0;
  const hadTrigger = hint.via === 'webhook' || wasPlanned;
  return order.completed || (trustTrigger && hadTrigger);
}

import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { type BookingEntry, bookedParts, isSettled } from '../ledger/records/bookings.ts';
import { isBookedTogether } from '../ledger/records/product-orders.ts';
import type { OrderOutcome } from '../life/outcomes.ts';
import { azumutaRowOf, howFarBooked, whatAzumutaShows } from '../life/what-azumuta-shows.ts';
import { Rejected, Wait } from '../model/errors.ts';
import type { WorkAttempt, WorkerStep } from '../worker/worker.ts';
import {
  endOwnQuestion,
  handleUnanswered,
  type IfUnanswered,
  joinRunningQuestion,
  recordAnswer,
  recordingsNamedBy,
} from './ask-azumuta.ts';
import { bookAll, type Job, planJob } from './book.ts';
import { aboutOf, plannedByAnother } from './content.ts';
import { type BookingDecision, decideBookings, recordingsOfBookings } from './decide-bookings.ts';
import type { HintDependencies, Inquiry, OrderReading } from './inquiry.ts';
import type { CompletionHint } from './messages.ts';
import { type NextStep, nextStep } from './next-step.ts';
import { refusalOfOther } from './other-order.ts';
import { compareFigures, readContents } from './read-contents.ts';
import { readFacts } from './read-facts.ts';

/** What a hint's order still needs: Azumuta, only the ERP, or nobody? One query of the ledger says it. @throws Wait */
export async function beginHint(
  hint: CompletionHint,
  attempt: WorkAttempt,
  dependencies: HintDependencies,
): Promise<WorkerStep> {
  const { productOrderNumber, otherNumber } = hint;
  const askedAt = dependencies.clock.now();
  const standing = await dependencies.ledger.knownOrders.standing(productOrderNumber, otherNumber);
  const inquiry = { ...standing, hint, attempt };
  const step = decideNextStep(inquiry, dependencies);
  if (step.to !== 'read') return toWorkerStep(jobWithoutReading(inquiry, step), dependencies);
  const run = async (reading: WorkAttempt) => {
    const asking = { ...inquiry, attempt: reading };
    const read = () => readAndDecide(asking, step, dependencies);
    try {
      const job = await dependencies.reader.alone(inquiry.home, askedAt, read);
      return job && toWorkerStep(job, dependencies);
    } catch (error) {
      if (error instanceof Rejected) await endOwnQuestion(asking, dependencies);
      throw error;
    }
  };
  return { needs: 'azumuta', order: inquiry.home, run };
}

/** A job that books nothing needs no partner: it is finished. */
function toWorkerStep(job: Job, dependencies: HintDependencies): WorkerStep {
  const run = async (attempt: WorkAttempt) => {
    await bookAll({ ...job, attempt }, dependencies);
    return undefined;
  };
  const needs = job.toBook.length > 0 ? 'erp' : undefined;
  return { needs, order: job.home, run, leave: () => planJob(job, dependencies) };
}

/** What becomes of the order that a hint is about, once Azumuta shows it; of one that we did not make, as of one that we did. */
function outcomeOf(
  { entry, bookings, concerns, hint }: Inquiry,
  event: 'opened' | 'completed',
): OrderOutcome {
  const booking = howFarBooked(bookings, entry?.part.index ?? 1);
  const row = entry ? azumutaRowOf({ entry, concerns, booking }) : 'made';
  const outcome = whatAzumutaShows[row][event];
  // A person's hint is asked about, whatever has ended: what is shown counts, as of one that goes on.
  return hint.again && outcome.to === 'nothing' ? whatAzumutaShows.made[event] : outcome;
}

function decideNextStep(inquiry: Inquiry, { clock, configuration }: HintDependencies): NextStep {
  const { bookings, entry, askedAs, number } = inquiry;
  // Where an alias has led to it, another one may have the number by now.
  if (outcomeOf(inquiry, 'completed').to === 'nothing' && askedAs === number)
    return { to: 'end', refused: [] };
  const part = entry?.part.index ?? 1;
  const known = recordingsOfBookings(bookings);
  const named = recordingsNamedBy(inquiry);
  const names = named.length === 0 ? 'nothing' : named.every((id) => known.has(id)) ? 'known' : 'new';
  const isOrdered = entry !== undefined;
  return nextStep({ ...inquiry, isOrdered, part, names, configuration, now: clock.now() });
}

/** The job of a step that needs nothing of Azumuta. @throws Wait */
function jobWithoutReading(inquiry: Inquiry, step: Exclude<NextStep, { to: 'read' }>): Job {
  if (step.to === 'wait') {
    const afterSeconds = inquiry.attempt.secondsUntil(step.untilMs);
    throw new Wait(step.sentence, { awaits: 'turn', afterSeconds });
  }
  const refused = step.refused.map(storedRefusal);
  const { keep, looksAgain } = step.to === 'book' ? step : { keep: [], looksAgain: false };
  return { ...inquiry, toBook: keep.map((planned) => ({ planned })), refused, looksAgain };
}

function storedRefusal(booking: BookingEntry): Rejected {
  const { reason = '', cause = 'internal-error' } = booking;
  return new Rejected(reason, { causeCode: cause, about: aboutOf(booking) });
}

/** Asks Azumuta and decides. @returns undefined when the hint has ended. @throws Wait, RetryLater, Rejected */
async function readAndDecide(
  inquiry: Inquiry,
  step: Extract<NextStep, { to: 'read' }>,
  dependencies: HintDependencies,
): Promise<Job | undefined> {
  const { number, hint, attempt } = inquiry;
  const isOpen = step.anew.length + step.refused.length > 0;
  if (!isOpen && (await joinRunningQuestion(inquiry, dependencies))) {
    attempt.log.info('Another hint has asked about it a moment ago, and asks again');
    return undefined;
  }
  const { clock, trustTrigger } = dependencies;
  const readAt = clock.now();
  const { order, ...meant } = await readMeant(inquiry, dependencies);
  const id = meant.inquiry.entry?.productOrder?.id;
  const known =
    order && order.id !== id ? await followAzumutaId(order, meant.inquiry, dependencies) : meant.inquiry;
  if (outcomeOf(known, 'completed').to === 'nothing') return undefined;
  const next = known === inquiry ? step : decideNextStep(known, dependencies);
  if (next.to !== 'read') return jobWithoutReading(known, next);
  const asked = { ...known, readAt, anew: next.anew, refused: next.refused.map(storedRefusal) };
  if (!order) {
    const sentence = `Azumuta has no product order ${number}.`;
    return bookPlannedOrAskAgain(sentence, asked, dependencies, { causeCode: 'unknown-order' });
  }
  const reading = { ...asked, order };
  // Bookings are planned after a trigger only, so when a person asks again for one that was planned, there was a trigger.
  const hadTrigger = hint.via === 'webhook' || (hint.again === true && known.bookings.length > 0);
  const isCompleted = order.completed || (trustTrigger && hadTrigger);
  const outcome = outcomeOf(known, isCompleted ? 'completed' : 'opened');
  if (outcome.to === 'decide again') return decideJob(reading, dependencies);
  return askUntilCompleted(reading, dependencies);
}

/** What was planned while it was completed does not hold any more. */
async function askUntilCompleted(
  reading: OrderReading,
  dependencies: HintDependencies,
): Promise<Job | undefined> {
  const { order, number } = reading;
  await withdrawOutdated(reading, dependencies);
  const status = order.status ?? 'without status';
  const sentence = `Azumuta says that product order ${number} is "${status}", not completed.`;
  const lastLook = () => refusalOfOther(reading, order.recordingIds, dependencies);
  return bookPlannedOrAskAgain(sentence, { ...reading, anew: [] }, dependencies, { lastLook });
}

/**
 * The product order that a hint means. An alias outlives its name: where Azumuta calls the order that it leads to otherwise by
 * now, another one may have the number that was asked.
 */
async function readMeant(inquiry: Inquiry, { reader, ledger }: HintDependencies) {
  const { entry, number, askedAs, hint, attempt } = inquiry;
  const id = entry?.productOrder?.id;
  const order = await reader.readProductOrder({ id, number }, attempt.signal);
  if (askedAs === number || order?.number === askedAs) return { inquiry, order };
  const other = await reader.readProductOrder({ id: undefined, number: askedAs }, attempt.signal);
  if (!other || other.id === order?.id) return { inquiry, order };
  const named = await ledger.knownOrders.named(askedAs);
  return { inquiry: { ...named, hint, attempt }, order: other };
}

/**
 * What was renamed in Azumuta stays under its first number, to which an alias leads, unless the new one is another order's;
 * so does what was typed by hand and booked. What was only planned of it is taken back: its number counts now.
 */
async function followAzumutaId(
  { id }: AzumutaProductOrder,
  inquiry: Inquiry,
  { ledger }: HintDependencies,
): Promise<Inquiry> {
  const number = await ledger.knownOrders.numberOfAzumutaId(id);
  if (number === undefined || number === inquiry.number) return inquiry;
  const found = await ledger.knownOrders.standing(number);
  const { hint, attempt, askedAs, question, answered } = inquiry;
  if (!found.entry) {
    const own = found.bookings.filter(({ productOrder }) => productOrder.id === id);
    if (own.some(isSettled)) return { ...found, hint, attempt, askedAs, question, answered };
    for (const booking of own.filter(({ state }) => state !== 'ignored')) {
      if (!(await ledger.bookings.withdraw(number, booking))) throw plannedByAnother(booking);
      await ledger.deadLetters.settleOutdated(booking.rejectedBy, { ...attempt, orderNumber: number });
    }
    return inquiry;
  }
  if (!inquiry.entry) await ledger.knownOrders.writeAlias(hint.productOrderNumber, number);
  return { ...found, hint, attempt, askedAs, question, answered };
}

/** Azumuta does not show what is needed: plans of which nothing was sent are booked, refusals are told; else it is asked later. */
async function bookPlannedOrAskAgain(
  sentence: string,
  asked: Omit<OrderReading, 'order'>,
  dependencies: HintDependencies,
  ifUnanswered: IfUnanswered = {},
): Promise<Job | undefined> {
  const toBook = asked.anew.filter(({ state }) => state === 'waiting').map((planned) => ({ planned }));
  const looksAgain = toBook.length > 0;
  if (looksAgain || asked.refused.length > 0) return { ...asked, toBook, looksAgain };
  await handleUnanswered(sentence, asked, ifUnanswered, dependencies);
  return undefined;
}

/**
 * Takes back the plans that do not hold any more; a person's hint also what was refused, and is nothing to book now. Of
 * parts that are booked together also what was refused of them, and is planned under another key with more parts.
 */
async function withdrawOutdated(
  { home, anew, hint, entry, attempt }: OrderReading,
  { ledger }: HintDependencies,
  decision?: BookingDecision,
): Promise<void> {
  const stays = decision?.to === 'book' ? decision.plan : [];
  const isOver = hint.again === true && (decision?.to === 'book' || decision?.to === 'leave');
  const planned = isBookedTogether(entry) ? bookedParts(stays) : new Set<number>();
  const isReplaced = ({ kind, state, parts }: BookingEntry) =>
    kind === 'quantity' && state === 'rejected' && parts.some((index) => planned.has(index));
  const isGone = (one: BookingEntry) =>
    one.state === 'waiting' || (isOver && !one.discarded) || isReplaced(one);
  for (const booking of anew.filter((one) => isGone(one) && !stays.some(({ key }) => key === one.key))) {
    if (!(await ledger.bookings.withdraw(home, booking))) throw plannedByAnother(booking);
    if (isReplaced(booking))
      await ledger.deadLetters.settleOutdated(booking.rejectedBy, { ...attempt, orderNumber: home });
  }
}

async function decideJob(reading: OrderReading, dependencies: HintDependencies): Promise<Job | undefined> {
  const evidence = await readFacts(reading, dependencies);
  const decision = decideBookings(evidence.facts);
  if (decision.to === 'wait') return bookPlannedOrAskAgain(decision.sentence, reading, dependencies);
  const { attempt, entry, home, number } = reading;
  const ofOther = await refusalOfOther(reading, evidence.facts.current.recordingIds, dependencies);
  const refused = ofOther ? [...reading.refused, ofOther] : reading.refused;
  await withdrawOutdated(reading, dependencies, decision);
  const job = { ...reading, refused, toBook: [], looksAgain: false };
  if (decision.to === 'book') {
    const contents = await readContents(decision.plan, evidence, dependencies);
    if (typeof contents === 'string') return bookPlannedOrAskAgain(contents, reading, dependencies);
    // It was refused before, with the same figures.
    if (contents.toBook.length + contents.refused.length === 0) await recordAnswer(reading, dependencies);
    return { ...job, toBook: contents.toBook, refused: [...refused, ...contents.refused] };
  }
  if (decision.to === 'reject') {
    await recordAnswer(reading, dependencies);
    return { ...job, refused: [...refused, new Rejected(decision.sentence, { causeCode: decision.cause })] };
  }
  // A first hint notes no answer, and one note is enough for further hints.
  const isFirst = entry?.awaiting && !(decision.awaitsParts && home === number);
  if (!isFirst) await recordAnswer(reading, dependencies);
  attempt.log.info('Nothing to book now', { why: decision.why });
  await compareFigures(evidence, dependencies);
  return job;
}

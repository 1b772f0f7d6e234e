import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PlannedBooking } from '../ledger/records/bookings.ts';
import { Rejected } from '../model/errors.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import {
  type AskDependencies,
  askLater,
  type Inquiry,
  mayEnd,
  otherNamed,
  recordAnswer,
} from './ask-azumuta.ts';
import { compareFigures, type FiguresDependencies } from './booked-figures.ts';
import { ownRecordings, type PartsDependencies, partsBookedTogether } from './built-parts.ts';
import { plannedByAnother } from './content.ts';
import { decideBookings, isBookedTogether, recordingsIn } from './decide-bookings.ts';
import { type Job, jobOf, refusalOf, stepOf } from './job.ts';
import type { CompletionHint } from './messages.ts';
import type { NextStep } from './next-step.ts';
import { type Facts, type Reading, readContents } from './read-contents.ts';
import { readStanding, type Standing } from './standing.ts';

export interface PlanDependencies extends AskDependencies, PartsDependencies, FiguresDependencies {
  readonly ledger: Pick<
    Ledger,
    'orders' | 'erpOrders' | 'knownOrders' | 'bookings' | 'questions' | 'concerns'
  >;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Book although it is unknown which recordings there are. */
  readonly withoutRecordings: boolean;
  /** Number of the ERP order of a product order that the ledger does not know; by default its own. */
  readonly erpOrderNumber: ((productOrderNumber: string) => string) | undefined;
}

/** Asks Azumuta and decides. @returns undefined when the hint has ended. @throws Wait, RetryLater, Rejected */
export async function planBookings(
  hint: CompletionHint,
  standing: Standing,
  step: Extract<NextStep, { to: 'read' }>,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
): Promise<Job | undefined> {
  const { number, question, answered } = standing;
  const inquiry: Inquiry = { number: standing.askedAs, hint, question, answered };
  const isOpen = step.anew.length + step.refused.length > 0;
  if (!isOpen && (await mayEnd(inquiry, attempt, dependencies))) {
    attempt.log.info('Another hint has asked about it a moment ago, and asks again');
    return undefined;
  }
  const readAt = dependencies.clock.now();
  const id = standing.entry?.productOrder?.id;
  const order = await dependencies.reader.readProductOrder({ id, number }, attempt.signal);
  const isOther = order !== undefined && order.id !== id;
  const known = isOther ? await byAzumutaId(order, standing, hint, dependencies) : standing;
  const next = known === standing ? step : stepOf(hint, known, attempt, dependencies);
  if (next.to !== 'read') return jobOf(hint, known, next, attempt);
  const reading = { inquiry, standing: known, readAt, anew: next.anew, refused: next.refused.map(refusalOf) };
  if (order && isCompleted(order, hint, known, dependencies))
    return decide({ ...reading, order }, attempt, dependencies);
  if (!order) {
    const sentence = `Azumuta knows no product order ${number}.`;
    return unclear(sentence, reading, attempt, dependencies, { isOpen: false, code: 'unknown-order' });
  }
  await withdraw(reading, dependencies);
  const status = order.status ?? 'without status';
  const sentence = `Azumuta says that product order ${number} is "${status}", not completed.`;
  const lastLook = async () => {
    const refusal = await refusalOfOther({ ...reading, order }, order.recordingIds, attempt, dependencies);
    if (refusal) throw refusal;
  };
  return unclear(sentence, { ...reading, anew: [] }, attempt, dependencies, { isOpen: true, lastLook });
}

/** What a person must be told of a recording that a trigger names, and that is not among the order's own. */
async function refusalOfOther(
  { inquiry, order }: Pick<Reading, 'inquiry' | 'order'>,
  own: readonly string[] | undefined,
  { signal }: WorkAttempt,
  { reader }: Pick<PlanDependencies, 'reader'>,
): Promise<Rejected | undefined> {
  const named = otherNamed(inquiry, own);
  return named === undefined ? undefined : reader.refusalOfOther(named, order, signal);
}

/**
 * An order that was renamed in Azumuta: the ledger keeps it under its first number, to which an alias leads from now on,
 * unless the new number is that of another order of ours.
 */
async function byAzumutaId(
  { id }: AzumutaProductOrder,
  standing: Standing,
  { productOrderNumber }: CompletionHint,
  { ledger }: PlanDependencies,
): Promise<Standing> {
  const number = await ledger.knownOrders.numberOfAzumutaId(id);
  if (number === undefined || number === standing.number) return standing;
  const found = await readStanding({ productOrderNumber: number }, ledger);
  if (!found.entry) return standing;
  if (!standing.entry) await ledger.knownOrders.writeAlias(productOrderNumber, number);
  const { askedAs, question, answered } = standing;
  return { ...found, askedAs, question, answered };
}

function isCompleted(
  { completed }: AzumutaProductOrder,
  { via, again }: CompletionHint,
  { bookings }: Standing,
  { trustTrigger }: PlanDependencies,
): boolean {
  // Bookings are planned after a trigger only, so when a person asks again for one that was planned, there was a trigger.
  return completed || (trustTrigger && (via === 'webhook' || (again === true && bookings.length > 0)));
}

/**
 * Azumuta does not show what is needed. A plan of which nothing was sent is booked as it is, and what was refused is told;
 * else Azumuta is asked later.
 */
async function unclear(
  sentence: string,
  { inquiry, standing, anew, refused }: Omit<Reading, 'order'>,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
  how: Parameters<typeof askLater>[3] = { isOpen: false },
): Promise<Job | undefined> {
  const toBook = anew.filter(({ state }) => state === 'waiting').map((kept) => ({ kept }));
  const looksAgain = toBook.length > 0;
  if (looksAgain || refused.length > 0) return { hint: inquiry.hint, standing, toBook, refused, looksAgain };
  await askLater(sentence, inquiry, attempt, how, dependencies);
  return undefined;
}

/** Takes back the plans that do not hold any more. */
async function withdraw(
  { standing, anew }: Omit<Reading, 'order'>,
  { ledger }: PlanDependencies,
  stays: readonly PlannedBooking[] = [],
): Promise<void> {
  const gone = anew.filter(({ state, key }) => state === 'waiting' && !stays.some((one) => one.key === key));
  for (const booking of gone)
    if (!(await ledger.bookings.withdraw(standing.home, booking))) throw plannedByAnother(booking);
}

/** Reads the other facts, decides, and reads what is to be booked. */
async function decide(
  reading: Reading,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
): Promise<Job | undefined> {
  const { order, inquiry, standing } = reading;
  const { facts, read } = await readFacts(reading, attempt, dependencies);
  const decision = decideBookings(facts);
  if (decision.to === 'wait') return unclear(decision.sentence, reading, attempt, dependencies);
  const ofOther = await refusalOfOther(reading, facts.current.recordingIds, attempt, dependencies);
  const refused = [...reading.refused, ...(ofOther ? [ofOther] : [])];
  const plan = decision.to === 'book' ? decision.plan : [];
  await withdraw(reading, dependencies, plan);
  const job = { hint: inquiry.hint, standing, toBook: [], refused, looksAgain: false };
  const noteAnswer = () => recordAnswer(inquiry, order, attempt, dependencies);
  // A first hint notes no answer, and one note is enough for further hints.
  const isFirst =
    standing.entry?.awaitsCompletion &&
    !(decision.to === 'leave' && decision.awaitsParts && standing.home === standing.number);
  if (decision.to === 'reject' || (decision.to === 'leave' && !isFirst)) await noteAnswer();
  if (decision.to === 'reject')
    return { ...job, refused: [...refused, new Rejected(decision.sentence, { code: decision.cause })] };
  if (decision.to === 'leave') {
    attempt.log.info('Nothing to book now', { why: decision.why });
    await compareFigures({ reading, facts, read }, attempt, dependencies);
    return job;
  }
  const contents = await readContents(plan, { reading, facts, read }, attempt, dependencies);
  if (typeof contents === 'string') return unclear(contents, reading, attempt, dependencies);
  // It was refused before, with the same figures.
  if (contents.toBook.length + contents.refused.length === 0) await noteAnswer();
  return { ...job, toBook: contents.toBook, refused: [...refused, ...contents.refused] };
}

async function readFacts(
  { order, inquiry, standing, anew }: Reading,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
): Promise<Omit<Facts, 'reading'>> {
  const { entry, number } = standing;
  const { ledger, erpOrderNumber, withoutRecordings } = dependencies;
  const bookings = standing.bookings.filter((booking) => !anew.includes(booking));
  const erpOrder = entry ? refOf(entry.erpOrder) : { number: erpOrderNumber?.(number) ?? number };
  const record =
    entry && entry.part.book !== 'alone' ? await ledger.erpOrders.find(entry.erpOrder) : undefined;
  const parts = record?.split.of ?? 1;
  const index = entry?.part.index ?? 1;
  const ofThisPart = anew.filter((booking) => booking.parts.length === 1 && booking.parts[0] === index);
  const proven = { stands: recordingsIn(bookings), anew: recordingsIn(ofThisPart) };
  const { ids, read } = await ownRecordings(inquiry, order, proven, attempt, dependencies);
  const part = { index, order, recordingIds: ids };
  const [current, ...others] = isBookedTogether(entry)
    ? await partsBookedTogether(
        entry,
        part,
        { record: record ?? entry, parts, bookings },
        attempt,
        dependencies,
      )
    : [part];
  return { facts: { entry, erpOrder, parts, bookings, current, others, withoutRecordings }, read };
}

function refOf({ number, id }: { readonly number: string; readonly id?: string }) {
  return id === undefined ? { number } : { number, id };
}

import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry, Plan, PlannedBooking } from '../ledger/records/bookings.ts';
import type { CompletedProductOrder, Completion, Recording } from '../model/completions.ts';
import { Rejected, rejectionOf, Wait } from '../model/errors.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import {
  type AskDependencies,
  askLater,
  type Inquiry,
  mayEnd,
  recordAnswer,
  recordingsNamedBy,
} from './ask-azumuta.ts';
import { ownRecordings, type PartsDependencies, partsBookedTogether } from './built-parts.ts';
import {
  aboutOf,
  amendmentContent,
  type Completed,
  figuresIn,
  figuresOf,
  type MapCompletion,
  packed,
  plannedByAnother,
  unpacked,
} from './content.ts';
import {
  type BuiltPart,
  type CompletionFacts,
  decideBookings,
  isBookedTogether,
  recordingsIn,
} from './decide-bookings.ts';
import type { CompletionHint } from './messages.ts';
import { type NextStep, nextStep } from './next-step.ts';
import { completedOf } from './read-recordings.ts';
import { readStanding, type Standing } from './standing.ts';

export interface PlanDependencies extends AskDependencies, PartsDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'erpOrders' | 'knownOrders' | 'bookings' | 'questions' | 'deadLetters'>;
  /** The configuration's mapping. @throws Rejected */
  readonly map: MapCompletion;
  /** Version of the configuration. */
  readonly configuration: string;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Book although it is unknown which recordings there are. */
  readonly withoutRecordings: boolean;
  /** Number of the ERP order of a product order that the ledger does not know; by default its own. */
  readonly erpOrderNumber: ((productOrderNumber: string) => string) | undefined;
  /** Whether Azumuta's article codes differ from the ERP's, so that only the ledger knows the ERP's. */
  readonly articleIsMapped: boolean;
}

/** One booking that is to be made: as it was planned before, or as it is planned now. */
export type ToBook = { readonly kept: BookingEntry } | { readonly plan: Plan };

/** What a hint is to book. */
export interface Job {
  readonly hint: CompletionHint;
  readonly standing: Standing;
  /** One after the other: the quantity first. */
  readonly toBook: readonly ToBook[];
  /** What was refused so far: told in one dead letter, once everything else is done. */
  readonly refused: readonly Rejected[];
  /** The hint is newer than what is booked: it looks again afterwards. */
  readonly looksAgain: boolean;
}

/** A completed product order, as Azumuta was asked about it. */
interface Reading {
  readonly order: AzumutaProductOrder;
  readonly readAt: Date;
  readonly inquiry: Inquiry;
  readonly standing: Standing;
  /** Bookings of which surely nothing was sent, and that are decided anew. */
  readonly anew: readonly BookingEntry[];
  /** What this message was refused before. */
  readonly refused: readonly Rejected[];
}

/** What a hint is to do by what the ledger knows alone. */
export function stepOf(
  hint: CompletionHint,
  standing: Standing,
  attempt: WorkAttempt,
  { clock, configuration }: Pick<PlanDependencies, 'clock' | 'configuration'>,
): NextStep {
  const { bookings, answered, question } = standing;
  const known = recordingsIn(bookings);
  const namesNew = recordingsNamedBy({ hint, question }).some((id) => !known.has(id));
  return nextStep({ bookings, answered, hint, attempt, namesNew, configuration, now: clock.now() });
}

/** The job of a step that needs nothing of Azumuta. @throws Wait */
export function jobOf(
  hint: CompletionHint,
  standing: Standing,
  step: Exclude<NextStep, { to: 'read' }>,
  { secondsUntil }: Pick<WorkAttempt, 'secondsUntil'>,
): Job {
  if (step.to === 'wait')
    throw new Wait(step.sentence, { scope: 'order', afterSeconds: secondsUntil(step.untilMs) });
  const refused = step.refused.map(refusalOf);
  if (step.to === 'end') return { hint, standing, refused, toBook: [], looksAgain: false };
  const toBook = step.keep.map((kept) => ({ kept }));
  return { hint, standing, refused, toBook, looksAgain: step.looksAgain };
}

/** A refusal that was written down before, to be told once more. */
function refusalOf(booking: BookingEntry): Rejected {
  const { reason = '', cause = 'internal-error' } = booking;
  return new Rejected(reason, { code: cause, about: aboutOf(booking) });
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
  if (await mayEnd(inquiry, attempt, dependencies)) {
    attempt.log.info('Another hint has asked about it a moment ago, and asks again');
    return undefined;
  }
  const readAt = dependencies.clock.now();
  const id = standing.entry?.productOrder?.id;
  const order = await dependencies.reader.readProductOrder({ id, number }, attempt.signal);
  const known = order && !standing.entry ? await byAzumutaId(order, standing, hint, dependencies) : standing;
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
  await askLater(sentence, inquiry, attempt, { isOpen: true }, dependencies);
  return undefined;
}

/** An order that was renamed in Azumuta: the ledger keeps it under its first number, to which an alias leads from now on. */
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
  await ledger.knownOrders.writeAlias(productOrderNumber, number);
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

/** Azumuta does not show what is needed. A plan of which nothing was sent is booked as it is; else Azumuta is asked later. */
async function unclear(
  sentence: string,
  { inquiry, standing, anew, refused }: Omit<Reading, 'order'>,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
  how: Parameters<typeof askLater>[3] = { isOpen: false },
): Promise<Job | undefined> {
  const toBook = anew.filter(({ state }) => state === 'waiting').map((kept) => ({ kept }));
  if (toBook.length > 0) return { hint: inquiry.hint, standing, toBook, refused, looksAgain: true };
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
  for (const booking of gone) await ledger.bookings.withdraw(standing.home, booking);
}

/** Reads the other facts, decides, and reads what is to be booked. */
async function decide(
  reading: Reading,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
): Promise<Job | undefined> {
  const { order, inquiry, standing, refused } = reading;
  const { facts, read } = await readFacts(reading, attempt, dependencies);
  const decision = decideBookings(facts);
  if (decision.to === 'wait') return unclear(decision.sentence, reading, attempt, dependencies);
  const plan = decision.to === 'book' ? decision.plan : [];
  await withdraw(reading, dependencies, plan);
  const job = { hint: inquiry.hint, standing, toBook: [], refused, looksAgain: false };
  // A first hint notes no answer, and one note is enough for further hints.
  if (decision.to === 'reject' || (decision.to === 'leave' && !standing.entry?.awaitsCompletion))
    await recordAnswer(inquiry, order, attempt, dependencies);
  if (decision.to === 'reject')
    return { ...job, refused: [...refused, new Rejected(decision.sentence, { code: decision.cause })] };
  if (decision.to === 'leave') {
    attempt.log.info('Nothing to book now', { why: decision.why });
    return job;
  }
  const contents = await readContents(plan, { reading, facts, read }, attempt, dependencies);
  if (typeof contents === 'string') return unclear(contents, reading, attempt, dependencies);
  return { ...job, toBook: contents.toBook, refused: [...refused, ...contents.refused] };
}

interface Facts {
  readonly reading: Reading;
  readonly facts: CompletionFacts;
  /** Recordings that were read already. */
  readonly read: ReadonlyMap<string, Recording>;
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
    ? await partsBookedTogether(entry, part, { parts, bookings }, attempt, dependencies)
    : [part];
  return { facts: { entry, erpOrder, parts, bookings, current, others, withoutRecordings }, read };
}

/**
 * Reads the recordings of what is to be booked, and maps it. What the mapping refuses is written down, so that no
 * further trigger tells it once more.
 * @returns why it cannot be booked yet: Azumuta lists a recording and does not show it. Without it another quantity
 * might be booked than was recorded, and nobody would notice.
 */
async function readContents(
  plan: readonly PlannedBooking[],
  facts: Facts,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
): Promise<string | Pick<Job, 'toBook' | 'refused'>> {
  const toBook: ToBook[] = [];
  const refused: Rejected[] = [];
  const { readAt, anew, inquiry, standing } = facts.reading;
  for (const planned of plan) {
    const completed = await readCompleted(planned, facts, attempt, dependencies);
    if (typeof completed === 'string') return completed;
    const seen = anew.find(({ key }) => key === planned.key);
    const { configuration, ledger } = dependencies;
    const known = { planned, seen, readAt, plannedFor: attempt.messageId, configuration };
    const mapped = contentOf(planned, completed, facts, dependencies);
    if (seen?.state === 'rejected' && !inquiry.hint.again && isSame(seen, mapped)) {
      attempt.log.info('It was refused before, with the same figures', { booking: planned.key });
      continue;
    }
    if (!(mapped instanceof Rejected)) {
      const { completion, content } = mapped;
      toBook.push({ plan: { ...known, content, figures: figuresOf(completion) } });
      continue;
    }
    if (!(await ledger.bookings.planRefused(standing.home, known, rejectionOf(mapped))))
      throw plannedByAnother(planned);
    refused.push(mapped);
  }
  return { toBook, refused };
}

/** The product orders of a booking, with the recordings that it covers; a sentence when Azumuta does not show one. */
async function readCompleted(
  planned: PlannedBooking,
  { reading: { readAt }, facts, read: earlier }: Facts,
  { signal }: WorkAttempt,
  { reader }: PlanDependencies,
): Promise<Completed | string> {
  const chosen = [facts.current, ...facts.others]
    .toSorted((a, b) => a.index - b.index)
    .filter(({ index }) => planned.parts.includes(index))
    .map((part) => ({ order: part.order, ids: recordingsOf(part, planned, facts.bookings) }));
  const wanted = chosen.flatMap(({ order, ids }) =>
    ids.filter((id) => !earlier.has(id)).map((id) => ({ id, productOrder: order })),
  );
  const read = await reader.readRecordings(wanted, signal);
  const missing = wanted.find(({ id }) => !read.has(id));
  if (missing)
    return `Azumuta lists recording ${missing.id} of product order ${missing.productOrder.number}, and does not show it.`;
  const [first, ...others] = chosen.map(({ order, ids }): CompletedProductOrder => {
    const recordings = ids.flatMap((id) => earlier.get(id) ?? read.get(id) ?? []);
    return completedOf(order, facts.erpOrder, recordings, readAt.toISOString());
  });
  if (!first) throw new Error(`The booking ${planned.key} covers no completed product order.`);
  return [first, ...others];
}

/** The recordings of a quantity; for an amendment all recordings, so that mapping it sees what the new ones change. */
function recordingsOf(
  { index, order, recordingIds = [] }: BuiltPart,
  planned: PlannedBooking,
  bookings: readonly BookingEntry[],
): readonly string[] {
  if (planned.kind === 'quantity') {
    if (planned.parts.length === 1) return planned.recordingIds;
    return recordingIds.filter((id) => planned.recordingIds.includes(id));
  }
  const earlier = bookings
    .filter(({ parts }) => parts.length === 1 && parts[0] === index)
    .flatMap((booking) => booking.recordingIds);
  return [...new Set([...(order.recordingIds ?? earlier), ...planned.recordingIds])];
}

/** What is booked: the result of the mapping, with the ERP's own code of the product; or why the mapping refuses. */
function contentOf(
  planned: PlannedBooking,
  completed: Completed,
  { facts: { entry, current } }: Facts,
  { map, articleIsMapped }: PlanDependencies,
): { readonly completion: Completion; readonly content: Uint8Array } | Rejected {
  const ofAzumuta = articleIsMapped ? undefined : current.order.article;
  const article = entry ? entry.erpOrder.article : ofAzumuta;
  try {
    const { article: _, ...mapped } =
      planned.kind === 'quantity'
        ? map('quantity', completed)
        : amendmentContent(map, completed, planned.recordingIds);
    const final = mapped.final && entry?.part.book !== 'each';
    const completion = { ...mapped, final, ...(article === undefined ? {} : { article }) };
    return { completion, content: packed(completion) };
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

/** Whether a refused booking would be made with the same figures again. */
function isSame(seen: BookingEntry, now: ReturnType<typeof contentOf>): boolean {
  if (now instanceof Rejected) return true;
  return seen.content !== undefined && figuresIn(unpacked(seen.content, seen)) === figuresIn(now.completion);
}

function refOf({ number, id }: { readonly number: string; readonly id?: string }) {
  return id === undefined ? { number } : { number, id };
}

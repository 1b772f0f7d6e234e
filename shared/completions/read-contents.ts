import * as z from 'zod/mini';
import {
  type BookingEntry,
  bookedParts,
  countBuilt,
  type Plan,
  type PlannedBooking,
} from '../ledger/records/bookings.ts';
import { isBookedTogether } from '../ledger/records/product-orders.ts';
import type { Completion } from '../model/completions.ts';
import { Rejected, rejectionOf } from '../model/errors.ts';
import { partOfSplit } from '../model/orders.ts';
import { quantitySchema } from '../model/quantity.ts';
import { definedFields } from '../model/unread.ts';
import type { Unanswered } from './ask-azumuta.ts';
import type { Job } from './book.ts';
import {
  aboutOf,
  amendmentContent,
  type Completed,
  figuresOf,
  isCorrectedAlike,
  packCompletion,
  plannedByAnother,
  unpackCompletion,
} from './content.ts';
import type { BookingDecision, BuiltPart, CompletionFacts } from './decide-bookings.ts';
import type { HintDependencies } from './inquiry.ts';
import type { Evidence } from './read-facts.ts';
import { completedOf, type ReadRecording } from './read-recordings.ts';
import { checkWithinOrder } from './within-order.ts';

type DecisionToBook = Extract<BookingDecision, { readonly to: 'book' }>;

/** The product orders of a booking, and what the mapping makes of them. */
interface Mapped {
  readonly completed: Completed;
  readonly completion: Completion;
}

/** Why something that is completed cannot be booked yet. */
type NotYet = Pick<Unanswered, 'shows' | 'sentence'>;

interface PackedContent {
  readonly completion: Completion;
  readonly content: Uint8Array;
  readonly accepted?: string;
}

/**
 * Reads the recordings of what is to be booked, and maps it. What the mapping refuses is written down, so that no
 * further trigger makes another dead letter of it.
 * @returns why it cannot be booked yet: without a recording that Azumuta does not show, or by one that may still change,
 * another quantity might be booked.
 */
export async function readContents(
  { plan, othersFollow }: DecisionToBook,
  evidence: Evidence,
  dependencies: HintDependencies,
): Promise<NotYet | Pick<Job, 'toBook' | 'refused'>> {
  const toBook: Plan[] = [];
  const toRefuse: { readonly plan: Plan; readonly refusal: Rejected }[] = [];
  const { readAt, toDecideAgain, hint, attempt, home } = evidence;
  const { configuration, ledger } = dependencies;
  const isOfTrigger = hint.via === 'webhook' && !hint.again;
  const trigger = definedFields({ triggeredAt: isOfTrigger ? attempt.sentAt : undefined });
  for (const planned of plan) {
    const read = await readMapped(planned, evidence, dependencies);
    if ('shows' in read) return read;
    const seen = toDecideAgain.find(({ key }) => key === planned.key);
    const content = checkAndPack(read, { ...evidence, planned, seen }, dependencies);
    const azumutaId = evidence.entry ? undefined : planned.productOrder.id;
    const known: Plan = {
      planned,
      seen,
      readAt,
      plannedFor: attempt.messageId,
      configuration,
      azumutaId,
      ...trigger,
    };
    // A person's hint tries it again, whatever has changed.
    const refusedBefore = seen?.state === 'rejected' && !hint.again ? seen : undefined;
    if (refusedBefore && isRefusedAlready(refusedBefore, content))
      await noteRefusedBefore(refusedBefore, evidence, dependencies);
    else if (content instanceof Rejected) toRefuse.push({ plan: known, refusal: content });
    else toBook.push({ ...known, ...contentOfPlan(content) });
  }
  // All plans of a reading but the last say that others follow, as an attempt can end between two; the last one does where
  // further parts are booked later.
  const last = othersFollow ? undefined : (toBook.at(-1) ?? toRefuse.at(-1)?.plan);
  const marked = (plan: Plan): Plan => (plan === last ? plan : { ...plan, othersFollow: true });
  const refused: Rejected[] = [];
  for (const { plan, refusal } of toRefuse) {
    const { message, causeCode } = refusal;
    if (!(await ledger.bookings.planRefused(home, marked(plan), rejectionOf(refusal))))
      throw plannedByAnother(plan.planned);
    await ledger.deadLetters.settleOutdated(plan.seen?.rejectedBy, { ...attempt, orderNumber: home });
    refused.push(new Rejected(message, { causeCode, cause: refusal, about: aboutOf(plan.planned) }));
  }
  return { toBook: toBook.map((plan) => ({ planned: plan.planned, plan: marked(plan) })), refused };
}

/** After a deployment it was tried again: each configuration tries it once. */
async function noteRefusedBefore(
  seen: BookingEntry,
  { home, attempt }: Evidence,
  { ledger, configuration }: HintDependencies,
): Promise<void> {
  attempt.log.info('It was refused before, and nothing of it was corrected', { booking: seen.key });
  if (seen.configuration !== configuration)
    await ledger.bookings.recordRefusedAgain(home, seen, configuration);
}

function contentOfPlan({
  completion,
  content,
  accepted,
}: PackedContent): Pick<Plan, 'content' | 'figures' | 'accepted'> {
  const figures = figuresOf(completion);
  return accepted === undefined ? { content, figures } : { content, figures, accepted };
}

/** What is written down of a booking, unless it is more than what it is for, or than one booking can hold. */
function checkAndPack(
  mapped: Mapped | Rejected,
  { home, planned, seen, facts, concerns, hint }: Evidence & Pick<Plan, 'planned' | 'seen'>,
  dependencies: HintDependencies,
): PackedContent | Rejected {
  if (mapped instanceof Rejected) return mapped;
  try {
    const within = checkWithinOrder({
      ...mapped,
      home,
      planned,
      concerns,
      entry: facts.entry,
      limits: dependencies.beyondOrder,
      accepted: [hint.accepts, seen?.accepted],
      mapAlone: (one) => dependencies.map('quantity', [one]),
    });
    return { ...within, content: packCompletion(within.completion) };
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

/** What a booking covers, mapped; why the mapping refuses; or why it cannot be mapped yet. */
export async function readMapped(
  planned: PlannedBooking,
  evidence: Evidence,
  dependencies: HintDependencies,
): Promise<Mapped | Rejected | NotYet> {
  const { facts, read: earlier, readAt, attempt } = evidence;
  const chosen = [facts.current, ...facts.others]
    .toSorted((a, b) => a.index - b.index)
    .filter(({ index }) => planned.parts.includes(index))
    .map((part) => ({ ...part, ids: recordingsToRead(part, planned, facts.bookings) }));
  const wanted = chosen.flatMap(({ order, ids }) =>
    ids.filter((id) => !earlier.has(id)).map((id) => ({ id, productOrder: order })),
  );
  const read = await dependencies.reader.readRecordings(wanted, attempt);
  const found = new Map([...earlier, ...read]);
  const notYet = whyNotYet(chosen, found);
  if (notYet) return notYet;
  const { entry, erpOrder, parts } = facts;
  const [first, ...others] = chosen.map(({ index, order, madeFor, ids }) =>
    completedOf(order, {
      erpOrder,
      part: entry && partOfSplit(entry, index, parts, madeFor),
      recordings: ids.flatMap((id) => found.get(id)?.recording ?? []),
      learnedAt: readAt.toISOString(),
    }),
  );
  if (!first) throw new Error(`The booking ${planned.key} covers no completed product order.`);
  const completed: Completed = [first, ...others];
  try {
    return { completed, completion: mapBooking(planned, completed, evidence, dependencies) };
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

function whyNotYet(
  parts: readonly { readonly order: { readonly number: string }; readonly ids: readonly string[] }[],
  found: ReadonlyMap<string, ReadRecording>,
): NotYet | undefined {
  const all = parts.flatMap(({ order, ids }) => ids.map((id) => ({ id, number: order.number })));
  const missing = all.find(({ id }) => !found.has(id));
  if (missing) {
    const sentence = `Azumuta lists recording ${missing.id} of product order ${missing.number}, and does not show it.`;
    return { shows: 'unclear', sentence };
  }
  const unsettled = all.find(({ id }) => found.get(id)?.unsettled !== undefined);
  if (!unsettled) return undefined;
  const { id, number } = unsettled;
  const sentence = `Recording ${id} of product order ${number} is not settled: it shows ${found.get(id)?.unsettled}.`;
  return { shows: 'not settled', sentence };
}

/** Whether its dead letter would say again what it says already. */
function isRefusedAlready(seen: BookingEntry, now: PackedContent | Rejected): boolean {
  if (now instanceof Rejected) return seen.reason === rejectionOf(now).reason;
  return (
    seen.content !== undefined &&
    isCorrectedAlike(unpackCompletion(seen.content, seen), unpackCompletion(now.content, seen))
  );
}

/** The recordings of a quantity; for an amendment all recordings, so that mapping it sees what the new ones change. */
function recordingsToRead(
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
  return [...new Set([...(order.recordingIds ?? earlier), ...recordingIds, ...planned.recordingIds])];
}

/** What the mapping makes of it, with the ERP's own code of the product. @throws Rejected */
function mapBooking(
  planned: PlannedBooking,
  completed: Completed,
  { facts }: Evidence,
  { map, articleIsMapped }: HintDependencies,
): Completion {
  const { entry, current } = facts;
  const ofAzumuta = articleIsMapped ? undefined : current.order.article;
  const { erpOrder } = entry ?? {};
  const { article = ofAzumuta } = erpOrder ?? {};
  const { article: _, ...mapped } =
    planned.kind === 'quantity'
      ? map('quantity', completed)
      : amendmentContent(map, completed, planned.recordingIds);
  // While other parts are booked alone, none of them knows what is left of the order.
  const isPart = entry?.part.book === 'each' || leavesParts(planned, facts);
  const final = mapped.final && !isPart;
  const operations = mapped.operations?.map((one) => (isPart ? { ...one, finished: false } : one));
  const madeFor = final && erpOrder ? z.parse(quantitySchema, erpOrder) : undefined;
  return {
    ...mapped,
    final,
    ...definedFields({ operations, article, madeFor }),
  };
}

/** Whether parts of its ERP order are neither in it, nor booked, nor a person's. */
function leavesParts(
  { parts }: PlannedBooking,
  { entry, bookings, parts: wanted }: CompletionFacts,
): boolean {
  if (!isBookedTogether(entry)) return false;
  const settled = bookings.filter(({ state, discarded }) => state === 'done' || discarded);
  return countBuilt(parts, bookedParts(settled)) < wanted;
}

import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry, Plan, PlannedBooking } from '../ledger/records/bookings.ts';
import type { CompletedProductOrder, Completion, Recording } from '../model/completions.ts';
import { Rejected, rejectionOf } from '../model/errors.ts';
import type { ErpOrderFacts } from '../model/orders.ts';
import type { Quantity } from '../model/quantity.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { Inquiry } from './ask-azumuta.ts';
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
import type { BuiltPart, CompletionFacts } from './decide-bookings.ts';
import type { Job } from './job.ts';
import { type CompletionReader, completedOf } from './read-recordings.ts';
import type { Standing } from './standing.ts';

export interface ContentDependencies {
  readonly ledger: Pick<Ledger, 'bookings'>;
  readonly reader: CompletionReader;
  /** The configuration's mapping. @throws Rejected */
  readonly map: MapCompletion;
  /** Version of the configuration. */
  readonly configuration: string;
  /** Whether Azumuta's article codes differ from the ERP's, so that only the ledger knows the ERP's. */
  readonly articleIsMapped: boolean;
}

/** A completed product order, as Azumuta was asked about it. */
export interface Reading {
  readonly order: AzumutaProductOrder;
  readonly readAt: Date;
  readonly inquiry: Inquiry;
  readonly standing: Standing;
  /** Bookings of which surely nothing was sent, and that are decided anew. */
  readonly anew: readonly BookingEntry[];
  /** What this message was refused before. */
  readonly refused: readonly Rejected[];
}

/** What was read and decided from. */
export interface Facts {
  readonly reading: Reading;
  readonly facts: CompletionFacts;
  /** Recordings that were read already. */
  readonly read: ReadonlyMap<string, Recording>;
}

/**
 * Reads the recordings of what is to be booked, and maps it. What the mapping refuses is written down, so that no
 * further trigger tells it once more.
 * @returns why it cannot be booked yet: Azumuta lists a recording and does not show it. Without it another quantity
 * might be booked than was recorded, and nobody would notice.
 */
export async function readContents(
  plan: readonly PlannedBooking[],
  facts: Facts,
  attempt: WorkAttempt,
  dependencies: ContentDependencies,
): Promise<string | Pick<Job, 'toBook' | 'refused'>> {
  const toBook: Plan[] = [];
  const toRefuse: { readonly plan: Plan; readonly refusal: Rejected }[] = [];
  const { readAt, anew, inquiry } = facts.reading;
  for (const planned of plan) {
    const completed = await readCompleted(planned, facts, attempt, dependencies);
    if (typeof completed === 'string') return completed;
    const seen = anew.find(({ key }) => key === planned.key);
    const { configuration } = dependencies;
    const known = { planned, seen, readAt, plannedFor: attempt.messageId, configuration };
    const mapped = contentOf(planned, completed, facts, dependencies);
    if (seen?.state === 'rejected' && !inquiry.hint.again && isSame(seen, mapped))
      attempt.log.info('It was refused before, with the same figures', { booking: planned.key });
    else if (mapped instanceof Rejected) toRefuse.push({ plan: known, refusal: mapped });
    else toBook.push({ ...known, content: mapped.content, figures: figuresOf(mapped.completion) });
  }
  return written(toRefuse, toBook, facts.reading, dependencies);
}

/** Writes down what is refused. All plans of a reading but the last say that others follow, as an attempt can end between two. */
async function written(
  toRefuse: readonly { readonly plan: Plan; readonly refusal: Rejected }[],
  toBook: readonly Plan[],
  { standing: { home } }: Reading,
  { ledger }: ContentDependencies,
): Promise<Pick<Job, 'toBook' | 'refused'>> {
  const last = toBook.at(-1) ?? toRefuse.at(-1)?.plan;
  const marked = (plan: Plan): Plan => (plan === last ? plan : { ...plan, othersFollow: true });
  const refused: Rejected[] = [];
  for (const { plan, refusal } of toRefuse) {
    const { planned } = plan;
    if (!(await ledger.bookings.planRefused(home, marked(plan), rejectionOf(refusal))))
      throw plannedByAnother(planned);
    const { message, code } = refusal;
    refused.push(new Rejected(message, { code, cause: refusal, about: aboutOf(planned) }));
  }
  return { toBook: toBook.map((plan) => ({ plan: marked(plan) })), refused };
}

/** The product orders of a booking, with the recordings that it covers; a sentence when Azumuta does not show one. */
export async function readCompleted(
  planned: PlannedBooking,
  { reading: { readAt }, facts, read: earlier }: Facts,
  { signal }: WorkAttempt,
  { reader }: ContentDependencies,
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
export function contentOf(
  planned: PlannedBooking,
  completed: Completed,
  { facts: { entry, current } }: Facts,
  { map, articleIsMapped }: ContentDependencies,
): { readonly completion: Completion; readonly content: Uint8Array } | Rejected {
  const ofAzumuta = articleIsMapped ? undefined : current.order.article;
  const article = entry ? entry.erpOrder.article : ofAzumuta;
  try {
    const { article: _, ...mapped } =
      planned.kind === 'quantity'
        ? map('quantity', completed)
        : amendmentContent(map, completed, planned.recordingIds);
    const final = mapped.final && entry?.part.book !== 'each';
    const completion = {
      ...{ ...mapped, final },
      ...(article === undefined ? {} : { article }),
      ...(final && entry ? { madeFor: quantityOf(entry.erpOrder) } : {}),
    };
    return { completion, content: packed(completion) };
  } catch (error) {
    if (error instanceof Rejected) return error;
    throw error;
  }
}

function quantityOf({ amount, unit }: ErpOrderFacts): Quantity {
  return { amount, ...(unit === undefined ? {} : { unit }) };
}

/** Whether a refused booking would be made with the same figures again. */
function isSame(seen: BookingEntry, now: ReturnType<typeof contentOf>): boolean {
  if (now instanceof Rejected) return true;
  return seen.content !== undefined && figuresIn(unpacked(seen.content, seen)) === figuresIn(now.completion);
}

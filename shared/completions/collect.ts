import type { AzumutaProductOrder } from '../azumuta/translate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CompletedPart, PlannedBooking } from '../ledger/records/bookings.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { CompletedProductOrder, Recording } from '../model/completions.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import type { ErpOrderRef, Part } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import { maxMessageBytes, type Queues } from '../platform/queue.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type Collection, isBookedTogether, planBookings, recordingsToldOf } from './decide-bookings.ts';
import type { BookingMessage, CompletionHint } from './messages.ts';
import { completedOf, type ReadRecordingsDependencies, readRecordings } from './read-recordings.ts';

export interface CollectDependencies extends ReadRecordingsDependencies {
  readonly ledger: Pick<Ledger, 'orders' | 'bookings' | 'firstNotCompleted'>;
  readonly queues: Pick<Queues, 'send'>;
  readonly bookingsQueueUrl: string;
  readonly clock: Clock;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Number of the ERP order of a product order that the ledger does not know. */
  readonly erpOrderNumber: (productOrderNumber: string) => string;
}

/** How long Azumuta may take to say what its trigger said already. */
const patienceMs = 30 * 60_000;
/** An id of Azumuta has 17 characters: what is longer than this is none. */
const maxId = 100;
/** A trigger names what was recorded for one completion; more of its ids are not looked at. */
const maxHinted = 50;
/** Leaves room for what surrounds the content in a message. */
const maxContentBytes = maxMessageBytes - 16 * 1024;

/**
 * Turns a hint into bookings. The product order is read again, so nothing depends on what the trigger happened
 * to say; its quantity is planned once for ever, recordings that appear later become amendments. What is going
 * to be booked is written down before it is sent, so that a crash in between sends exactly that again.
 */
export async function collectCompletion(
  given: CompletionHint,
  attempt: WorkAttempt,
  dependencies: CollectDependencies,
): Promise<void> {
  const { hint, entry } = await knownOrder(given, dependencies);
  const order = await completedOrder(hint, entry, attempt, dependencies);
  const erpOrder = entry?.erpOrder ?? { number: dependencies.erpOrderNumber(hint.productOrderNumber) };
  const part: Part = entry?.part ?? { index: 1, of: 1, first: order.number, book: 'each' };
  const home = isBookedTogether(part) ? part.first : order.number;

  const known: ReadonlyMap<string, Recording> = order.recordingIds
    ? new Map()
    : await hintedRecordings(hint, order, home, attempt, dependencies);
  const recordingIds = order.recordingIds ?? [...known.keys()];
  const completedParts = await partsToBook(part, erpOrder, order, recordingIds, dependencies);
  if (!completedParts) {
    attempt.log.info('A part is completed, the others are awaited', { part: part.index, of: part.of });
    await markCompleted(hint, entry, dependencies);
    return;
  }
  const collection: Collection = { part, home, erpOrder, orders: completedParts, current: order };
  const toSend = await planBookings(collection, attempt, dependencies);
  for (const booking of toSend) await send(booking, { ...collection, hint, known }, attempt, dependencies);
  await markCompleted(hint, entry, dependencies);
}

/** Last of all: until its bookings are handed over, reconciliation goes on asking about an order that is overdue. */
async function markCompleted(
  { productOrderNumber }: CompletionHint,
  entry: OrderEntry | undefined,
  { ledger }: CollectDependencies,
): Promise<void> {
  if (entry?.awaitsCompletion) await ledger.orders.markCompleted(productOrderNumber);
}

/** The order that a hint means: where its number reads in two ways, the one that the ledger knows. */
async function knownOrder(
  hint: CompletionHint,
  { ledger }: CollectDependencies,
): Promise<{ hint: CompletionHint; entry: OrderEntry | undefined }> {
  const entry = await ledger.orders.find(hint.productOrderNumber);
  if (entry || hint.otherNumber === undefined) return { hint, entry };
  const other = await ledger.orders.find(hint.otherNumber);
  return { hint: other ? { ...hint, productOrderNumber: hint.otherNumber } : hint, entry: other };
}

async function completedOrder(
  hint: CompletionHint,
  entry: OrderEntry | undefined,
  attempt: WorkAttempt,
  dependencies: CollectDependencies,
): Promise<AzumutaProductOrder> {
  const number = hint.productOrderNumber;
  const id = entry?.productOrder?.id;
  const order = await dependencies.partners.call('azumuta', () =>
    id === undefined
      ? dependencies.azumuta.findProductOrder(number, attempt.signal)
      : dependencies.azumuta.productOrder(id, attempt.signal),
  );
  if (!order) throw await notYet(`Azumuta knows no product order ${number}.`, hint, attempt, dependencies);
  const trusted = dependencies.trustTrigger && hint.via === 'webhook';
  if (!order.completed && !trusted) {
    const status = order.status ?? 'without status';
    const sentence = `Azumuta says that product order ${number} is "${status}", not completed.`;
    throw await notYet(sentence, hint, attempt, dependencies);
  }
  return order;
}

/** An outage of Azumuta, or a person who took a day to replay the message, uses up none of the patience. */
async function notYet(
  sentence: string,
  hint: CompletionHint,
  attempt: WorkAttempt,
  { ledger, clock }: CollectDependencies,
): Promise<RetryLater | Rejected> {
  const since = await ledger.firstNotCompleted.since(hint.productOrderNumber, attempt);
  return clock.now().getTime() - since.getTime() < patienceMs
    ? new RetryLater(sentence, { scope: 'order' })
    : new Rejected(`${sentence} Asked again for 30 minutes.`);
}

/**
 * Recordings that only the trigger names, as Azumuta's product orders list none. A trigger may say anything:
 * nothing is planned of an id before it was read and belongs to the product order.
 */
async function hintedRecordings(
  hint: CompletionHint,
  productOrder: AzumutaProductOrder,
  home: string,
  attempt: WorkAttempt,
  dependencies: CollectDependencies,
): Promise<ReadonlyMap<string, Recording>> {
  const named = [...new Set(hint.recordingIds)];
  const candidates = named.filter((id) => id.length <= maxId).slice(0, maxHinted);
  if (candidates.length < named.length) {
    attempt.log.warn('A trigger named recordings that are not looked at', {
      named: named.length,
      lookedAt: candidates.length,
    });
  }
  if (candidates.length === 0) return new Map();
  const told = recordingsToldOf(await dependencies.ledger.bookings.of(home));
  const wanted = candidates
    .filter((id) => !told.has(id))
    .map((id) => ({ id, productOrder, hinted: true as const }));
  return readRecordings(wanted, attempt.signal, dependencies);
}

/** The product orders to book now: itself, or all parts of a split order once the last is completed. */
async function partsToBook(
  part: Part,
  erpOrder: ErpOrderRef,
  order: AzumutaProductOrder,
  recordingIds: readonly string[],
  { ledger, clock }: CollectDependencies,
): Promise<readonly CompletedPart[] | undefined> {
  const facts = completedOf(order, erpOrder, [], clock.now().toISOString());
  const completed = { number: order.number, facts, recordingIds };
  if (!isBookedTogether(part)) return [completed];
  const all = await ledger.bookings.recordCompletedPart(erpOrder.number, completed);
  return all.length < part.of ? undefined : all;
}

async function send(
  booking: PlannedBooking,
  collection: Collection & {
    readonly hint: CompletionHint;
    /** What was read already. */
    readonly known: ReadonlyMap<string, Recording>;
  },
  attempt: WorkAttempt,
  dependencies: CollectDependencies,
): Promise<void> {
  const { hint, erpOrder, part, home, known } = collection;
  const chosen = ordersIn(booking, collection);
  const wanted = chosen.flatMap(({ facts: { productOrder }, recordingIds }) =>
    recordingIds.filter((id) => !known.has(id)).map((id) => ({ id, productOrder })),
  );
  const read = await readRecordings(wanted, attempt.signal, dependencies);
  // Without it another quantity might be booked than was recorded, and nothing would ever tell of it.
  const missing = wanted.find(({ id }) => !read.has(id));
  if (missing) {
    const sentence = `Azumuta lists recording ${missing.id} of product order ${missing.productOrder.number}, and does not show it.`;
    throw await notYet(sentence, hint, attempt, dependencies);
  }
  const completed = chosen.map(({ facts, recordingIds }) => ({
    ...facts,
    recordings: recordingIds.flatMap((id) => known.get(id) ?? read.get(id) ?? []),
  }));
  const message = {
    v: 1,
    kind: 'booking',
    key: booking.key,
    books: booking.kind,
    home,
    erpOrder,
    last: part.of === 1 || isBookedTogether(part),
    eventId: hint.eventId,
    content: contentOf(completed),
  } as const satisfies BookingMessage;
  await dependencies.queues.send(dependencies.bookingsQueueUrl, { body: JSON.stringify(message) });
  await dependencies.ledger.bookings.markSent(home, booking.key);
  attempt.log.info('Collected', {
    booking: booking.key,
    recordings: booking.recordingIds.length,
  });
}

/** The product orders that a booking tells of, each with those of its recordings. */
function ordersIn(
  { kind, recordingIds, productOrder }: PlannedBooking,
  { orders, part }: Collection,
): readonly CompletedPart[] {
  const whole = (order: CompletedPart): CompletedPart => ({ ...order, recordingIds });
  if (!isBookedTogether(part)) return orders.map(whole);
  if (kind === 'amendment')
    return orders.filter(({ facts }) => facts.productOrder.id === productOrder.id).map(whole);
  const told = new Set(recordingIds);
  return orders.map((order) => ({ ...order, recordingIds: order.recordingIds.filter((id) => told.has(id)) }));
}

function contentOf(completed: readonly CompletedProductOrder[]): BookingMessage['content'] {
  if (Buffer.byteLength(JSON.stringify(completed)) <= maxContentBytes) return { completed };
  return {
    reference: completed.map(({ productOrder, recordings }) => ({
      number: productOrder.number,
      productOrderId: productOrder.id,
      recordingIds: recordings.map(({ id }) => id),
    })),
  };
}

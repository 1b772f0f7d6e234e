import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry, PlannedBooking } from '../ledger/records/bookings.ts';
import type { BookingKey, CompletedProductOrder, Recording } from '../model/completions.ts';
import type { ErpOrderRef } from '../model/orders.ts';
import { maxMessageBytes, type Queues } from '../platform/aws/queue.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type BuiltPart, isUnsent } from './decide-bookings.ts';
import type { BookingMessage } from './messages.ts';
import { completedOf, type ReadRecordingsDependencies, readRecordings } from './read-recordings.ts';

export interface SendDependencies extends ReadRecordingsDependencies {
  readonly ledger: Pick<Ledger, 'bookings'>;
  readonly queues: Pick<Queues, 'send'>;
  readonly bookingsQueueUrl: string;
}

/** What bookings are made of: all that was read. */
export interface Collected {
  /** Product order under which the ledger keeps the bookings. */
  readonly home: string;
  readonly erpOrder: ErpOrderRef;
  /** The ERP's own code of the product that was ordered, where it is known. */
  readonly article: string | undefined;
  readonly built: readonly BuiltPart[];
  /** As the ledger had them before. */
  readonly bookings: readonly BookingEntry[];
  /** The booking whose claim is the lock of the ERP order; undefined where other product orders may be booked on it. */
  readonly lock: BookingKey | undefined;
  /** Whether the ERP order may be finished with a quantity. */
  readonly last: boolean;
  readonly eventId: string;
  /** When it was learnt that the order is completed, where Azumuta does not tell. */
  readonly learnedAt: string;
  /** Recordings that were read already. */
  readonly read: ReadonlyMap<string, Recording>;
}

/** Leaves room for what surrounds the content in a message. */
const maxContentBytes = maxMessageBytes - 16 * 1024;

/**
 * Reads the recordings of a booking and hands it to its queue.
 * @returns Why it cannot be sent yet: Azumuta lists a recording and does not show it. Without it another quantity
 * might be booked than was recorded, and nothing would ever tell of it.
 */
export async function sendBooking(
  booking: PlannedBooking,
  collected: Collected,
  attempt: WorkAttempt,
  dependencies: SendDependencies,
): Promise<string | undefined> {
  const { home, erpOrder, article, lock, last, eventId, read: known, learnedAt } = collected;
  const chosen = collected.built
    .filter(({ index }) => booking.parts.includes(index))
    .map((part) => ({ part, ids: recordingsOf(part, booking, collected) }));
  const wanted = chosen.flatMap(({ part: { order }, ids }) =>
    ids.filter((id) => !known.has(id)).map((id) => ({ id, productOrder: order })),
  );
  const read = await readRecordings(wanted, attempt.signal, dependencies);
  const missing = wanted.find(({ id }) => !read.has(id));
  if (missing)
    return `Azumuta lists recording ${missing.id} of product order ${missing.productOrder.number}, and does not show it.`;
  const completed = chosen.map(({ part: { order }, ids }) => {
    const recordings = ids.flatMap((id) => known.get(id) ?? read.get(id) ?? []);
    return completedOf(order, erpOrder, recordings, learnedAt);
  });
  const message = {
    v: 1,
    kind: 'booking',
    key: booking.key,
    books: booking.kind,
    home,
    ...(lock === undefined ? {} : { lock }),
    erpOrder,
    ...(article === undefined ? {} : { article }),
    ...(booking.kind === 'amendment' ? { tells: [...booking.recordingIds] } : {}),
    last,
    eventId,
    content: contentOf(completed),
  } satisfies BookingMessage;
  await dependencies.queues.send(dependencies.bookingsQueueUrl, { body: JSON.stringify(message) });
  // Whoever looks at it before it is claimed sends it once more, and no third time.
  if (collected.bookings.some((held) => held.key === booking.key && isUnsent(held)))
    await dependencies.ledger.bookings.markSentAgain(home, booking.key);
  attempt.log.info('Collected', { booking: booking.key, recordings: booking.recordingIds.length });
  return undefined;
}

/** Of a quantity those that it tells of; of an amendment all, so that booking it sees what the new ones change. */
function recordingsOf(part: BuiltPart, booking: PlannedBooking, { bookings }: Collected): readonly string[] {
  const { index, order } = part;
  if (booking.kind === 'quantity') {
    if (booking.parts.length === 1) return booking.recordingIds;
    return (part.recordingIds ?? []).filter((id) => booking.recordingIds.includes(id));
  }
  const earlier = bookings
    .filter(({ parts }) => parts.length === 1 && parts[0] === index)
    .flatMap(({ recordingIds }) => recordingIds);
  return [...new Set([...(order.recordingIds ?? earlier), ...booking.recordingIds])];
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

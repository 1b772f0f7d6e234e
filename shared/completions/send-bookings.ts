import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry, PlannedBooking } from '../ledger/records/bookings.ts';
import type { BookingKey, CompletedProductOrder, Recording } from '../model/completions.ts';
import type { ErpOrderRef } from '../model/orders.ts';
import { maxMessageBytes, type Queues } from '../platform/aws/queue.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type BuiltPart, isUnsent } from './decide-bookings.ts';
import type { BookingMessage } from './messages.ts';
import { type CompletionReader, completedOf } from './read-recordings.ts';

export interface SendDependencies {
  readonly ledger: Pick<Ledger, 'bookings'>;
  readonly reader: CompletionReader;
  readonly queues: Pick<Queues, 'send'>;
  readonly bookingsQueueUrl: string;
}

/** Everything that was read for the bookings of a completion. */
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
  /** ISO instant at which we learned that the order is completed, where Azumuta does not say. */
  readonly learnedAt: string;
  /** Recordings that were read already. */
  readonly read: ReadonlyMap<string, Recording>;
}

/** Leaves room for the rest of the message. */
const maxContentBytes = maxMessageBytes - 16 * 1024;

export function createBookingSender({ ledger, reader, queues, bookingsQueueUrl }: SendDependencies) {
  /**
   * Reads the recordings of a booking and hands it to its queue.
   * @returns why it cannot be sent yet: Azumuta lists a recording and does not show it. Without it another quantity
   * might be booked than was recorded, and nobody would notice.
   */
  return async function sendBooking(
    booking: PlannedBooking,
    collected: Collected,
    attempt: WorkAttempt,
  ): Promise<string | undefined> {
    const { home, erpOrder, article, lock, last, eventId, learnedAt } = collected;
    const chosen = collected.built
      .filter(({ index }) => booking.parts.includes(index))
      .map((part) => ({ order: part.order, ids: recordingsOf(part, booking, collected) }));
    const wanted = chosen.flatMap(({ order, ids }) =>
      ids.filter((id) => !collected.read.has(id)).map((id) => ({ id, productOrder: order })),
    );
    const read = await reader.readRecordings(wanted, attempt.signal);
    const missing = wanted.find(({ id }) => !read.has(id));
    if (missing)
      return `Azumuta lists recording ${missing.id} of product order ${missing.productOrder.number}, and does not show it.`;
    const completed = chosen.map(({ order, ids }) => {
      const recordings = ids.flatMap((id) => collected.read.get(id) ?? read.get(id) ?? []);
      return completedOf(order, erpOrder, recordings, learnedAt);
    });
    const message = {
      v: 1,
      kind: 'booking',
      key: booking.key,
      books: booking.kind,
      home,
      lock,
      erpOrder,
      article,
      newRecordingIds: booking.kind === 'amendment' ? booking.recordingIds : undefined,
      last,
      eventId,
      content: contentOf(completed),
    } satisfies BookingMessage;
    await queues.send(bookingsQueueUrl, { body: JSON.stringify(message) });
    // It may have been sent before: another attempt that finds it unclaimed sends it once more, and no third time.
    if (collected.bookings.some((held) => held.key === booking.key && isUnsent(held)))
      await ledger.bookings.markSentAgain(home, booking.key);
    attempt.log.info('Collected', { booking: booking.key, recordings: booking.recordingIds.length });
    return undefined;
  };
}

/** The recordings of a quantity; for an amendment all recordings, so that booking it sees what the new ones change. */
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

import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { Claim } from '../ledger/claims.ts';
import { bookingKeyOf } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingLock } from '../ledger/records/booking-locks.ts';
import type { BookedFigures } from '../ledger/records/bookings.ts';
import type { CompletedProductOrder, Completion, Receipt } from '../model/completions.ts';
import { Rejected, RetryLater, reasonOf, rejectionOf, UnknownOrder } from '../model/errors.ts';
import type { ErpOrderRef } from '../model/orders.ts';
import { formatQuantity } from '../model/quantity.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { BookingMessage, CompletionReference } from './messages.ts';
import { type CompletionReader, completedOf } from './read-recordings.ts';

export interface BookDependencies {
  readonly ledger: Pick<Ledger, 'claims' | 'bookingLocks' | 'orders'>;
  readonly erp: ErpConnector;
  readonly partners: PartnerCalls;
  readonly reader: CompletionReader;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (kind: Completion['kind'], completed: Completed) => Completion;
  readonly unknownOrder: 'reject' | 'ignore';
}

type Completed = readonly [CompletedProductOrder, ...CompletedProductOrder[]];

/** One attempt at a booking that has its claim, and the lock of its ERP order. */
interface Booking {
  readonly claim: Claim;
  readonly lock: BookingLock;
  readonly message: BookingMessage;
  readonly attempt: WorkAttempt;
}

/**
 * Books a completion in the ERP: claim, lock of the ERP order, booking, receipt. The claim keeps two attempts at one
 * booking apart, and the lock two bookings of one ERP order. The next attempt at a booking takes over the lock of the
 * one before, as it has the claim. Where no other product order is booked on the ERP order, the claim of the quantity is
 * the lock.
 */
export function createCompletionBooker(dependencies: BookDependencies) {
  const { erp, partners, reader, map, unknownOrder } = dependencies;
  const { claims, bookingLocks, orders } = dependencies.ledger;

  return async function bookCompletion(message: BookingMessage, attempt: WorkAttempt): Promise<void> {
    const { key, home, erpOrder } = message;
    await partners.ready('erp');
    if ('reference' in message.content) await partners.ready('azumuta');
    const claimed = await claims.claim(bookingKeyOf(home, key), attempt);
    switch (claimed.outcome) {
      case 'done':
        attempt.log.info('Booked already', { booking: key });
        return;
      case 'rejected': {
        const fields = { booking: key, reason: claimed.reason };
        attempt.log.info('Another message of this booking is a dead letter', fields);
        return;
      }
      case 'unknown':
        throw new Rejected(`The ledger never planned the booking ${key}.`, { code: 'unknown-order' });
      case 'busy':
        if (claimed.by === 'lock') throw lockedByAnother(message);
        throw new RetryLater(`The booking ${key} is under way in another attempt.`, {
          scope: 'order',
          afterSeconds: attempt.secondsUntil(claimed.untilMs),
        });
      case 'claimed': {
        const { claim } = claimed;
        const lock = bookingLocks.of({ erpOrderNumber: erpOrder.number, home, key, lock: message.lock });
        if (!(await lock.take(claim, attempt.endsAt))) {
          const error = lockedByAnother(message);
          await claims.release(claim, error.message);
          throw error;
        }
        await book({ claim, lock, message, attempt });
      }
    }
  };

  async function book(booking: Booking): Promise<void> {
    const { claim, lock, message, attempt } = booking;
    let calling = false;
    try {
      const completion = completionOf(message, await contentOf(message, attempt));
      const receipt = await partners.call('erp', () => {
        calling = true;
        return erp.book(completion, message.key, { again: claim.again, signal: attempt.signal });
      });
      await close(booking, { receipt, booked: figuresOf(completion) });
    } catch (error) {
      if (error instanceof UnknownOrder && (await mayBeIgnored(claim, message))) {
        await claims.complete(claim, { ignored: true }, { event: 'ignored', note: error.message });
        await lock.release(claim);
        return;
      }
      throw await giveBack(booking, error, calling);
    }
  }

  /**
   * Only an order that never came from the ERP may be missing there. One that the ERP gave us, or that an earlier attempt
   * may have written to, existed: if the ERP does not know it now, a person has to look.
   */
  async function mayBeIgnored(claim: Claim, { home }: BookingMessage): Promise<boolean> {
    if (unknownOrder !== 'ignore' || claim.again) return false;
    return (await orders.find(home)) === undefined;
  }

  async function close(
    { claim, lock, message, attempt }: Booking,
    done: { readonly receipt: Receipt; readonly booked: BookedFigures },
  ): Promise<void> {
    const { reference, alreadyBooked } = done.receipt;
    const note = `${reference}${alreadyBooked ? ' (by an earlier attempt)' : ''}`;
    const event = message.books === 'quantity' ? 'booked' : 'amended';
    const ours = await claims.complete(claim, done, { event, note });
    await lock.release(claim);
    if (!ours) attempt.log.warn('Booked, but another attempt had taken over', { booking: message.key });
    attempt.log.info('Booked', { booking: message.key, reference }, { CompletionsBooked: 1 });
  }

  /** Leaves claim and lock as the failure demands. @returns what to throw. */
  async function giveBack(
    { claim, lock, attempt }: Booking,
    error: unknown,
    calling: boolean,
  ): Promise<unknown> {
    const reason = reasonOf(error, 300);
    if (error instanceof Rejected) {
      // Nothing was written before the first call, nor to an order that the ERP does not know.
      const wrote = calling && !(error instanceof UnknownOrder) ? 'perhaps' : 'nothing';
      await claims.reject(claim, rejectionOf(error), wrote);
      await lock.release(claim);
      return error;
    }
    const wrote = error instanceof RetryLater ? error.wrote : calling ? 'perhaps' : 'nothing';
    if (wrote !== 'perhaps') {
      await claims.release(claim, reason, wrote);
      await lock.release(claim);
      return error;
    }
    // What was sent may still be settling in the ERP: until that is over, nothing is booked on this order.
    const untilMs = await claims.holdForSettling(claim, reason);
    await lock.keep(claim, untilMs);
    const seconds = attempt.secondsUntil(untilMs);
    if (!(error instanceof RetryLater)) return error;
    return error.with({ afterSeconds: Math.max(seconds, error.afterSeconds ?? 0) });
  }

  async function contentOf(
    { content, erpOrder, key }: BookingMessage,
    attempt: WorkAttempt,
  ): Promise<Completed> {
    const completed =
      'completed' in content ? content.completed : await readAgain(content.reference, erpOrder, attempt);
    const [first, ...others] = completed;
    if (first) return [first, ...others];
    const sentence = `The booking ${key} holds no completed product order.`;
    throw new Rejected(sentence, { code: 'unreadable-message' });
  }

  /** A completion that was too large for its message is read again. */
  async function readAgain(
    reference: readonly CompletionReference[],
    erpOrder: ErpOrderRef,
    { signal, sentAt }: WorkAttempt,
  ): Promise<CompletedProductOrder[]> {
    const ids = reference.map(({ productOrderId }) => productOrderId);
    const found = await reader.readProductOrders(ids, signal);
    const referred = reference.map(({ productOrderId, recordingIds }) => {
      const order = found.get(productOrderId);
      if (order) return { order, recordingIds };
      const sentence = `Azumuta no longer knows product order ${productOrderId}.`;
      throw new Rejected(sentence, { code: 'unknown-order' });
    });
    const wanted = referred.flatMap(({ order, recordingIds }) =>
      recordingIds.map((id) => ({ id, productOrder: order })),
    );
    const recordings = await reader.readRecordings(wanted, signal);
    const missing = wanted.find(({ id }) => !recordings.has(id));
    if (missing) {
      const { id, productOrder } = missing;
      const sentence = `Azumuta does not show recording ${id} of product order ${productOrder.number} any more.`;
      throw new RetryLater(sentence, { scope: 'order' });
    }
    return referred.map(({ order, recordingIds }) => {
      const own = recordingIds.flatMap((id) => recordings.get(id) ?? []);
      return completedOf(order, erpOrder, own, sentAt.toISOString());
    });
  }

  /** What is booked: the result of the mapping, with the ERP's own code of the product. */
  function completionOf(message: BookingMessage, completed: Completed): Completion {
    const { article, last, books } = message;
    if (books === 'amendment') requireSameFigures(message, completed);
    const chosen = books === 'amendment' ? onlyNew(completed, message, true) : completed;
    const { article: _, ...completion } = map(books, chosen);
    const final = completion.final && last;
    return { ...completion, final, ...(article === undefined ? {} : { article }) };
  }

  /**
   * A recording that came later is only noted and never changes what was booked: if it would, a person has to act.
   * @throws Rejected with both figures.
   */
  function requireSameFigures(message: BookingMessage, completed: Completed): void {
    const before = map('quantity', onlyNew(completed, message, false));
    const after = map('quantity', completed);
    const [was, is] = [before, after].map(figuresIn);
    if (was === is) return;
    const { productOrder, erpOrder } = after;
    throw new Rejected(
      `Recording ${message.newRecordingIds?.join(', ')} of product order ${productOrder.number} came after it was booked as ${was}; with it, it would be ${is}. Correct ERP order ${erpOrder.number} by hand, then discard this.`,
      { code: 'booked-otherwise' },
    );
  }
}

/** Another booking usually takes a second; its lease only covers the worst case. */
function lockedByAnother({ erpOrder }: BookingMessage): RetryLater {
  const sentence = `Another booking on ERP order ${erpOrder.number} is under way.`;
  return new RetryLater(sentence, { scope: 'order', forOurLock: true });
}

/** The product orders with the new recordings only, or without them. */
function onlyNew(
  [first, ...others]: Completed,
  { newRecordingIds = [] }: BookingMessage,
  isNew: boolean,
): Completed {
  const choose = (order: CompletedProductOrder): CompletedProductOrder => ({
    ...order,
    recordings: order.recordings.filter(({ id }) => newRecordingIds.includes(id) === isNew),
  });
  return [choose(first), ...others.map(choose)];
}

function figuresOf({ quantity, scrap, lots, notes, links }: Completion): BookedFigures {
  return {
    ...(quantity ? { good: quantity } : {}),
    ...(scrap ? { scrap } : {}),
    lots: lots.length,
    notes: notes.length,
    links: links.length,
  };
}

function figuresIn({ quantity, scrap, lots }: Completion): string {
  const numbers = lots.map(({ number, quantity: of }) => (of ? `${number} (${formatQuantity(of)})` : number));
  return [
    quantity ? `${formatQuantity(quantity)} good` : '',
    scrap ? `${formatQuantity(scrap)} scrap` : '',
    numbers.length > 0 ? `lots ${numbers.sort().join(', ')}` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

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
import {
  completedOf,
  type ReadRecordingsDependencies,
  readProductOrders,
  readRecordings,
} from './read-recordings.ts';

export interface BookDependencies extends ReadRecordingsDependencies {
  readonly ledger: Pick<Ledger, 'claims' | 'bookingLocks' | 'orders'>;
  readonly erp: ErpConnector;
  /** The configuration's mapping. @throws Rejected */
  readonly map: (
    kind: Completion['kind'],
    completed: readonly [CompletedProductOrder, ...CompletedProductOrder[]],
  ) => Completion;
  readonly unknownOrder: 'reject' | 'ignore';
}

/** One attempt at a booking that has its claim, and the lock of its ERP order. */
interface Booking {
  readonly claim: Claim;
  readonly lock: BookingLock;
  readonly message: BookingMessage;
  readonly attempt: WorkAttempt;
}

/**
 * Books a completion in the ERP: claim, lock of the ERP order, booking, receipt. The claim keeps two attempts at one
 * booking apart, and the lock two bookings of one ERP order; whoever has the claim may take over the lock of its
 * predecessor. Where no other product order is booked on the ERP order, the claim of the quantity is the lock.
 */
export async function bookCompletion(
  message: BookingMessage,
  attempt: WorkAttempt,
  dependencies: BookDependencies,
): Promise<void> {
  const { claims, bookingLocks } = dependencies.ledger;
  const { key, home, erpOrder } = message;
  await dependencies.partners.ready('erp');
  if ('reference' in message.content) await dependencies.partners.ready('azumuta');
  const claimed = await claims.claim(bookingKeyOf(home, key), attempt);
  switch (claimed.outcome) {
    case 'done':
      attempt.log.info('Booked already', { booking: key });
      return;
    case 'rejected':
      attempt.log.info('Another message of this booking is a dead letter', {
        booking: key,
        reason: claimed.reason,
      });
      return;
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
      await book({ claim, lock, message, attempt }, dependencies);
    }
  }
}

/** The other booking is usually done in a second; its lease only tells the worst case. */
function lockedByAnother({ erpOrder }: BookingMessage): RetryLater {
  return new RetryLater(`Another booking on ERP order ${erpOrder.number} is under way.`, {
    scope: 'order',
    forOurLock: true,
  });
}

async function book(booking: Booking, dependencies: BookDependencies): Promise<void> {
  const { claim, lock, message, attempt } = booking;
  let calling = false;
  try {
    const completed = await contentOf(message, attempt, dependencies);
    const completion = completionOf(message, completed, dependencies);
    const receipt = await dependencies.partners.call('erp', () => {
      calling = true;
      return dependencies.erp.book(completion, message.key, { again: claim.again, signal: attempt.signal });
    });
    await close(booking, { receipt, booked: figuresOf(completion) }, dependencies);
  } catch (error) {
    if (error instanceof UnknownOrder && (await mayBeIgnored(claim, message, dependencies))) {
      await dependencies.ledger.claims.complete(
        claim,
        { ignored: true },
        { event: 'ignored', note: error.message },
      );
      await lock.release(claim);
      return;
    }
    throw await giveBack(booking, error, calling, dependencies);
  }
}

/**
 * Only an order that never came from the ERP is none of the ERP's. One that it gave us, or that an earlier attempt
 * may have written to, was known: that it is not there now is for a person.
 */
async function mayBeIgnored(
  claim: Claim,
  { home }: BookingMessage,
  { unknownOrder, ledger }: BookDependencies,
): Promise<boolean> {
  if (unknownOrder !== 'ignore' || claim.again) return false;
  return (await ledger.orders.find(home)) === undefined;
}

async function close(
  { claim, lock, message, attempt }: Booking,
  done: { readonly receipt: Receipt; readonly booked: BookedFigures },
  { ledger }: BookDependencies,
): Promise<void> {
  const { receipt } = done;
  const note = `${receipt.reference}${receipt.alreadyBooked ? ' (by an earlier attempt)' : ''}`;
  const ours = await ledger.claims.complete(claim, done, {
    event: message.books === 'quantity' ? 'booked' : 'amended',
    note,
  });
  await lock.release(claim);
  if (!ours) attempt.log.warn('Booked, but another attempt had taken over', { booking: message.key });
  attempt.log.info(
    'Booked',
    { booking: message.key, reference: receipt.reference },
    { CompletionsBooked: 1 },
  );
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

/** Leaves claim and lock as the failure demands. @returns what to throw. */
async function giveBack(
  { claim, lock, attempt }: Booking,
  error: unknown,
  calling: boolean,
  { ledger: { claims } }: BookDependencies,
): Promise<unknown> {
  const reason = reasonOf(error, 300);
  if (error instanceof Rejected) {
    // Nothing was written before the first call, and none to what the ERP does not know.
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
  // What was sent may still be settling in the ERP: nobody books on this order before that is over.
  const untilMs = await claims.holdForSettling(claim, reason);
  await lock.keep(claim, untilMs);
  const seconds = attempt.secondsUntil(untilMs);
  if (!(error instanceof RetryLater)) return error;
  return error.with({ afterSeconds: Math.max(seconds, error.afterSeconds ?? 0) });
}

async function contentOf(
  { content, erpOrder, key }: BookingMessage,
  attempt: WorkAttempt,
  dependencies: BookDependencies,
): Promise<[CompletedProductOrder, ...CompletedProductOrder[]]> {
  const completed =
    'completed' in content
      ? content.completed
      : await readAgain(content.reference, erpOrder, attempt, dependencies);
  const [first, ...others] = completed;
  if (!first)
    throw new Rejected(`The booking ${key} holds no completed product order.`, {
      code: 'unreadable-message',
    });
  return [first, ...others];
}

/** A completion that was too large for its message is read again. */
async function readAgain(
  reference: readonly CompletionReference[],
  erpOrder: ErpOrderRef,
  attempt: WorkAttempt,
  dependencies: BookDependencies,
): Promise<CompletedProductOrder[]> {
  const ids = reference.map(({ productOrderId }) => productOrderId);
  const found = await readProductOrders(ids, attempt.signal, dependencies);
  const orders = reference.map(({ productOrderId, recordingIds }) => {
    const order = found.get(productOrderId);
    if (!order)
      throw new Rejected(`Azumuta no longer knows product order ${productOrderId}.`, {
        code: 'unknown-order',
      });
    return { order, recordingIds };
  });
  const wanted = orders.flatMap(({ order, recordingIds }) =>
    recordingIds.map((id) => ({ id, productOrder: order })),
  );
  const recordings = await readRecordings(wanted, attempt.signal, dependencies);
  const missing = wanted.find(({ id }) => !recordings.has(id));
  if (missing) {
    throw new RetryLater(
      `Azumuta does not show recording ${missing.id} of product order ${missing.productOrder.number} any more.`,
      { scope: 'order' },
    );
  }
  return orders.map(({ order, recordingIds }) => {
    const own = recordingIds.flatMap((id) => recordings.get(id) ?? []);
    return completedOf(order, erpOrder, own, attempt.sentAt.toISOString());
  });
}

type Completed = readonly [CompletedProductOrder, ...CompletedProductOrder[]];

/** What is booked: what the mapping gives, for the product that the ERP itself calls so. */
function completionOf(message: BookingMessage, completed: Completed, { map }: BookDependencies): Completion {
  const { article, last, books } = message;
  if (books === 'amendment') requireSameFigures(message, completed, map);
  const told = books === 'amendment' ? onlyTold(completed, message, true) : completed;
  const { article: _, ...completion } = map(books, told);
  const final = completion.final && last;
  return { ...completion, final, ...(article === undefined ? {} : { article }) };
}

/**
 * A recording that came later is noted, and never changes what was booked: where it would, a person is told.
 * @throws Rejected with both figures.
 */
function requireSameFigures(
  message: BookingMessage,
  completed: Completed,
  map: BookDependencies['map'],
): void {
  const before = map('quantity', onlyTold(completed, message, false));
  const after = map('quantity', completed);
  const [was, is] = [before, after].map(figuresIn);
  if (was === is) return;
  const { productOrder, erpOrder } = after;
  throw new Rejected(
    `Recording ${message.tells?.join(', ')} of product order ${productOrder.number} came after it was booked as ${was}; with it, it would be ${is}. Correct ERP order ${erpOrder.number} by hand, then discard this.`,
    { code: 'booked-otherwise' },
  );
}

/** The product order with the new recordings only, or without them. */
function onlyTold([first, ...others]: Completed, { tells = [] }: BookingMessage, isNew: boolean): Completed {
  const choose = (order: CompletedProductOrder): CompletedProductOrder => ({
    ...order,
    recordings: order.recordings.filter(({ id }) => tells.includes(id) === isNew),
  });
  return [choose(first), ...others.map(choose)];
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

import { type BookingEntry, bookedQuantity } from '../ledger/records/bookings.ts';
import type { Standing } from '../ledger/records/known-orders.ts';
import { isInAzumuta, type OrderEntry } from '../ledger/records/product-orders.ts';
import type { Question } from '../ledger/records/questions.ts';

export type OverdueFacts = Pick<Standing, 'entry' | 'question' | 'bookings'>;

export type OverdueDecision =
  | { readonly to: 'give up its booking'; readonly booking: BookingEntry; readonly because: string }
  | { readonly to: 'send its hint' }
  | { readonly to: 'skip' }
  | { readonly to: 'put it off' }
  | { readonly to: 'end the question'; readonly question: Question }
  | { readonly to: 'end the waiting'; readonly entry: OrderEntry }
  | { readonly to: 'ask' };

/**
 * What the reconciliation does about an order that is listed as overdue:
 *
 *   it was given up, and a booking of it    give up its booking: it was read before that, and planned after it; no hint books it
 *   alone waits
 *   a booking is planned or under way       send its hint: it was completed, and its message may be lost
 *   neither order nor question waits        skip: the list lags behind, and its trigger came in the meantime
 *   it has ended, and a question is open    end the question: nobody asks about it any more
 *   only the order waits, and it is booked  end the waiting: it was completed before it was known to be created, or its
 *                                           hint died at last; and Azumuta may lack it by now
 *   only the order waits, and is not made   put it off: Azumuta cannot be asked about it yet
 *   else                                    ask Azumuta
 */
export function decideOverdue({ entry, question, bookings }: OverdueFacts): OverdueDecision {
  const left = bookings.find((booking) => isLeftByGivenUp(booking, entry));
  if (left && entry?.end) return { to: 'give up its booking', booking: left, because: entry.end.because };
  if (bookings.some(isPlannedOrUnderWay)) return { to: 'send its hint' };
  const isQuestionWaiting = question?.awaiting !== undefined;
  if (!entry?.awaiting && !isQuestionWaiting) return { to: 'skip' };
  if (entry?.end && question) return { to: 'end the question', question };
  if (!entry || isQuestionWaiting) return { to: 'ask' };
  const isBooked = bookedQuantity(bookings, entry.part.index) !== undefined;
  if (isBooked) return { to: 'end the waiting', entry };
  return { to: isInAzumuta(entry) ? 'ask' : 'put it off' };
}

/** A plan of several parts is withdrawn by whoever gives up one of them, and nobody writes it after that. */
function isLeftByGivenUp({ parts, state }: BookingEntry, entry: OrderEntry | undefined): boolean {
  if (entry?.end?.how !== 'given up') return false;
  const isOfItAlone = parts.length === 1 && parts.includes(entry.part.index);
  return isOfItAlone && state === 'waiting';
}

function isPlannedOrUnderWay({ state }: BookingEntry): boolean {
  return state === 'waiting' || state === 'claimed';
}

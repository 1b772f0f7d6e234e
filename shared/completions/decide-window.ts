import type { BookingEntry } from '../ledger/records/bookings.ts';
import { type CompletedPart, type KnownParts, partsTogether } from '../ledger/records/erp-orders.ts';
import type { BookingWindow } from '../ledger/records/windows.ts';
import { partNumber, type Split } from '../model/orders.ts';
import { clocksDifferMs } from '../platform/clock.ts';
import { type BookingTimes, nextBookingTime } from './booking-times.ts';

/** Whether completed parts are booked though others are not: the plant has no times for that; the next one has not come; it has. */
export type WindowState = 'none' | 'open' | 'due';

export interface WindowFacts {
  /** Undefined where the plant has none. */
  readonly times: BookingTimes | undefined;
  /** Undefined while no completed part is without a booking. */
  readonly window: BookingWindow | undefined;
  readonly bookings: readonly BookingEntry[];
  readonly now: Date;
}

export function windowStateOf({ times, window, bookings, now }: WindowFacts): WindowState {
  if (!times) return 'none';
  if (!window) return 'open';
  // Who looks may have a slower clock than who sent the hint.
  const isDue = dueTimeOf(times, window, bookings).getTime() <= now.getTime() + clocksDifferMs;
  return isDue ? 'due' : 'open';
}

/**
 * When the parts of a window are booked: the first time of the plant since the first of them came, and since parts were
 * booked last. The times are those of the configuration now, so that a change holds for orders that are being built.
 */
export function dueTimeOf(
  times: BookingTimes,
  { since }: BookingWindow,
  bookings: readonly BookingEntry[],
): Date {
  // What could not be read in time for a booking is booked at once.
  const whole = bookings.filter(({ kind, othersFollow }) => kind === 'quantity' && !othersFollow);
  const lastMs = Math.max(since.getTime(), ...whole.map(({ readAt }) => readAt.getTime()));
  return nextBookingTime(times, new Date(lastMs));
}

/** A completed part with the number under which the ledger keeps it: one that 0.3.0 has noted has that of its index. */
export type NumberedPart = CompletedPart & Required<Pick<CompletedPart, 'number'>>;

/** Parts that are completed and in no booking. */
export interface PartsInNoBooking {
  readonly toBook: readonly NumberedPart[];
  /** As many as the ERP order has are booked without them: no booking will take them. */
  readonly surplus: readonly NumberedPart[];
}

/** @param split What the ERP order has now. */
export function partsInNoBooking(
  known: KnownParts,
  split: Split,
  booked: ReadonlySet<number>,
): PartsInNoBooking {
  const { completed, wanted } = partsTogether(known, split.of);
  const parts = [...completed.values()].filter(({ index }) => !booked.has(index));
  const numbered = parts.map((part) => ({ ...part, number: part.number ?? partNumber(split, part.index) }));
  const areEnoughBooked = booked.size >= wanted;
  return areEnoughBooked ? { toBook: [], surplus: numbered } : { toBook: numbered, surplus: [] };
}

export interface DueWindowFacts extends WindowFacts {
  readonly times: BookingTimes;
  /** Completed, in no booking, and wanted. */
  readonly parts: readonly NumberedPart[];
  /** Whether a booking of its ERP order has a dead letter; that of a part that could not be created does not matter. */
  readonly hasDeadLetter: boolean;
}

export type WindowDecision =
  | { readonly to: 'skip' }
  | { readonly to: 'end'; readonly window: BookingWindow }
  | { readonly to: 'put off'; readonly until: Date }
  | { readonly to: 'send a hint'; readonly about: NumberedPart; readonly putOffUntil: Date | undefined };

/** A hint is done by then, unless it waits for a partner or was lost. */
const hintTakesMs = 5 * 60_000;
const putOffMs = 3_600_000;

/**
 * What becomes of a window that is listed as due:
 *
 *   there is none                           skip: the list lags behind
 *   every completed part is in a booking    end
 *   its time has not come                   put it off until then: the times of the plant have changed
 *   its time has just come                  send a hint: it books, and that ends the window
 *   a hint should have booked it by now     send a hint, and put it off by an hour: the first may be lost
 *
 * Where a booking of its ERP order has a dead letter, a person is needed, and one hint for each time is enough: it is put off until the
 * next one.
 */
export function decideWindow(facts: DueWindowFacts): WindowDecision {
  const { times, window, bookings, now, parts, hasDeadLetter } = facts;
  if (!window) return { to: 'skip' };
  const [about] = parts;
  if (!about) return { to: 'end', window };
  if (windowStateOf(facts) === 'open') return { to: 'put off', until: dueTimeOf(times, window, bookings) };
  const isFirstHint = now.getTime() - window.dueAt < hintTakesMs;
  const nextTime = nextBookingTime(times, now);
  if (hasDeadLetter && !isFirstHint) return { to: 'put off', until: nextTime };
  if (hasDeadLetter) return { to: 'send a hint', about, putOffUntil: nextTime };
  const putOffUntil = isFirstHint ? undefined : new Date(now.getTime() + putOffMs);
  return { to: 'send a hint', about, putOffUntil };
}

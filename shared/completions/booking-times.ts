import { instantIn } from '../erp/local-time.ts';
import { dayBefore, dayIn, localTime } from '../model/time.ts';

/** When parts that are completed are booked, though others are not. */
export interface BookingTimes {
  /** IANA zone of the plant. */
  readonly timeZone: string;
  /** Times of day at the plant, `06:00`: at least one, in any order. */
  readonly at: readonly string[];
}

/**
 * The first of the plant's times after an instant. A time that the clock shows twice is its first; one that it never shows
 * is the next that there is:
 *
 *   Brussels, 29 March, 02:30      03:00, as the clock is put forward from 02:00 to 03:00
 *   Brussels, 25 October, 02:30    the one before the clock is put back
 */
export function nextBookingTime({ timeZone, at }: BookingTimes, after: Date): Date {
  const today = dayIn(timeZone, after);
  const days = [1, 0, -1, -2].map((before) => dayBefore(today, before));
  const all = days.flatMap((day) => at.map((time) => instantAtPlant(timeZone, `${day} ${time}:00`)));
  return new Date(Math.min(...all.filter((instant) => instant > after.getTime())));
}

const clockStepMs = 60_000;

/** @param local `2026-11-24 06:00:00` @returns epoch milliseconds */
function instantAtPlant(timeZone: string, local: string): number {
  // Of a time that is never shown, it is one before the clock is put forward, which is done at a full minute.
  let instant = Date.parse(instantIn(timeZone, local) ?? '');
  while (localTime(new Date(instant), timeZone) < local) instant += clockStepMs;
  return instant;
}

import { countDay } from '../ledger/records/days.ts';
import { dayBefore, dayIn, startOfDay } from '../model/time.ts';
import type { AlertDependencies } from './dependencies.ts';

/** Days that are counted by the first run, or after a pause. */
const maxDays = 31;

/**
 * Counts the plant's day up to now, and what passed of those before since the last run: the first run of a day counts the
 * one before to its end.
 * @returns the day that it is now.
 */
export async function countDays(
  { ledger, timeZone, clock }: Pick<AlertDependencies, 'ledger' | 'timeZone' | 'clock'>,
  countedOn: string | undefined,
): Promise<string> {
  const now = clock.now();
  const today = dayIn(timeZone, now);
  const oldest = dayBefore(today, maxDays - 1);
  const isRecent = countedOn !== undefined && countedOn > oldest;
  for (let day = isRecent ? countedOn : oldest; day <= today; day = dayBefore(day, -1)) {
    const end = day === today ? now : new Date(startOfDay(timeZone, dayBefore(day, -1)).getTime() - 1);
    const events = await ledger.days.listEvents(startOfDay(timeZone, day), end);
    await ledger.days.writeDay(countDay(day, end, events, timeZone));
  }
  return today;
}

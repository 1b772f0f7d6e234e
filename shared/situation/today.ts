import type { Ledger } from '../ledger/ledger.ts';
import { counted } from '../model/text.ts';
import { dayBefore, dayIn } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import type { Situation } from './read.ts';
import { tellTrouble } from './tell.ts';

const maxLate = 10;
/** Product orders that wait to be completed, counted at most. */
export const maxAwaited = 5000;

/** What a planner asks in the morning. */
export type Today = Awaited<ReturnType<typeof readToday>>;

/** A read for each of the last days, a query for what waits, and a few for each late order that is named. */
export async function readToday(
  { at, troubles, partners }: Situation,
  lastDays: number,
  { ledger, timeZone }: { readonly ledger: Ledger; readonly timeZone: string },
) {
  const day = dayIn(timeZone, at);
  const shown = Array.from({ length: lastDays }, (_, index) => dayBefore(day, lastDays - 1 - index));
  const overdue = troubles.filter(({ kind }) => kind === 'overdue');
  const [days, awaited, late] = await Promise.all([
    ledger.days.of(shown),
    ledger.orders.overdue(undefined, maxAwaited, { byOwnDate: true }),
    mapConcurrently(overdue.slice(0, maxLate), atOnce, (one) => tellTrouble(ledger, one, partners)),
  ]);
  return {
    day,
    /** The last days, the oldest first; those that were not counted are missing. */
    days,
    awaited: awaited.length,
    /** The longest overdue, and how many there are. */
    ...{ late, lateCount: overdue.length },
  };
}

/** By how much an overdue order is late. @param today The plant's day. */
export function lateBy(dueDate: string | undefined, today: string): string {
  if (dueDate === undefined) return 'a week after it came';
  const days = Math.round((Date.parse(today) - Date.parse(dueDate.slice(0, 10))) / 86_400_000);
  return days > 0 ? counted(days, 'day') : 'today';
}

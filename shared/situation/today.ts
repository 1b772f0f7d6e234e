import type { Ledger } from '../ledger/ledger.ts';
import type { Day } from '../ledger/records/days.ts';
import { counted } from '../model/text.ts';
import { dayBefore, dayIn } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import type { SeenTrouble, Situation } from './read.ts';
import { type ToldTrouble, tellTrouble } from './tell.ts';

const maxLate = 10;
/** Product orders that wait to be completed, counted at most. */
export const maxAwaited = 5000;

/** What a planner asks in the morning. */
export interface Today {
  readonly day: string;
  /** The last days, the oldest first; those that were not counted are missing. */
  readonly days: readonly Day[];
  readonly awaited: number;
  /** The longest overdue, and how many there are. */
  readonly late: readonly ToldTrouble[];
  readonly lateCount: number;
}

/** Where it is read. */
export interface TodayDependencies {
  readonly ledger: Pick<Ledger, 'days' | 'orders' | 'concerns' | 'knownOrders' | 'erpOrders'>;
  readonly timeZone: string;
}

/** A read for each of the last days, a query for what waits, and a few for each late order that is named. */
export async function readToday(
  situation: Situation,
  lastDays: number,
  { ledger, timeZone }: TodayDependencies,
): Promise<Today> {
  const day = dayIn(timeZone, situation.at);
  const shown = Array.from({ length: lastDays }, (_, at) => dayBefore(day, lastDays - 1 - at));
  const overdue = situation.troubles.filter(({ kind }) => kind === 'overdue');
  const [days, awaited, late] = await Promise.all([
    ledger.days.of(shown),
    ledger.orders.overdue(undefined, maxAwaited, { byOwnDate: true }),
    mapConcurrently(overdue.slice(0, maxLate), atOnce, (one: SeenTrouble) =>
      tellTrouble(ledger, one, situation.partners),
    ),
  ]);
  return { day, days, awaited: awaited.length, late, lateCount: overdue.length };
}

/** By how much an overdue order is late. @param today The plant's day. */
export function lateBy(dueDate: string | undefined, today: string): string {
  if (dueDate === undefined) return 'a week after it came';
  const days = Math.round((Date.parse(today) - Date.parse(dueDate.slice(0, 10))) / 86_400_000);
  return days > 0 ? counted(days, 'day') : 'today';
}

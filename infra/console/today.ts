import type { Day } from '../../shared/ledger/records/days.ts';
import { dayBefore, dayIn } from '../../shared/model/time.ts';
import { atOnce, mapConcurrently } from '../../shared/platform/map-concurrently.ts';
import type { SeenTrouble, Situation } from '../../shared/situation/read.ts';
import { type ToldTrouble, tellTrouble } from '../../shared/situation/tell.ts';
import type { OperatorLedger } from '../local/operator-clients.ts';

/** Days of the chart. */
export const shownDays = 30;
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

/** Thirty-one reads for the days, a query for what waits, and a few for each late order that is named. */
export async function readToday(
  situation: Situation,
  { ledger, timeZone }: { readonly ledger: OperatorLedger; readonly timeZone: string },
): Promise<Today> {
  const day = dayIn(timeZone, situation.at);
  const shown = Array.from({ length: shownDays }, (_, at) => dayBefore(day, shownDays - 1 - at));
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

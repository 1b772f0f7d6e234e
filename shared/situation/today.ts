import type { Ledger } from '../ledger/ledger.ts';
import { concernRules, orderConcernKinds } from '../ledger/records/concerns.ts';
import type { Day } from '../ledger/records/days.ts';
import type { JourneyEvent } from '../model/journey.ts';
import { formatQuantity } from '../model/quantity.ts';
import { counted } from '../model/text.ts';
import { dayBefore, dayIn } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import type { Situation } from './read.ts';
import { tellTrouble } from './told.ts';

const mostLateShown = 10;
const maxAwaited = 5000;

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
    ledger.days.readDays(shown),
    countAwaited(ledger.orders),
    mapConcurrently(overdue.slice(0, mostLateShown), atOnce, (one) => tellTrouble(ledger, one, partners)),
  ]);
  return {
    day,
    /** The last days, the oldest first; those that were not counted are missing. */
    days,
    awaited,
    /** The longest overdue, and how many there are. */
    late,
    lateCount: overdue.length,
  };
}

/** Product orders in Azumuta that are to be completed: `12`, `at least 5000`. */
export async function countAwaited(orders: Pick<Ledger['orders'], 'listOverdue'>): Promise<string> {
  const { length } = await orders.listOverdue(undefined, maxAwaited, { byOwnDate: true });
  return `${length < maxAwaited ? '' : 'at least '}${length}`;
}

/** By how much an overdue order is late. @param today The plant's day. */
export function lateBy(dueDate: string | undefined, today: string): string {
  if (dueDate === undefined) return 'a week after it came';
  const days = Math.round((Date.parse(today) - Date.parse(dueDate.slice(0, 10))) / 86_400_000);
  return days > 0 ? counted(days, 'day') : 'today';
}

export type PeriodFigures = Omit<Day, 'day' | 'upTo'>;

/** What is counted by the names of events: concerns of orders that were made have the names of their kinds. */
const eventsCounted: Readonly<Record<string, readonly JourneyEvent[]>> = {
  'Created in Azumuta': ['created', 'adopted'],
  'Booked in the ERP': ['booked'],
  'Dead letters': ['dead-lettered'],
  'Changed afterwards': orderConcernKinds.filter((kind) => concernRules[kind].counts === 'changed'),
};

/** The figures of some days, each with its name, in the order in which every view shows them. */
export function figureCells(figures: PeriodFigures | undefined): [name: string, value: string][] {
  const { good = {}, scrap = {}, due = 0, late = 0, events = {} } = figures ?? {};
  return [
    ...Object.entries(eventsCounted).map(([name, of]): [string, string] => {
      return [name, String(of.reduce((sum, event) => sum + (events[event] ?? 0), 0))];
    }),
    ['Pieces', piecesIn(good)],
    ['Scrap', piecesIn(scrap)],
    ['On time', due === 0 ? '–' : `${Math.round((100 * (due - late)) / due)} %`],
  ];
}

/** `12 u, 3.5 kg`. */
function piecesIn(pieces: Day['good']): string {
  const quantities = Object.entries(pieces).map(([unit, amount]) => formatQuantity({ amount, unit }));
  return quantities.join(', ') || '0';
}

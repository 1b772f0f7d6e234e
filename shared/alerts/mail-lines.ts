import { orderConcernKinds } from '../ledger/records/concerns.ts';
import type { DayEvent } from '../ledger/records/events.ts';
import { partnerNames, partnerWords } from '../model/partner.ts';
import { type QueueName, queueNames, queueWords } from '../model/queues.ts';
import { capitalized, counted, oneLine } from '../model/text.ts';
import { localTime } from '../model/time.ts';
import type { Situation } from './read-situation.ts';

/** Events of a day that are counted: far more than a plant has. */
export const maxEvents = 50_000;
/** Awaited orders that are counted, and overdue ones that are named, at most. */
export const maxAwaited = 5000;
const maxNamed = 10;

/** What is counted of a day, by the names of its events: concerns of orders that were made have the names of their kinds. */
const figures: Readonly<Record<string, readonly string[]>> = {
  'Created in Azumuta': ['created', 'adopted'],
  'Booked in the ERP': ['booked'],
  'Dead letters': ['dead-lettered'],
  'Changed afterwards': orderConcernKinds.filter((kind) => kind !== 'refused' && kind !== 'time-ahead'),
};

/** A table of what happened in some periods. */
export function figureLines(
  periods: readonly { readonly period: string; readonly events: readonly DayEvent[] }[],
): string[] {
  const row = (name: string, cellOf: (period: (typeof periods)[number]) => string | number) =>
    [name.padEnd(20), ...periods.map((each) => String(cellOf(each)).padStart(each.period.length + 2))].join(
      '',
    );
  // The index has days of UTC.
  const days = periods.flatMap(({ events }) => [
    ...Map.groupBy(events, ({ at }) => at.slice(0, 10)).values(),
  ]);
  const isCut = days.some(({ length }) => length >= maxEvents);
  return [
    row('', ({ period }) => period),
    ...Object.entries(figures).map(([name, counts]) =>
      row(name, ({ events }) => events.filter(({ event }) => counts.includes(event)).length),
    ),
    ...(isCut ? ['A day has more events than are counted here: the figures are too low.'] : []),
  ];
}

export interface Waiting {
  /** Product orders in Azumuta that are not booked. */
  readonly awaited: number;
  readonly paused: readonly QueueName[];
  readonly timeZone: string;
}

/** What waits, and for what. */
export function waitingLines(
  { counts, partners, troubles }: Pick<Situation, 'counts' | 'partners' | 'troubles'>,
  { awaited, paused, timeZone }: Waiting,
): string[] {
  const orders =
    awaited > maxAwaited ? `more than ${maxAwaited} product orders` : counted(awaited, 'product order');
  const overdue = troubles.flatMap(({ kind, order = '' }) => (kind === 'overdue' ? [order] : []));
  const first = overdue.slice(0, maxNamed).map((number) => oneLine(number, 200));
  const named = `${first.join(', ')}${overdue.length > first.length ? ' …' : ''}`;
  const late = overdue.length > 0 ? `; ${overdue.length} overdue: ${named}` : '';
  const queues = queueNames.flatMap((queue) => {
    const areBookingsPaused = queue === 'completions' && partners.erp.bookingsPausedAt !== undefined;
    const pause = paused.includes(queue) ? ' (paused)' : areBookingsPaused ? ' (bookings are paused)' : '';
    const { one, many } = queueWords[queue];
    return counts[queue] > 0 || pause ? [`${counted(counts[queue], one, many)}${pause}.`] : [];
  });
  const down = partnerNames.flatMap((partner) => {
    const { open, openedAt, reason = '' } = partners[partner];
    const since = openedAt === undefined ? '' : ` since ${localTime(new Date(openedAt), timeZone)}`;
    const name = capitalized(partnerWords[partner]);
    return open ? [`${name} is down${since}, calls to it wait: ${oneLine(reason, 500)}`] : [];
  });
  return titled('Waiting', [`${orders} in Azumuta${late}.`, ...queues, ...down]);
}

/** Lines behind a title. */
export function titled(title: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${(at === 0 ? title : '').padEnd(10)}${line}`);
}

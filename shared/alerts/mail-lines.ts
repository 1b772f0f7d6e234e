import type { OrderConcernKind } from '../ledger/records/concerns.ts';
import type { DayEvent } from '../ledger/records/events.ts';
import { partnerNames, partnerWords } from '../model/partner.ts';
import { type QueueName, queueNames } from '../model/queues.ts';
import { counted, oneLine } from '../model/text.ts';
import { localTime } from '../model/time.ts';
import type { Situation } from './read-situation.ts';

/** Events of a day that are counted: far more than a plant has. */
export const maxEvents = 50_000;

interface Figures {
  readonly created: number;
  readonly booked: number;
  readonly putAside: number;
  readonly changed: number;
  /** Some days have more events than were counted. */
  readonly isCut: boolean;
}

/** Concerns of orders that were made: their events have the names of their kinds. */
const changes: readonly string[] = [
  'changed',
  'unwanted',
  'number-taken',
  'removed',
  'figures-changed',
  'used-again',
] satisfies OrderConcernKind[];

export function figuresOf(events: readonly DayEvent[]): Figures {
  const count = (...names: readonly string[]) => events.filter(({ event }) => names.includes(event)).length;
  // The index has days of UTC.
  const days = Map.groupBy(events, ({ at }) => at.slice(0, 10)).values();
  return {
    created: count('created', 'adopted'),
    booked: count('booked'),
    putAside: count('dead-lettered'),
    changed: count(...changes),
    isCut: days.some((ofDay) => ofDay.length >= maxEvents),
  };
}

/** A table of two periods. */
export function figureLines(columns: readonly (Figures & { readonly period: string })[]): string[] {
  const row = (name: string, figureOf: (column: (typeof columns)[number]) => string | number) =>
    `${name.padEnd(20)}${columns.map((each) => String(figureOf(each)).padStart(each.period.length + 2)).join('')}`;
  return [
    row('', ({ period }) => period),
    row('Created in Azumuta', ({ created }) => created),
    row('Booked in the ERP', ({ booked }) => booked),
    row('Put aside', ({ putAside }) => putAside),
    row('Changed afterwards', ({ changed }) => changed),
    ...linesIf(
      columns.some(({ isCut }) => isCut),
      'A day has more events than are counted here: the figures are too low.',
    ),
  ];
}

export interface Waiting {
  /** Product orders in Azumuta that are not completed: how many, in words. */
  readonly awaited: string;
  /** Their numbers, the longest overdue first. */
  readonly overdue: readonly string[];
  readonly paused: readonly QueueName[];
  readonly situation: Pick<Situation, 'counts' | 'partners'>;
  readonly timeZone: string;
}

const ends: Readonly<Record<QueueName, string>> = {
  'product-orders': 'to be created in Azumuta',
  completions: 'to be booked in the ERP',
};

/** What waits, and for what. */
export function waitingLines({ awaited, overdue, paused, situation, timeZone }: Waiting): string[] {
  const { counts, partners } = situation;
  const first = overdue.slice(0, 10).map((number) => oneLine(number, 200));
  const more = overdue.length > first.length ? ' …' : '';
  const late = overdue.length > 0 ? `; ${overdue.length} overdue: ${first.join(', ')}${more}` : '';
  const orders = awaited === '1' ? 'product order' : 'product orders';
  const pauseOf = (queue: QueueName) => {
    if (paused.includes(queue)) return ' (paused)';
    const areBookingsPaused = queue === 'completions' && partners.erp.bookingsPausedAt !== undefined;
    return areBookingsPaused ? ' (bookings are paused)' : '';
  };
  return [
    `Waiting   ${awaited} ${orders} in Azumuta to be completed${late}.`,
    ...queueNames.flatMap((queue) =>
      linesIf(
        counts[queue] > 0 || pauseOf(queue) !== '',
        `          ${counted(counts[queue], 'message')} ${ends[queue]}${pauseOf(queue)}.`,
      ),
    ),
    ...partnerNames.flatMap((partner) => {
      const { open, openedAt, reason = '' } = partners[partner];
      const since = openedAt === undefined ? '' : ` since ${localTime(new Date(openedAt), timeZone)}`;
      const down = `${partnerWords[partner]} is down${since}, calls to it wait: ${oneLine(reason, 500)}`;
      return linesIf(open, `          ${down.charAt(0).toUpperCase()}${down.slice(1)}`);
    }),
  ];
}

/** What somebody must see to. */
export interface Tasks {
  readonly who: string;
  readonly count: number;
  /** The first of them, and about which order (empty when it is unknown). */
  readonly told: readonly { readonly order: string; readonly why: string }[];
}

/**
 * Who has to see to what.
 * @param where The options that name the stack, for a command to type.
 */
export function peopleLines(tasks: readonly Tasks[], where: string): string[] {
  if (tasks.length === 0) return ['To do     Nobody has to see to anything.'];
  return [
    ...tasks.flatMap(({ who, count, told }, at) => [
      `${at === 0 ? 'To do     ' : '          '}${count} for ${who}`,
      ...told.map(({ order, why }) => `          · ${order === '' ? '' : `${order}: `}${why}`),
      ...linesIf(count > told.length, `          … and ${count - told.length} more.`),
    ]),
    `          All of it, with what to do: npm run alert -- ${where}`,
  ];
}

function linesIf(condition: boolean, line: string): readonly string[] {
  return condition ? [line] : [];
}

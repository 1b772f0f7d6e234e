import type { ViewLedger } from '../ledger/ledger.ts';
import { concernRules, orderConcernKinds } from '../ledger/records/concerns.ts';
import { type Day, sumOfDays } from '../ledger/records/days.ts';
import { dueDayOf } from '../model/due.ts';
import type { JourneyEvent } from '../model/journey.ts';
import { formatQuantity } from '../model/quantity.ts';
import { capitalized, counted } from '../model/text.ts';
import { dayBefore, dayIn } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import {
  countOrders,
  countProductOrders,
  countsAs,
  type OrderFigure,
  type OrdersNow,
  ordersOf,
} from './open-orders.ts';
import { tellTrouble } from './order-in-words.ts';
import { messagesInQueue } from './problems.ts';
import type { Situation } from './read.ts';

const mostLateShown = 10;
/** Orders that are due today and named. */
export const mostDueShown = 10;
/** An order may be booked so many days before its due day, and count as on time. */
const bookedBeforeDays = 31;

export type Today = Awaited<ReturnType<typeof readToday>>;

/** The counted days, and a few reads for each late order that is named. */
export async function readToday(
  situation: Situation,
  lastDays: number,
  { ledger, timeZone }: { readonly ledger: ViewLedger; readonly timeZone: string },
) {
  const { at, troubles, orders } = situation;
  const day = dayIn(timeZone, at);
  const late = troubles.filter(({ kind }) => kind === 'overdue').slice(0, mostLateShown);
  const [figures, shownLate] = await Promise.all([
    readFigures(situation, [daysUntil(day, lastDays), daysUntil(dayBefore(day), lastDays - 1)], ledger),
    mapConcurrently(late, atOnce, (one) => tellTrouble(ledger, one, situation)),
  ]);
  return {
    day,
    /** The last days, the oldest first; those that were not counted are missing. */
    days: figures.days,
    /** All of them together. */
    sum: figures.sums[0],
    /** Those before today together. */
    sumBefore: figures.sums[1],
    /** The first due, and how many there are. */
    late: shownLate,
    lateCount: countProductOrders('late', orders),
    dueToday: ordersOf('due today', orders),
  };
}

/** Days up to one, the oldest first. */
export function daysUntil(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => dayBefore(day, count - 1 - index));
}

/** What is open now: each figure with the name that every view gives it. */
const waitingNames = {
  'in Azumuta': 'In Azumuta, to be completed',
  'to be created': 'To be created',
  'to be booked': 'To be booked',
  'for a person': 'For a person',
} as const satisfies Partial<Record<OrderFigure, string>>;
type WaitingFigure = keyof typeof waitingNames;
// TypeScript knows the keys of an object as texts only.
const waitingOrder = Object.keys(waitingNames) as WaitingFigure[];

/** What is open now, in product orders: each once in the first three, and those of them that need a person again. */
export function waitingFigures({ orders, queues }: Pick<Situation, 'orders' | 'queues'>) {
  return waitingOrder.map((figure) => ({
    figure,
    name: waitingNames[figure],
    value: countWaiting(figure, { orders, queues }),
    /** How many of them need a person; undefined where the figure says it. */
    note: figure === 'for a person' ? undefined : noteOfPersons(figure, orders),
  }));
}

/** SQS counts what the ledger was not read for. */
function countWaiting(
  figure: WaitingFigure,
  { orders, queues }: Pick<Situation, 'orders' | 'queues'>,
): string {
  const queued = messagesInQueue(queues['product-orders']);
  const isMore = orders.cut.has(figure) && queued > ordersOf(figure, orders).length;
  return figure === 'to be created' && isMore ? `about ${queued}` : countOrders(figure, orders);
}

/** `40 for a person`; undefined where there are none. */
export function noteOfPersons(figure: WaitingFigure, orders: OrdersNow): string | undefined {
  const theirs = ordersOf(figure, orders).filter((order) => countsAs('for a person', order)).length;
  return theirs === 0 ? undefined : `${theirs} for a person`;
}

/** The same as a name and a text each: `41, 40 for a person`. */
export function waitingTexts(
  situation: Pick<Situation, 'orders' | 'queues'>,
): [name: string, text: string][] {
  return waitingFigures(situation).map(({ name, value, note }) => [
    name,
    note === undefined ? value : `${value}, ${note}`,
  ]);
}

/** By how much an order is late. @param today The plant's day. */
export function lateBy(dueDate: string | undefined, today: string, timeZone: string): string {
  const day = dueDayOf({ dueDate }, timeZone) ?? today;
  return counted(Math.round((Date.parse(today) - Date.parse(day)) / 86_400_000), 'day');
}

/** The figures of some days, with what was due on them. */
export interface PeriodFigures extends Pick<Day, 'events' | 'good' | 'scrap'> {
  /** Orders that were due on these days, and those of them that were booked by the end of their due day. */
  readonly due: number;
  readonly inTime: number;
  /** Today is one of them: more may be booked in time. */
  readonly isRunning: boolean;
  /** Why it cannot be said how many were on time. */
  readonly unknownBecause: string | undefined;
}

/**
 * Reads the counted days of some periods, and those before in which their orders may have been booked.
 * @returns the days that were counted, and the sum of each period.
 */
export async function readFigures(
  { at, orders, terms }: Pick<Situation, 'at' | 'orders' | 'terms'>,
  periods: readonly (readonly string[])[],
  { days: records }: { readonly days: Pick<ViewLedger['days'], 'readDays'> },
) {
  const asked = periods.flat();
  const today = dayIn(terms.timeZone, at);
  const [first = today] = asked.toSorted();
  const all: string[] = [];
  for (let day = dayBefore(first, bookedBeforeDays); day <= today; day = dayBefore(day, -1)) all.push(day);
  const read = await records.readDays(all);
  const figuresOf = (named: readonly string[]): PeriodFigures => {
    const days = read.filter(({ day }) => named.includes(day));
    const { events, good, scrap } = sumOfDays(days);
    const due = days.map(({ day }) => countDue(day, read, orders));
    return {
      events,
      good,
      scrap,
      due: due.reduce((sum, one) => sum + one.due, 0),
      inTime: due.reduce((sum, one) => sum + one.inTime, 0),
      isRunning: named.includes(today),
      unknownBecause: whyUnknown(days, orders),
    };
  };
  const counted = read.filter(({ day }) => asked.includes(day));
  return {
    days: counted.map((one) => ({ day: one.day, upTo: one.upTo, ...figuresOf([one.day]) })),
    sums: periods.map(figuresOf),
  };
}

function whyUnknown(days: readonly Day[], { cut }: OrdersNow): string | undefined {
  if (cut.has('late')) return 'more orders are late than are read';
  const isOlder = days.some(({ bookedDue }) => bookedDue === undefined);
  return isOlder ? 'an earlier version has counted, and not by due days' : undefined;
}

/** An order counts on the day on which it was due: in time if it was booked by then, and not if it was later, or is open. */
function countDue(due: string, days: readonly Day[], { openOn }: Pick<OrdersNow, 'openOn'>) {
  const bookedOn = (is: (day: string) => boolean) =>
    days.reduce((sum, { day, bookedDue }) => sum + (is(day) ? (bookedDue?.[due] ?? 0) : 0), 0);
  const inTime = bookedOn((day) => day <= due);
  return { inTime, due: inTime + bookedOn((day) => day > due) + (openOn.get(due) ?? 0) };
}

/** What is counted by the names of events: concerns of orders that were made have the names of their kinds. */
const eventsCounted: Readonly<Record<string, readonly JourneyEvent[]>> = {
  'Created in Azumuta': ['created', 'adopted'],
  'Booked in the ERP': ['booked'],
  'Dead letters': ['dead-lettered'],
  'Changed afterwards': orderConcernKinds.filter((kind) => concernRules[kind].counts === 'changed'),
};

/** The figures of some days, each with its name, in the order in which every view shows them. */
export function figureCells(figures: PeriodFigures | undefined): [name: string, value: string][] {
  const { good = {}, scrap = {}, events = {} } = figures ?? {};
  return [
    ...Object.entries(eventsCounted).map(([name, of]): [string, string] => {
      return [name, String(of.reduce((sum, event) => sum + (events[event] ?? 0), 0))];
    }),
    ['Pieces booked', piecesIn(good)],
    ['Scrap booked', piecesIn(scrap)],
    ['On time', figures ? onTimeIn(figures) : notKnown],
  ];
}

const notKnown = 'not known';

/** What stands below figures of which some are not known: why. Undefined where all are. */
export function noteOfFigures(shown: readonly (PeriodFigures | undefined)[]): string | undefined {
  const reasons = new Set(shown.flatMap((figures) => figures?.unknownBecause ?? []));
  return reasons.size === 0 ? undefined : `${capitalized(notKnown)}: ${[...reasons].join('; ')}.`;
}

/** `75 % of 4`; of today `3 of 4 so far`; why there is no share. */
function onTimeIn({ due, inTime, isRunning, unknownBecause }: PeriodFigures): string {
  if (unknownBecause !== undefined) return notKnown;
  if (due === 0) return 'none due';
  if (isRunning) return `${inTime} of ${due} so far`;
  return `${Math.round((100 * inTime) / due)} % of ${due}`;
}

/** `12 u, 3.5 kg`. */
function piecesIn(pieces: Day['good']): string {
  const quantities = Object.entries(pieces).map(([unit, amount]) => formatQuantity({ amount, unit }));
  return quantities.join(', ') || '0';
}

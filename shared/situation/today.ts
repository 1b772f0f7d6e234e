import type { Ledger } from '../ledger/ledger.ts';
import { concernRules, orderConcernKinds } from '../ledger/records/concerns.ts';
import { type Day, sumOfDays } from '../ledger/records/days.ts';
import { dueDayOf } from '../model/due.ts';
import type { JourneyEvent } from '../model/journey.ts';
import { formatQuantity } from '../model/quantity.ts';
import { counted } from '../model/text.ts';
import { dayBefore, dayIn } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import { atLeast, type OrdersNow } from './open-orders.ts';
import { messagesInQueue } from './problems.ts';
import type { Situation } from './read.ts';
import { tellTrouble } from './told.ts';

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
  { ledger, timeZone }: { readonly ledger: Ledger; readonly timeZone: string },
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
    lateCount: countLate(orders),
    dueToday: orders.dueToday,
  };
}

/** `12 product orders`, `at least 1000 product orders`. */
export function countLate({ late, isLateCut }: OrdersNow): string {
  return `${atLeast(late.length, isLateCut)} ${late.length === 1 ? 'product order' : 'product orders'}`;
}

/** Days up to one, the oldest first. */
export function daysUntil(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => dayBefore(day, count - 1 - index));
}

export const waitingNames = [
  'In Azumuta, to be completed',
  'To be created',
  'To be booked',
  'For a person',
] as const;
export type WaitingName = (typeof waitingNames)[number];

/** What is open now, in product orders: each once. */
export function waitingFigures({
  orders,
  queues,
  cut,
}: Pick<Situation, 'orders' | 'queues' | 'cut'>): [name: WaitingName, value: string][] {
  const { inAzumuta, toBeCreated, toBeBooked, needPerson, isCut } = orders;
  const queued = messagesInQueue(queues['product-orders']);
  const isOfPeopleCut = orderKinds.some((kind) => cut.has(kind));
  const values: Readonly<Record<WaitingName, string>> = {
    'In Azumuta, to be completed': atLeast(inAzumuta, isCut),
    'To be created': isCut && queued > toBeCreated ? `about ${queued}` : atLeast(toBeCreated, isCut),
    'To be booked': atLeast(toBeBooked, isCut),
    'For a person': atLeast(needPerson, isOfPeopleCut),
  };
  return waitingNames.map((name) => [name, values[name]]);
}

const orderKinds = [...orderConcernKinds, 'dead-letter'] as const;

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
  /** A version counted some of them that did not count by due days; or more orders are late than are read. */
  readonly isUnknown: boolean;
}

/**
 * Reads the counted days of some periods, and those before in which their orders may have been booked.
 * @returns the days that were counted, and the sum of each period.
 */
export async function readFigures(
  { at, orders, terms }: Situation,
  periods: readonly (readonly string[])[],
  { days: records }: Pick<Ledger, 'days'>,
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
      isUnknown: orders.isLateCut || days.some(({ bookedDue }) => bookedDue === undefined),
    };
  };
  const counted = read.filter(({ day }) => asked.includes(day));
  return {
    days: counted.map((one) => ({ day: one.day, upTo: one.upTo, ...figuresOf([one.day]) })),
    sums: periods.map(figuresOf),
  };
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
    ['Pieces', piecesIn(good)],
    ['Scrap', piecesIn(scrap)],
    ['On time', figures ? onTimeIn(figures) : '–'],
  ];
}

/** `75 % of 4`; of today `3 of 4 so far`. */
function onTimeIn({ due, inTime, isRunning, isUnknown }: PeriodFigures): string {
  if (due === 0 || isUnknown) return '–';
  if (isRunning) return `${inTime} of ${due} so far`;
  return `${Math.round((100 * inTime) / due)} % of ${due}`;
}

/** `12 u, 3.5 kg`. */
function piecesIn(pieces: Day['good']): string {
  const quantities = Object.entries(pieces).map(([unit, amount]) => formatQuantity({ amount, unit }));
  return quantities.join(', ') || '0';
}

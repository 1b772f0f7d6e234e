import { orderConcernKinds } from '../ledger/records/concerns.ts';
import { type Day, sumOfDays } from '../ledger/records/days.ts';
import { partnerNames, partnerWords } from '../model/partner.ts';
import { formatQuantity } from '../model/quantity.ts';
import { consumerOf, type QueueName, queueNames, queueWords } from '../model/queues.ts';
import { capitalized, counted, oneLine, shorten } from '../model/text.ts';
import { dayBefore, dayIn, localTime } from '../model/time.ts';
import { shellWord } from '../platform/shell-word.ts';
import type { Situation } from '../situation/read.ts';
import { tellTrouble } from '../situation/words.ts';
import { namedActor } from './compose.ts';
import { type AlertDependencies, type Weekday, weekdays } from './dependencies.ts';

/** Awaited orders that are counted; overdue ones that are named, and tasks of a person that are told, at most. */
export const maxAwaited = 5000;
const maxTold = 10;
/** Characters of the reason of a task. */
const maxWhy = 160;

/** What is counted of a day, by the names of its events: concerns of orders that were made have the names of their kinds. */
const figures: Readonly<Record<string, readonly string[]>> = {
  'Created in Azumuta': ['created', 'adopted'],
  'Booked in the ERP': ['booked'],
  'Dead letters': ['dead-lettered'],
  'Changed afterwards': orderConcernKinds.filter(
    (kind) => kind !== 'refused' && kind !== 'time-ahead' && kind !== 'unknown-numbers',
  ),
};

/**
 * The mail of a day at the plant, from its hour on if it is a workday and was not written yet; undefined otherwise.
 *
 * Each run, every five minutes, checks this. A schedule of its own would not do: Scheduler skips a time that does not
 * exist on the day on which summer time begins, and a missed run would not be made up for. The hour that comes twice in
 * autumn belongs to one day, so there is one mail.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export async function composeMorningMail(
  dependencies: AlertDependencies,
  mailedOn: string | undefined,
  situation: Situation,
) {
  const { ledger, timeZone, stack, morningMail } = dependencies;
  const [day, time] = [dayIn(timeZone, situation.at), localTime(situation.at, timeZone).slice(11, 16)];
  if (!morningMail || day === mailedOn || time < morningMail.at) return undefined;
  if (!isWorkday(day, morningMail.workdays)) return undefined;
  // On a Monday the mail is about Friday and the days since.
  let first = dayBefore(day);
  while (!isWorkday(first, morningMail.workdays)) first = dayBefore(first);
  // These days, and the same a week before.
  const periods = [0, 7].map(async (earlier) => {
    const [from, before] = [dayBefore(first, earlier), dayBefore(day, earlier)];
    const days = [];
    for (let at = from; at < before; at = dayBefore(at, -1)) days.push(at);
    return { period: periodOf(from, before), ...sumOfDays(await ledger.days.of(days)) };
  });
  const [counts, awaited, pauses, tasks] = await Promise.all([
    Promise.all(periods),
    ledger.orders.overdue(undefined, maxAwaited + 1, { byOwnDate: true }),
    Promise.all(queueNames.map((queue) => ledger.pauses.of(consumerOf[queue]))),
    taskLines(dependencies, situation),
  ]);
  const paused = queueNames.filter((_, at) => pauses[at]?.since !== undefined);
  const text = [
    `${stack}, ${day} (${timeZone})`,
    '',
    ...figureLines(counts),
    '',
    ...waitingLines(situation, { awaited: awaited.length, paused, timeZone }),
    ...titled('To do', tasks),
  ];
  return { day, content: { subject: `${stack}: ${periodOf(first, day)}`, text: `${text.join('\n')}\n` } };
}

function isWorkday(day: string, workdays: readonly Weekday[]): boolean {
  const name = weekdays.at(new Date(day).getUTCDay() - 1);
  return name !== undefined && workdays.includes(name);
}

function periodOf(first: string, today: string): string {
  const last = dayBefore(today);
  return first === last ? first : `${first} to ${last}`;
}

interface Period extends Omit<Day, 'day'> {
  readonly period: string;
}

/** A table of what happened in some periods. */
export function figureLines(periods: readonly Period[]): string[] {
  const rows: readonly (readonly [name: string, cell: (of: Period) => string])[] = [
    ...Object.entries(figures).map(([name, events]) => {
      const happened = (of: Period) => events.reduce((sum, event) => sum + (of.events[event] ?? 0), 0);
      return [name, (of: Period) => `${happened(of)}`] as const;
    }),
    ['Pieces', ({ good }) => piecesIn(good)],
    ['Scrap', ({ scrap }) => piecesIn(scrap)],
    ['On time', ({ due, late }) => (due === 0 ? '–' : `${Math.round((100 * (due - late)) / due)} %`)],
  ];
  const columns = periods.map((of) => {
    const cells = [of.period, ...rows.map(([, cell]) => cell(of))];
    const width = Math.max(...cells.map(({ length }) => length)) + 2;
    return cells.map((cell) => cell.padStart(width));
  });
  const lines = ['', ...rows.map(([name]) => name)].map(
    (name, at) => name.padEnd(20) + columns.map((column) => column[at]).join(''),
  );
  if (!periods.some(({ isCut }) => isCut)) return lines;
  return [...lines, 'A day has more events than are counted here: the figures are too low.'];
}

/** `12 u, 3.5 kg`. */
function piecesIn(pieces: Day['good']): string {
  const quantities = Object.entries(pieces).map(([unit, amount]) => formatQuantity({ amount, unit }));
  return quantities.join(', ') || '0';
}

/**
 * What waits, and for what.
 * @param facts `awaited`: product orders in Azumuta that are not booked.
 */
export function waitingLines(
  { counts, partners, troubles }: Pick<Situation, 'counts' | 'partners' | 'troubles'>,
  facts: { readonly awaited: number; readonly paused: readonly QueueName[]; readonly timeZone: string },
): string[] {
  const { awaited, paused, timeZone } = facts;
  const orders =
    awaited > maxAwaited ? `more than ${maxAwaited} product orders` : counted(awaited, 'product order');
  const overdue = troubles.flatMap(({ kind, order = '' }) => (kind === 'overdue' ? [order] : []));
  const named = overdue.slice(0, maxTold).map((number) => oneLine(number, 200));
  const more = overdue.length > maxTold ? ' …' : '';
  const late = overdue.length > 0 ? `; ${overdue.length} overdue: ${named.join(', ')}${more}` : '';
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

/** What each person must see to, by the causes. What ends by itself, and what is overdue, is told with what waits. */
async function taskLines(
  { ledger, stack, who: persons }: AlertDependencies,
  { troubles }: Situation,
): Promise<string[]> {
  const ofPeople = troubles.filter(({ kind }) => !['partner-down', 'overdue', 'waiting'].includes(kind));
  if (ofPeople.length === 0) return ['Nobody has to see to anything.'];
  const byWho = Map.groupBy(ofPeople, (one) => namedActor(one, persons));
  const lines = [...byWho].map(async ([who, theirs]) => {
    const told = await Promise.all(theirs.slice(0, maxTold).map((trouble) => tellTrouble(ledger, trouble)));
    return [
      `${theirs.length} for ${who}`,
      ...told.map(({ order, why }) => `· ${order === '' ? '' : `${order}: `}${shorten(why, maxWhy)}`),
      ...(theirs.length > maxTold ? [`… and ${theirs.length - maxTold} more.`] : []),
    ];
  });
  const command = `npm run alert -- --stack ${shellWord(stack)}`;
  return [...(await Promise.all(lines)).flat(), `All of it, with what to do: ${command}`];
}

/** Lines behind a title. */
function titled(title: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${(at === 0 ? title : '').padEnd(10)}${line}`);
}

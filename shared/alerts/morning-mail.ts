import { sumOfDays } from '../ledger/records/days.ts';
import { partnerNames, partnerWords } from '../model/partner.ts';
import { queueNames } from '../model/queues.ts';
import { capitalized, counted, oneLine, shorten } from '../model/text.ts';
import { dayBefore, dayIn, localTime } from '../model/time.ts';
import { shellWord } from '../platform/shell-word.ts';
import { pauseOf } from '../situation/pauses.ts';
import { countedIn, inQueue } from '../situation/problems.ts';
import type { Situation } from '../situation/read.ts';
import { type Figures, figureCells, maxAwaited } from '../situation/today.ts';
import { tellTrouble } from '../situation/told.ts';
import { namedActor } from './compose.ts';
import { type AlertDependencies, type Weekday, weekdays } from './dependencies.ts';

/** Overdue orders that are named, and tasks of a person that are told, at most. */
const maxTold = 10;
const maxWhy = 160;

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
  const [counts, awaited, tasks] = await Promise.all([
    Promise.all(periods),
    ledger.orders.overdue(undefined, maxAwaited + 1, { byOwnDate: true }),
    taskLines(dependencies, situation),
  ]);
  const link = dependencies.linkTo?.({ page: 'today' });
  const text = [
    `${stack}, ${day} (${timeZone})`,
    '',
    ...figureLines(counts),
    '',
    ...waitingLines(situation, { awaited: awaited.length, timeZone }),
    ...titled('To do', tasks),
    ...(link === undefined ? [] : ['', `See it: ${link}`]),
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

export function figureLines(periods: readonly (Figures & { readonly period: string })[]): string[] {
  const columns = periods.map((of) => {
    const cells = [of.period, ...figureCells(of).map(([, value]) => value)];
    const width = Math.max(...cells.map(({ length }) => length)) + 2;
    return cells.map((cell) => cell.padStart(width));
  });
  const lines = ['', ...figureCells(undefined).map(([name]) => name)].map(
    (name, at) => name.padEnd(20) + columns.map((column) => column[at]).join(''),
  );
  if (!periods.some(({ isCut }) => isCut)) return lines;
  return [...lines, 'A day has more events than are counted here: the figures are too low.'];
}

/** @param facts `awaited`: product orders in Azumuta that are not booked. */
export function waitingLines(
  { queues, partners, troubles }: Pick<Situation, 'queues' | 'partners' | 'troubles'>,
  { awaited, timeZone }: { readonly awaited: number; readonly timeZone: string },
): string[] {
  const orders =
    awaited > maxAwaited ? `more than ${maxAwaited} product orders` : counted(awaited, 'product order');
  const overdue = troubles.flatMap(({ kind, order = '' }) => (kind === 'overdue' ? [order] : []));
  const named = overdue.slice(0, maxTold).map((number) => oneLine(number, 200));
  const more = overdue.length > maxTold ? ' …' : '';
  const late = overdue.length > 0 ? `; ${overdue.length} overdue: ${named.join(', ')}${more}` : '';
  const inQueues = queueNames.flatMap((queue) => {
    const status = queues[queue];
    const paused = pauseOf(queue, partners.erp);
    const pause = paused ? ` (${paused} are paused)` : '';
    return inQueue(status) > 0 || pause ? [`${countedIn(queue, status)}${pause}.`] : [];
  });
  const down = partnerNames.flatMap((partner) => {
    const { open, openedAt, reason = '' } = partners[partner];
    const since = openedAt === undefined ? '' : ` since ${localTime(new Date(openedAt), timeZone)}`;
    const name = capitalized(partnerWords[partner]);
    return open ? [`${name} is down${since}, calls to it wait: ${oneLine(reason, 500)}`] : [];
  });
  return titled('Waiting', [`${orders} in Azumuta${late}.`, ...inQueues, ...down]);
}

/** What each person must see to, by the causes. What ends by itself, and what is overdue, is told with what waits. */
async function taskLines(
  { ledger, stack, who: persons }: AlertDependencies,
  { troubles, partners }: Situation,
): Promise<string[]> {
  const ofPeople = troubles.filter(({ kind }) => !['partner-down', 'overdue', 'waiting'].includes(kind));
  if (ofPeople.length === 0) return ['Nobody has to see to anything.'];
  const byWho = Map.groupBy(ofPeople, (one) => namedActor(one, persons));
  const lines = [...byWho].map(async ([who, theirs]) => {
    const told = await Promise.all(
      theirs.slice(0, maxTold).map((trouble) => tellTrouble(ledger, trouble, partners)),
    );
    return [
      `${theirs.length} for ${who}`,
      ...told.map(({ order, why }) => `· ${order === '' ? '' : `${order}: `}${shorten(why, maxWhy)}`),
      ...(theirs.length > maxTold ? [`… and ${theirs.length - maxTold} more.`] : []),
    ];
  });
  const command = `npm run alert -- --stack ${shellWord(stack)}`;
  return [...(await Promise.all(lines)).flat(), `All of it, with what to do: ${command}`];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${(at === 0 ? title : '').padEnd(10)}${line}`);
}

import { oneLine, shorten } from '../model/text.ts';
import { dayBefore, dayIn, localTime } from '../model/time.ts';
import { type OrderFigure, ordersOf } from '../situation/open-orders.ts';
import type { Situation } from '../situation/read.ts';
import { groupByReason } from '../situation/reasons.ts';
import { type PeriodFigures, readFigures } from '../situation/today.ts';
import { maxName } from '../situation/words.ts';
import { namedActor, stackOption } from './compose.ts';
import { type AlertDependencies, type Weekday, weekdays } from './dependencies.ts';
import * as texts from './english.ts';
import { shadowLines } from './shadow-mail.ts';

/** Late orders that are named, and tasks of a person, at most. */
const maxShown = 10;
const maxWhy = 160;

/**
 * The mail of a day at the plant, from its hour on if it is a workday and was not written yet; undefined otherwise.
 *
 * Each run, every five minutes, checks this. A separate schedule would not do: Scheduler skips a time that does not
 * exist on the day on which summer time begins, and a missed run would not be made up for. The hour that comes twice in
 * autumn belongs to one day, so there is one mail.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export async function composeMorningMail(
  dependencies: AlertDependencies,
  mailedOn: string | undefined,
  situation: Situation,
) {
  const { ledger, timeZone, stack, morningMail, caution } = dependencies;
  const [day, time] = [dayIn(timeZone, situation.at), localTime(situation.at, timeZone).slice(11, 16)];
  if (!morningMail) return undefined;
  if (day === mailedOn || time < morningMail.at) return undefined;
  if (!isWorkday(day, morningMail.workdays)) return undefined;
  // A stack that was deployed in the afternoon has nothing to say of the morning.
  if (mailedOn === undefined && minutesOf(time) - minutesOf(morningMail.at) > firstMailMinutes)
    return undefined;
  // On a Monday the mail is about Friday and the days since.
  let first = dayBefore(day);
  while (!isWorkday(first, morningMail.workdays)) first = dayBefore(first);
  if (dependencies.mode === 'shadow') {
    const lines = await shadowLines(dependencies, { first, before: day });
    const text = [`${stack}, ${day} (${timeZone})`, '', ...lines].join('\n');
    return { day, content: { subject: texts.shadowSubject(stack, periodOf(first, day)), text: `${text}\n` } };
  }
  // These days, and the same a week before.
  const periods = [0, 7].map((earlier) => {
    const [from, before] = [dayBefore(first, earlier), dayBefore(day, earlier)];
    const days: string[] = [];
    for (let at = from; at < before; at = dayBefore(at, -1)) days.push(at);
    return { name: periodOf(from, before), days };
  });
  const asked = periods.map(({ days }) => days);
  const [{ sums }, tasks] = await Promise.all([
    readFigures(situation, asked, ledger),
    taskLines(dependencies, situation),
  ]);
  const note = texts.noteOfFigures(sums);
  const counts = sums.map((sum, at) => ({ ...sum, period: periods[at]?.name ?? '' }));
  const link = dependencies.linkTo?.({ page: 'today' });
  const text = [
    `${stack}, ${day} (${timeZone})`,
    '',
    ...figureLines(counts),
    ...(note === undefined ? [] : [note]),
    '',
    ...waitingLines(situation),
    ...titled(texts.toDoTitle, tasks),
    ...(caution === undefined ? [] : titled(texts.cautionTitle, [caution])),
    ...(link === undefined ? [] : ['', texts.seeItLine(link)]),
  ];
  return { day, content: { subject: `${stack}: ${periodOf(first, day)}`, text: `${text.join('\n')}\n` } };
}

/** The first mail is sent no later than this after its hour; each later one as soon as it can be. */
const firstMailMinutes = 60;

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function isWorkday(day: string, workdays: readonly Weekday[]): boolean {
  const name = weekdays.at(new Date(day).getUTCDay() - 1);
  return name !== undefined && workdays.includes(name);
}

function periodOf(first: string, today: string): string {
  return texts.periodInWords(first, dayBefore(today));
}

export function figureLines(periods: readonly (PeriodFigures & { readonly period: string })[]): string[] {
  const columns = periods.map((of) => {
    const cells = [of.period, ...texts.figureCells(of).map(([, value]) => value)];
    const width = Math.max(...cells.map(({ length }) => length)) + 2;
    return cells.map((cell) => cell.padStart(width));
  });
  return ['', ...texts.figureCells(undefined).map(([name]) => name)].map(
    (name, at) => name.padEnd(20) + columns.map((column) => column[at]).join(''),
  );
}

/** What is open, in orders; what is late, and where each stands. */
function waitingLines(situation: Situation): string[] {
  // No command stands here.
  const held = texts
    .problemsOf(situation, '')
    .filter(({ kind }) => kind === 'partner-down' || kind.startsWith('paused'));
  return [
    ...titled(texts.lateTitle, dueLines('late', situation)),
    ...titled(texts.dueTodayTitle, dueLines('due today', situation)),
    ...titled(texts.waitingTitle, [
      ...texts.waitingTexts(situation).map(([name, value]) => `${name}: ${value}.`),
      ...held.map(({ what, why }) => `${what} ${why}`),
    ]),
  ];
}

function dueLines(figure: OrderFigure, { orders }: Situation): string[] {
  const due = ordersOf(figure, orders);
  if (due.length === 0) return [texts.noneInMail];
  const named = due
    .slice(0, maxShown)
    .map((order) => `· ${oneLine(order.number, maxName)}: ${texts.standInWords(order)}`);
  const more = due.length - named.length;
  return [`${texts.countOrders(figure, orders)}.`, ...named, ...(more > 0 ? [texts.andMore(more)] : [])];
}

/** What needs each person, by the causes. What ends by itself, and what is late, is listed above. */
async function taskLines(
  { ledger, stack, who: persons }: AlertDependencies,
  situation: Situation,
): Promise<string[]> {
  const { troubles } = situation;
  const ofPeople = troubles.filter(({ kind }) => !['partner-down', 'overdue', 'waiting'].includes(kind));
  const isLate = ordersOf('late', situation.orders).length > 0;
  if (ofPeople.length === 0) return [isLate ? texts.nothingToDoElse : texts.nothingToDo];
  const byWho = Map.groupBy(ofPeople, (one) => namedActor(one, persons));
  const lines = [...byWho].map(async ([who, theirs]) => {
    const shown = await Promise.all(
      theirs.slice(0, maxShown).map((trouble) => texts.tellTrouble(ledger, trouble, situation)),
    );
    return [
      texts.tasksFor(theirs.length, who),
      ...groupByReason(shown).map(({ why, all }) => {
        const orders = all.flatMap(({ order }) => order || []).join(', ');
        return `· ${orders === '' ? '' : `${orders}: `}${shorten(why, maxWhy)}`;
      }),
      ...(theirs.length > maxShown ? [texts.andMore(theirs.length - maxShown)] : []),
    ];
  });
  const command = `npm run alert -- ${stackOption(stack)}`;
  return [...(await Promise.all(lines)).flat(), texts.allWithAdvice(command)];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${(at === 0 ? title : '').padEnd(10)}${line}`);
}

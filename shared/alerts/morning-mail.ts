import type { Ledger } from '../ledger/ledger.ts';
import { consumerOf, queueNames } from '../model/queues.ts';
import { oneLine } from '../model/text.ts';
import { dayBefore, dayIn, localTime, startOfDay } from '../model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { shellWord } from '../platform/shell-word.ts';
import type { SeenTrouble } from './decide-alerts.ts';
import { figureLines, figuresOf, maxEvents, peopleLines, type Tasks, waitingLines } from './mail-lines.ts';
import { type Weekday, weekdays } from './names.ts';
import type { Situation } from './read-situation.ts';
import { headlineOf, remedies } from './words.ts';

/** Awaited orders that are counted at most. */
const maxAwaited = 5000;
/** Later than any order is due. */
const farFuture = new Date('9999-12-31T00:00:00Z');
/** Tasks of a person that are told with their reasons. */
const maxTold = 10;

/** When the plant wants its mail, on its own clock. */
export interface MorningMail {
  /** `06:30`. */
  readonly at: string;
  readonly workdays: readonly Weekday[];
}

export interface MorningMailDependencies {
  readonly ledger: Pick<Ledger, 'dailyActivity' | 'orders' | 'concerns' | 'pauses'>;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly stack: string;
  readonly morningMail: MorningMail | undefined;
}

/** A mail for the outbox. */
export interface DueMail {
  /** The day at the plant for which it is written; each has one mail. */
  readonly day: string;
  readonly content: { readonly subject: string; readonly text: string };
}

/**
 * The day at the plant whose mail is due and not written yet: a workday, from the hour of the mail on.
 *
 * Each run, every five minutes, checks this. A schedule of its own would not do: Scheduler skips a time that does not
 * exist on the day on which summer time begins, and a missed run would not be made up for. The hour that comes twice in
 * autumn belongs to one day, so there is one mail.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
function dueDay(
  { at, workdays }: MorningMail,
  mailedOn: string | undefined,
  now: Date,
  timeZone: string,
): string | undefined {
  const day = dayIn(timeZone, now);
  const time = localTime(now, timeZone).slice(11, 16);
  return day !== mailedOn && time >= at && workdays.includes(weekdayOf(day)) ? day : undefined;
}

export function createMorningMail(dependencies: MorningMailDependencies) {
  const { ledger, clock, timeZone, stack, morningMail: wanted } = dependencies;
  /** @returns Undefined while none is due. */
  return async function morningMail(
    mailedOn: string | undefined,
    situation: Situation,
  ): Promise<DueMail | undefined> {
    const now = clock.now();
    const day = wanted && dueDay(wanted, mailedOn, now, timeZone);
    if (!wanted || day === undefined) return undefined;
    const first = lastWorkday(day, wanted.workdays);
    const [firstBefore, dayWeekBefore] = [dayBefore(first, 7), dayBefore(day, 7)];
    /** The events of the days until the last instant before a day. */
    const eventsOf = (from: string, before: string) => {
      const end = new Date(startOfDay(timeZone, before).getTime() - 1);
      return ledger.dailyActivity.between(startOfDay(timeZone, from), end, maxEvents);
    };
    const [events, weekBefore, awaited, overdue, paused, tasks] = await Promise.all([
      eventsOf(first, day),
      eventsOf(firstBefore, dayWeekBefore),
      ledger.orders.late(farFuture, maxAwaited),
      ledger.orders.late(now, maxAwaited),
      pausedQueues(ledger),
      tasksOf(situation, ledger),
    ]);
    const more = awaited.length >= maxAwaited ? 'more than ' : '';
    const text = [
      `${stack}, ${day} (${timeZone})`,
      '',
      ...figureLines([
        { period: periodOf(first, day), ...figuresOf(events) },
        { period: periodOf(firstBefore, dayWeekBefore), ...figuresOf(weekBefore) },
      ]),
      '',
      ...waitingLines({ awaited: `${more}${awaited.length}`, overdue, paused, situation, timeZone }),
      ...peopleLines(tasks, `--stack ${shellWord(stack)}`),
    ];
    return { day, content: { subject: `${stack}: ${periodOf(first, day)}`, text: `${text.join('\n')}\n` } };
  };
}

/** The workday before a day: on a Monday the mail is about Friday and the days since. */
function lastWorkday(day: string, workdays: readonly Weekday[]): string {
  let before = dayBefore(day);
  while (!workdays.includes(weekdayOf(before))) before = dayBefore(before);
  return before;
}

function periodOf(first: string, today: string): string {
  const last = dayBefore(today);
  return first === last ? first : `${first} to ${last}`;
}

async function pausedQueues({ pauses }: Pick<Ledger, 'pauses'>) {
  const read = await Promise.all(
    queueNames.map(async (queue) => ({ queue, ...(await pauses.of(consumerOf[queue])) })),
  );
  return read.flatMap(({ queue, since }) => (since === undefined ? [] : queue));
}

/** What each person must see to, by the causes. What ends by itself, and what is overdue, is told with what waits. */
async function tasksOf({ troubles }: Situation, { concerns }: Pick<Ledger, 'concerns'>): Promise<Tasks[]> {
  const ofPeople = troubles.filter(({ kind }) => !['partner-down', 'overdue', 'waiting'].includes(kind));
  const byWho = Map.groupBy(ofPeople, ({ cause }) => remedies[cause ?? 'internal-error'].who);
  const toldOf = async ({ noted, kind, partner, cause }: SeenTrouble) => {
    const facts = noted && (await concerns.facts(noted.key));
    const [order = '', why = headlineOf(kind, partner, cause, 1)] = [facts?.order, facts?.reason];
    return { order: oneLine(order, 200), why: oneLine(why, 160) };
  };
  return Promise.all(
    [...byWho].map(async ([who, theirs]) => {
      const told = await Promise.all(theirs.slice(0, maxTold).map(toldOf));
      return { who, count: theirs.length, told };
    }),
  );
}

function weekdayOf(day: string): Weekday {
  // The first of January 1970 was a Thursday.
  const name = weekdays[(Math.floor(Date.parse(day) / 86_400_000) + 3) % 7];
  if (name === undefined) throw new Error(`${day} is no day since 1970.`);
  return name;
}

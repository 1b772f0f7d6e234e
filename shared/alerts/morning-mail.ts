import type { Ledger } from '../ledger/ledger.ts';
import type { DayEvent } from '../ledger/records/events.ts';
import { consumerOf, queueNames } from '../model/queues.ts';
import { oneLine } from '../model/text.ts';
import { dayBefore, dayIn, localTime, startOfDay } from '../model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { shellWord } from '../platform/shell-word.ts';
import { type DigestFlows, digestOf, doneOf, maxEvents } from './digest.ts';
import { openLines } from './digest-lines.ts';
import { type Weekday, weekdays } from './names.ts';
import type { Situation } from './read-situation.ts';
import { remedies } from './words.ts';

/** When the plant wants its mail, on its own clock. */
export interface MorningMail {
  /** `06:30`. */
  readonly at: string;
  readonly workdays: readonly Weekday[];
}

export interface MorningMailDependencies {
  readonly ledger: Pick<Ledger, 'dailyActivity' | 'orders' | 'deadLetters' | 'journeys' | 'pauses'>;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly stack: string;
  readonly morningMail: MorningMail | undefined;
}

/** The mail of a day, for the outbox. */
export interface DueMail {
  /** The plant's day that it is for: it is written once. */
  readonly day: string;
  readonly content: { readonly subject: string; readonly text: string };
}

/**
 * The plant's day whose mail is due, and was not written: from its hour on, on its workdays.
 *
 * The run of every five minutes asks, instead of a schedule of its own: Scheduler leaves out a time that does not exist
 * on the day on which summer time begins, and this catches up with a run that was missed. In autumn the hour that comes
 * twice is the same day, so it is one mail.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function dueDay(
  { at, workdays }: MorningMail,
  mailedOn: string | undefined,
  now: Date,
  timeZone: string,
): string | undefined {
  const day = dayIn(timeZone, now);
  const time = localTime(now, timeZone).slice(11, 16);
  return day !== mailedOn && time >= at && workdays.includes(weekdayOf(day)) ? day : undefined;
}

/** @returns Undefined while none is due. */
export async function morningMail(
  mailedOn: string | undefined,
  situation: Situation,
  dependencies: MorningMailDependencies,
): Promise<DueMail | undefined> {
  const { morningMail: wish, ledger, clock, timeZone, stack } = dependencies;
  const now = clock.now();
  const day = wish && dueDay(wish, mailedOn, now, timeZone);
  if (!wish || day === undefined) return undefined;
  const first = lastWorkday(day, wish.workdays);
  const begins = (on: string) => startOfDay(timeZone, on);
  // The last instant that is not today's.
  const until = new Date(begins(day).getTime() - 1);
  const [digest, weekBefore] = await Promise.all([
    digestOf(begins(first), { ledger, flows: () => flowsOf(situation, ledger), now, until }),
    ledger.dailyActivity
      .between(begins(dayBefore(first, 7)), new Date(begins(dayBefore(day, 7)).getTime() - 1), maxEvents)
      .then(figuresOf),
  ]);
  const text = [
    `${stack}, ${day} (${timeZone})`,
    '',
    ...comparison(
      {
        ...digest,
        putAside: digest.deadLettered.count,
        changed: digest.conflicts.count + digest.cancelled.length,
      },
      weekBefore,
      [periodOf(first, day), periodOf(dayBefore(first, 7), dayBefore(day, 7))],
    ),
    '',
    ...openLines(digest, { where: `--stack ${shellWord(stack)}`, timeZone }).map((line) => line.text),
    ...forWhom(situation),
  ];
  return { day, content: { subject: `${stack}: ${periodOf(first, day)}`, text: `${text.join('\n')}\n` } };
}

/** The workday before, so that a Monday tells of Friday and of the days since. */
function lastWorkday(day: string, workdays: readonly Weekday[]): string {
  let before = dayBefore(day);
  while (!workdays.includes(weekdayOf(before))) before = dayBefore(before);
  return before;
}

function periodOf(first: string, today: string): string {
  const last = dayBefore(today);
  return first === last ? first : `${first} to ${last}`;
}

interface Figures {
  readonly created: number;
  readonly booked: number;
  readonly putAside: number;
  readonly changed: number;
}

function figuresOf(events: readonly DayEvent[]): Figures {
  const count = (...names: string[]) => events.filter(({ event }) => names.includes(event)).length;
  return {
    ...doneOf(events),
    putAside: count('dead-lettered'),
    changed: count('conflict', 'cancelled in the ERP'),
  };
}

function comparison(now: Figures, then: Figures, heads: readonly [now: string, then: string]): string[] {
  const row = (name: string, ...figures: readonly (string | number)[]) =>
    `${name.padEnd(20)}${figures.map((figure, at) => String(figure).padStart((heads[at]?.length ?? 0) + 2)).join('')}`;
  return [
    row('', ...heads),
    row('Created in Azumuta', now.created, then.created),
    row('Booked in the ERP', now.booked, then.booked),
    row('Put aside', now.putAside, then.putAside),
    row('Changed in the ERP', now.changed, then.changed),
  ];
}

/** What waits for whom, by the cause of each trouble. */
function forWhom({ troubles }: Situation): string[] {
  const ofPeople = troubles.filter(
    ({ kind }) => kind !== 'partner-down' && kind !== 'overdue' && kind !== 'waiting',
  );
  const byWho = Map.groupBy(ofPeople, ({ cause }) => remedies[cause ?? 'internal-error'].who);
  if (byWho.size === 0) return ['For whom  nobody has to see to anything.'];
  return [
    'For whom',
    ...[...byWho].map(([who, theirs]) => `          ${theirs.length} for ${who}: ${namesOf(theirs)}`),
  ];
}

const maxNames = 5;

function namesOf(troubles: Situation['troubles']): string {
  const numbers = troubles.flatMap(({ noted }) => noted?.key.pk.replace(/^ORDER#/, '') ?? []);
  const first = [...new Set(numbers)].slice(0, maxNames).map((number) => oneLine(number, 200));
  return `${first.join(', ')}${troubles.length > maxNames ? ' …' : ''}`;
}

async function flowsOf(
  { counts, partners }: Situation,
  { pauses }: Pick<Ledger, 'pauses'>,
): Promise<DigestFlows> {
  const read = await Promise.all(
    queueNames.map(async (queue) => {
      const { since } = await pauses.of(consumerOf[queue]);
      return [queue, { waiting: counts[queue], underWay: 0, paused: since !== undefined }] as const;
    }),
  );
  return {
    // Made from all names, so every name is a key.
    queues: Object.fromEntries(read) as DigestFlows['queues'],
    partners,
    deadLetters: counts['dead-letters'],
  };
}

function weekdayOf(day: string): Weekday {
  // The first of January 1970 was a Thursday.
  const name = weekdays[(Math.floor(Date.parse(day) / 86_400_000) + 3) % 7];
  if (name === undefined) throw new Error(`${day} is no day since 1970.`);
  return name;
}

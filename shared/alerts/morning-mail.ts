import type { Ledger } from '../ledger/ledger.ts';
import type { DayEvent } from '../ledger/records/events.ts';
import { consumerOf, queueNames } from '../model/queues.ts';
import { oneLine } from '../model/text.ts';
import { dayBefore, dayIn, localTime, startOfDay } from '../model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { shellWord } from '../platform/shell-word.ts';
import { changes, type DigestFlows, digestOf, doneOf, maxEvents } from './digest.ts';
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

export function createMorningMail({
  ledger,
  clock,
  timeZone,
  stack,
  morningMail: wanted,
}: MorningMailDependencies) {
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
    const begins = (on: string) => startOfDay(timeZone, on);
    /** The last instant before a day. */
    const endsBefore = (on: string) => new Date(begins(on).getTime() - 1);
    const flows = () => flowsOf(situation, ledger);
    const [digest, weekBefore] = await Promise.all([
      digestOf(begins(first), endsBefore(day), { ledger, flows, now }),
      ledger.dailyActivity.between(begins(firstBefore), endsBefore(dayWeekBefore), maxEvents),
    ]);
    const changed = digest.conflicts.count + digest.cancelled.length;
    const text = [
      `${stack}, ${day} (${timeZone})`,
      '',
      ...comparison({ ...digest, putAside: digest.deadLettered.count, changed }, figuresOf(weekBefore), [
        periodOf(first, day),
        periodOf(firstBefore, dayWeekBefore),
      ]),
      '',
      ...openLines(digest, { where: `--stack ${shellWord(stack)}`, timeZone }),
      ...linesByPerson(situation),
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
    changed: count(...changes, 'unwanted'),
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

/** Who has to act on how many troubles, by their causes. */
function linesByPerson({ troubles }: Situation): string[] {
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
      return [queue, { waiting: counts[queue], paused: since !== undefined }] as const;
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

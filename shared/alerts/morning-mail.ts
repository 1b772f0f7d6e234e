import { consumerOf, queueNames } from '../model/queues.ts';
import { remedies } from '../model/remedies.ts';
import { shorten } from '../model/text.ts';
import { dayBefore, dayIn, localTime, startOfDay } from '../model/time.ts';
import { shellWord } from '../platform/shell-word.ts';
import type { AlertDependencies } from './dependencies.ts';
import { figureLines, maxAwaited, maxEvents, titled, waitingLines } from './mail-lines.ts';
import { type Weekday, weekdays } from './names.ts';
import type { Situation } from './read-situation.ts';
import { tellTrouble } from './tell-trouble.ts';

/** Later than any order is due. */
const farFuture = new Date('9999-12-31T00:00:00Z');
/** Tasks of a person that are told with their reasons, of so many characters. */
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
  const first = workdayBefore(day, morningMail.workdays);
  // The days since then, and the same a week before; each until the last instant before a day.
  const periods = [0, 7].map(async (earlier) => {
    const [from, before] = [dayBefore(first, earlier), dayBefore(day, earlier)];
    const end = new Date(startOfDay(timeZone, before).getTime() - 1);
    const events = await ledger.dailyActivity.between(startOfDay(timeZone, from), end, maxEvents);
    return { period: periodOf(from, before), events };
  });
  const [figures, awaited, paused, tasks] = await Promise.all([
    Promise.all(periods),
    ledger.orders.late(farFuture, maxAwaited + 1),
    pausedQueues(dependencies),
    taskLines(dependencies, situation),
  ]);
  const text = [
    `${stack}, ${day} (${timeZone})`,
    '',
    ...figureLines(figures),
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

/** On a Monday the mail is about Friday and the days since. */
function workdayBefore(day: string, workdays: readonly Weekday[]): string {
  let before = dayBefore(day);
  while (!isWorkday(before, workdays)) before = dayBefore(before);
  return before;
}

function periodOf(first: string, today: string): string {
  const last = dayBefore(today);
  return first === last ? first : `${first} to ${last}`;
}

async function pausedQueues({ ledger }: AlertDependencies) {
  const pauses = await Promise.all(queueNames.map((queue) => ledger.pauses.of(consumerOf[queue])));
  return queueNames.filter((_, at) => pauses[at]?.since !== undefined);
}

/** What each person must see to, by the causes. What ends by itself, and what is overdue, is told with what waits. */
async function taskLines({ ledger, stack }: AlertDependencies, { troubles }: Situation): Promise<string[]> {
  const ofPeople = troubles.filter(({ kind }) => !['partner-down', 'overdue', 'waiting'].includes(kind));
  if (ofPeople.length === 0) return ['Nobody has to see to anything.'];
  const byWho = Map.groupBy(ofPeople, ({ cause }) => remedies[cause ?? 'internal-error'].who);
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

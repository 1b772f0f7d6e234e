import { localTime } from '../../../../shared/model/time.ts';

/** When a schedule runs: after each of so many milliseconds, or in the minutes that it names. */
export type ScheduleTimes = { readonly everyMs: number } | { readonly isDue: (minute: Date) => boolean };

export const minuteMs = 60_000;

/** setInterval counts in 32 bits, a little under 25 days. */
const maxIntervalMs = 2 ** 31 - 1;

/** EventBridge Scheduler itself has no seconds, but an override of a local run may. */
const rateUnits: Readonly<Record<string, number>> = {
  second: 1000,
  minute: minuteMs,
  hour: 3_600_000,
  day: 86_400_000,
};

interface CronField {
  readonly first: number;
  readonly last: number;
  /** What may stand for the numbers, from `first` on. */
  readonly names?: readonly string[];
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
const cronFields: readonly CronField[] = [
  { first: 0, last: 59 },
  { first: 0, last: 23 },
  { first: 1, last: 31 },
  {
    first: 1,
    last: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { first: 1, last: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
  { first: 1970, last: 2199 },
];

interface ScheduleProperties {
  readonly name: string;
  readonly ScheduleExpression: string;
  /** Of cron(); a rate has none. */
  readonly ScheduleExpressionTimezone?: string | undefined;
}

/** @throws Error that names the schedule, for at(), for a rate that a timer cannot keep, and for a field of cron() in another form. */
export function readTimes(schedule: ScheduleProperties): ScheduleTimes {
  const expression = schedule.ScheduleExpression.trim();
  const [, fields] = /^cron\((.*)\)$/.exec(expression) ?? [];
  if (fields !== undefined) return { isDue: readCron(fields.trim().split(/\s+/), schedule) };
  const [, amount, unit = ''] = /^rate\((\d+) (second|minute|hour|day)s?\)$/.exec(expression) ?? [];
  const everyMs = Number(amount) * (rateUnits[unit] ?? Number.NaN);
  if (everyMs > 0 && everyMs <= maxIntervalMs) return { everyMs };
  throw notSupported(schedule, 'rate(n minutes|hours|days) up to 24 days, and cron()');
}

function readCron(texts: readonly string[], schedule: ScheduleProperties): (minute: Date) => boolean {
  if (texts.length !== cronFields.length)
    throw notSupported(schedule, `cron() of ${cronFields.length} fields, the year last`);
  const fields = cronFields.map((field, at) => readCronField(texts[at] ?? '', field, schedule));
  const { ScheduleExpressionTimezone: timeZone = 'UTC' } = schedule;
  return (minute) => {
    const [year = 0, month = 0, day = 0, hours = 0, minutes = 0] = localTime(minute, timeZone)
      .split(/\D+/)
      .map(Number);
    const dayOfWeek = new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
    const now = [minutes, hours, day, month, dayOfWeek, year];
    return now.every((value, at) => fields[at]?.has(value));
  };
}

/** All values that it means: `*` and `?`, `5`, `MON-FRI`, `0/15`, and lists of those. */
function readCronField(text: string, field: CronField, schedule: ScheduleProperties): ReadonlySet<number> {
  const values = text.split(',').flatMap((part) => {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [from = '', to, ...more] = range.split('-');
    const isAll = from === '*' || from === '?';
    const isOpen = to === undefined && step !== undefined;
    const first = isAll ? field.first : cronValueOf(from, field);
    const ends = isAll || isOpen ? field.last : cronValueOf(to ?? from, field);
    const every = Number(step ?? 1);
    const isKnown = first !== undefined && ends !== undefined && more.length === 0 && every > 0;
    if (!isKnown || first > ends)
      throw notSupported(
        schedule,
        `numbers or names, lists, ranges, steps, * and ? in the fields of cron(), but not ${part}`,
      );
    return Array.from({ length: Math.floor((ends - first) / every) + 1 }, (_, at) => first + at * every);
  });
  return new Set(values);
}

function cronValueOf(text: string, { first, last, names = [] }: CronField): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = named < 0 ? Number(/^\d+$/.exec(text)?.[0]) : named + first;
  return value >= first && value <= last ? value : undefined;
}

function notSupported({ name, ScheduleExpression }: ScheduleProperties, known: string): Error {
  return new Error(`The schedule ${name} runs at ${ScheduleExpression}: local runs know ${known}.`);
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

const datePattern = /^\d{4}-\d\d-\d\d$/;
const zonedInstantPattern =
  /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Whether a text is a calendar date that exists (`2026-02-31` does not). */
export function isDate(text: string): boolean {
  const read = new Date(text);
  // JavaScript takes 31 February for 3 March.
  return datePattern.test(text) && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}

/**
 * An ISO time with a zone as UTC with milliseconds, so that instants can be compared as text: `2026-12-01T06:00:00+01:00`
 * becomes `2026-12-01T05:00:00.000Z`. Undefined when it has no zone, or does not exist.
 */
export function utcInstant(text: string): string | undefined {
  const [, day = ''] = zonedInstantPattern.exec(text) ?? [];
  const read = new Date(text);
  return isDate(day) && !Number.isNaN(read.getTime()) ? read.toISOString() : undefined;
}

/**
 * Whether a text names the time zone of a place, such as `Europe/Brussels`, or `UTC`. Offsets (`+01:00`, `Etc/GMT-1`) and
 * `EST` have no summer time, and other abbreviations are ambiguous: with them, days would be wrong for half of the year.
 */
export function isTimeZone(text: string): boolean {
  if (text !== 'UTC' && !/^(?!etc\/)[a-z_]+\/\w/i.test(text)) return false;
  try {
    calendarOf(text);
    return true;
  } catch {
    // A RangeError: no zone of that name.
    return false;
  }
}

/**
 * The calendar day (`2026-12-01`) in a time zone at an instant, which is a Date or ISO with a zone. A date alone is a day
 * already. Node.js has all of ICU by default, so it knows the zones (nodejs.org/api/intl.html); if one were missing, the
 * check of the configuration would stop a worker before it books.
 * @throws RangeError when there is no such zone or instant.
 * @example
 * dayIn('Europe/Brussels', '2026-12-01T23:30:00Z'); // '2026-12-02'
 */
export function dayIn(timeZone: string, instant: string | Date): string {
  if (typeof instant === 'string' && isDate(instant)) return instant;
  return calendarOf(timeZone).format(new Date(instant)).padStart(10, '0');
}

/** The first instant of a calendar day, which is no midnight where clocks are put forward then. */
export function startOfDay(timeZone: string, day: string): Date {
  // No zone is further from UTC than 14 hours (Kiritimati).
  const midnight = Date.parse(day);
  let [before, reached] = [midnight - 15 * 3_600_000, midnight + 15 * 3_600_000];
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (dayIn(timeZone, new Date(middle)) < day) before = middle;
    else reached = middle;
  }
  return new Date(reached);
}

export function dayBefore(day: string, days = 1): string {
  return dayIn('UTC', new Date(Date.parse(day) - days * 86_400_000));
}

/** `2026-11-24 08:00:01` in a time zone. */
export function localTime(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(at);
}

/** `2026-11-24 08:00` in a time zone. @param at An instant, in ISO where it is a text. */
export function localMinute(at: Date | string, timeZone: string): string {
  return localTime(new Date(at), timeZone).slice(0, -3);
}

/** A duration in the largest unit that fits: `40 s`, `12 min`, `3 h`, `2 d`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** A duration as a sentence says it: `an hour`, `15 minutes`, `13 days`. */
export function durationInWords(seconds: number): string {
  const units = { day: 86_400, hour: 3600, minute: 60 };
  const [name, each] = Object.entries(units).find((unit) => seconds % unit[1] === 0) ?? ['second', 1];
  const count = seconds / each;
  return count === 1 ? `${name === 'hour' ? 'an' : 'a'} ${name}` : `${count} ${name}s`;
}

/** One for each zone, as making one takes longer than all other computing of a booking. */
const calendars = new Map<string, Intl.DateTimeFormat>();

function calendarOf(timeZone: string): Intl.DateTimeFormat {
  // Sweden writes dates as ISO does.
  const calendar =
    calendars.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  calendars.set(timeZone, calendar);
  return calendar;
}

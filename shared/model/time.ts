const date = /^(\d{4})-(\d\d)-(\d\d)$/;
const instant = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Whether a text is a calendar date that exists (`2026-02-31` does not). */
export function isDate(text: string): boolean {
  const [, year, month, day] = (date.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const read = new Date(Date.UTC(year, month - 1, day));
  return read.getUTCMonth() === month - 1 && read.getUTCDate() === day;
}

/**
 * An ISO time with its zone as UTC with milliseconds, so that instants compare as text: `2026-12-01T06:00:00+01:00`
 * is `2026-12-01T05:00:00.000Z`. Undefined when it has no zone, or does not exist.
 */
export function utcInstant(text: string): string | undefined {
  const [, day, hour, minute, second = '0'] = instant.exec(text) ?? [];
  if (day === undefined || !isDate(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const read = new Date(text);
  return Number.isNaN(read.getTime()) ? undefined : read.toISOString();
}

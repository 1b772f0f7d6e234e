import { dayBefore, dayIn, isDate, startOfDay, utcInstant } from '../../../shared/model/time.ts';
import { UsageError } from './command.ts';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A moment as people type it: an ISO time with zone, an ISO date (when that day begins at the plant), `90m`, `24h`,
 * `7d`, `today` or `yesterday` (when they begin at the plant) or `now`.
 * @param timeZone The plant's.
 * @throws UsageError when it is none of these.
 */
export function momentOf(text: string, now: Date, timeZone: string): Date {
  if (text === 'now') return now;
  if (text === 'today') return startOfDay(timeZone, dayIn(timeZone, now));
  if (text === 'yesterday') return startOfDay(timeZone, dayBefore(dayIn(timeZone, now)));
  const [, amount, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined && (unit === 'm' || unit === 'h' || unit === 'd'))
    return new Date(now.getTime() - Number(amount) * unitMs[unit]);
  if (isDate(text)) return startOfDay(timeZone, text);
  const instant = utcInstant(text);
  if (instant !== undefined) return new Date(instant);
  throw new UsageError(
    `"${text}" is no time that is understood: use 2026-12-01T06:00:00Z, 2026-12-01, 90m, 24h, 7d, today or yesterday.`,
  );
}

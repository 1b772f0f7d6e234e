import { UsageError } from './errors.ts';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A moment as people type it: an ISO time with zone, an ISO date (its midnight in this machine's time zone), `90m`,
 * `24h`, `7d`, `yesterday` (its midnight) or `now`.
 * @throws Mistake when it is none of these.
 */
export function momentOf(text: string, now: Date): Date {
  if (text === 'now') return now;
  if (text === 'yesterday' || text === 'today') {
    const days = text === 'yesterday' ? 1 : 0;
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  }
  const [, amount, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined && (unit === 'm' || unit === 'h' || unit === 'd'))
    return new Date(now.getTime() - Number(amount) * unitMs[unit]);
  // A date alone would be midnight in UTC.
  const parsed = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(parsed)) return new Date(parsed);
  throw new UsageError(
    `"${text}" is no time that is understood: use 2026-12-01T06:00:00Z, 2026-12-01, 90m, 24h, 7d, today or yesterday.`,
  );
}

/**
 * SAP tells when an order was created and changed in the time of the system (`AUFK-ERFZEIT`, `AUFK-AEZEIT`): a clock on
 * the wall, without a zone. Where the clocks are put back an hour comes twice; everything here is rounded so that
 * nothing is missed, and something may come again.
 */

/** Longer than any clock is put back or forward. */
const longerThanAnyShift = 3 * 3_600_000;
const day = 24 * 3_600_000;

/** `20261124100000`, the type of LastChangeDateTime: the same order as text and as time. */
export type WallClock = string;

/** The earliest that the clock can show at an instant or later. */
export function earliestWallClock(timeZone: string, instant: string): WallClock {
  const at = Date.parse(instant);
  const offset = Math.min(offsetAt(timeZone, at), offsetAt(timeZone, at + longerThanAnyShift));
  return digitsOf(at + offset);
}

/** The first instant at which the clock shows this, as ISO in UTC; undefined when it is no time. */
export function firstInstant(timeZone: string, wallClock: WallClock): string | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(wallClock);
  if (!parts) return undefined;
  const shown = Date.parse(`${parts.slice(1, 4).join('-')}T${parts.slice(4).join(':')}Z`);
  if (Number.isNaN(shown)) return undefined;
  const possible = [shown - day, shown + day].map((at) => shown - offsetAt(timeZone, at));
  const right = possible.filter((at) => at + offsetAt(timeZone, at) === shown);
  // The clock was put forward over it: a moment before.
  return new Date(Math.min(...(right.length > 0 ? right : possible))).toISOString();
}

/** What a clock shows at these milliseconds since 1970, were they counted in its zone. */
export function digitsOf(milliseconds: number): WallClock {
  return new Date(milliseconds).toISOString().slice(0, 19).replace(/\D/g, '');
}

/** Milliseconds by which the zone is ahead of UTC. */
function offsetAt(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.find(({ type }) => type === name)?.value);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

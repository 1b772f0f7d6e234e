import { isDate } from '../model/time.ts';

/** No clock is put forward or back by more, nor twice within it. */
const shiftMs = 3 * 3_600_000;
const localTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/;

/**
 * The instant, as ISO in UTC, of a time by an ERP's own clock, without a zone. For a time that the clock shows twice, or
 * never, it is the earlier of the two possible instants, so that reading on from there misses nothing.
 * @param timeZone IANA zone of the ERP's clock.
 * @param local `2026-12-01 06:00:00`, or with a T; seconds may be absent.
 * @returns undefined when it is no such time.
 * @throws RangeError when there is no such zone.
 * @example
 * instantIn('Europe/Brussels', '2026-12-01 06:00:00'); // '2026-12-01T05:00:00.000Z'
 */
export function instantIn(timeZone: string, local: string): string | undefined {
  const [, day, hour, minute, second = '00'] = localTime.exec(local) ?? [];
  if (day === undefined || !isDate(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const wall = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  // Its offset is that of some hours before or after, by whichever the clock shows it.
  const near = wall - offsetMs(timeZone, wall);
  const candidates = [near - shiftMs, near + shiftMs].map((other) => wall - offsetMs(timeZone, other));
  const shown = candidates.filter((instant) => instant + offsetMs(timeZone, instant) === wall);
  return new Date(Math.min(...(shown.length > 0 ? shown : candidates))).toISOString();
}

/**
 * What the clock on the wall shows at an instant, to the second, or up to an hour less before it is put back: of all
 * that is written from then on, nothing bears an earlier time.
 *
 *   UTC          23:30   0:00   0:30   1:00   1:30   2:00
 *   on the wall   1:30   2:00   2:30   2:00   2:30   3:00      Brussels, 25 October
 *   from there   (0:30)  1:00   1:30   2:00   2:30   3:00
 *
 * @returns `2026-10-25T01:30:00`
 */
export function localTimeFrom(timeZone: string, instant: string): string {
  const at = Date.parse(instant);
  const offset = Math.min(offsetMs(timeZone, at), offsetMs(timeZone, at + shiftMs));
  return new Date(at + offset).toISOString().slice(0, 19);
}

/** An instant as the clock shows it, with its offset from UTC: `2026-10-25T02:30:00+02:00`; to the second. */
export function offsetTimeOf(timeZone: string, instant: string): string {
  const at = Date.parse(instant);
  const offset = offsetMs(timeZone, at);
  const minutes = Math.abs(offset) / 60_000;
  const digits = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${digits(minutes / 60)}:${digits(minutes % 60)}`;
  return `${new Date(at + offset).toISOString().slice(0, 19)}${zone}`;
}

/** Whether the clock is put back within some hours of an instant: times that it shows then do not tell what came first. */
export function isClockPutBackNear(timeZone: string, instant: string): boolean {
  const at = Date.parse(instant);
  return offsetMs(timeZone, at - shiftMs) > offsetMs(timeZone, at + shiftMs);
}

/** Made once for each zone, as making one takes longer than all else here. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall is ahead of UTC at an instant. */
function offsetMs(timeZone: string, instant: number): number {
  const clock = clocks.get(timeZone) ?? clockOf(timeZone);
  clocks.set(timeZone, clock);
  const shown = Object.fromEntries(clock.formatToParts(instant).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second } = shown;
  const wall = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return wall - Math.floor(instant / 1000) * 1000;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

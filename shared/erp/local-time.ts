import { isDate } from '../model/time.ts';

/** No clock is put forward or back by more than this, nor twice within it. */
const shiftMs = 3 * 3_600_000;
const localTimePattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/;

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
  const [, day, hour, minute, second = '00'] = localTimePattern.exec(local) ?? [];
  if (day === undefined || !isDate(day)) return undefined;
  const isOutOfRange = Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59;
  if (isOutOfRange) return undefined;
  const wall = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  // Its offset is the one of some hours before or after: whichever makes the clock show it.
  const near = wall - offsetMs(timeZone, wall);
  const candidates = [near - shiftMs, near + shiftMs].map((other) => wall - offsetMs(timeZone, other));
  const shown = candidates.filter((instant) => instant + offsetMs(timeZone, instant) === wall);
  return new Date(Math.min(...(shown.length > 0 ? shown : candidates))).toISOString();
}

/**
 * The time that a clock shows at an instant, to the second, or up to an hour less before it is put back: nothing that is
 * written from then on has an earlier time.
 *
 *   UTC          23:30   0:00   0:30   1:00   1:30   2:00
 *   clock         1:30   2:00   2:30   2:00   2:30   3:00      Brussels, 25 October
 *   returned     (0:30)  1:00   1:30   2:00   2:30   3:00
 *
 * @returns `2026-10-25T01:30:00`
 */
export function localTimeFrom(timeZone: string, instant: string): string {
  const at = Date.parse(instant);
  const offset = Math.min(offsetMs(timeZone, at), offsetMs(timeZone, at + shiftMs));
  return new Date(at + offset).toISOString().slice(0, 19);
}

/** Whether the clock is put back within some hours of an instant, so that its times do not say what came first. */
export function isClockPutBackNear(timeZone: string, instant: string): boolean {
  const at = Date.parse(instant);
  return offsetMs(timeZone, at - shiftMs) > offsetMs(timeZone, at + shiftMs);
}

/** Made once for each zone, as making one takes longer than everything else here. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** By how much the clock is ahead of UTC at an instant. */
function offsetMs(timeZone: string, instant: number): number {
  // Sweden writes times as ISO does: 2026-10-25 02:30:00.
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  clocks.set(timeZone, clock);
  const shown = Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`);
  return shown - Math.floor(instant / 1000) * 1000;
}

import { instantIn, localTimeFrom } from '../local-time.ts';

/**
 * SAP tells when an order was created and changed in the time of the system (`AUFK-ERFZEIT`, `AUFK-AEZEIT`): a clock on
 * the wall, without a zone. Where the clocks are put back an hour comes twice; everything here is rounded so that
 * nothing is missed, and something may come again.
 */

/** `20261124100000`, the type of LastChangeDateTime: the same order as text and as time. */
export type WallClock = string;

/** The earliest that the clock can show at an instant or later. */
export function earliestWallClock(timeZone: string, instant: string): WallClock {
  return digitsOf(localTimeFrom(timeZone, instant));
}

/** The first instant at which the clock shows this, as ISO in UTC; undefined when it is no time. */
export function firstInstant(timeZone: string, wallClock: WallClock): string | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(wallClock);
  if (!parts) return undefined;
  return instantIn(timeZone, `${parts.slice(1, 4).join('-')} ${parts.slice(4).join(':')}`);
}

/** An ISO time as the clock shows it, without its zone. */
export function digitsOf(time: string): WallClock {
  return time.slice(0, 19).replace(/\D/g, '');
}

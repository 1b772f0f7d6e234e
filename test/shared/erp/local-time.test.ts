import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instantIn, isClockPutBackNear, localTimeFrom } from '../../../shared/erp/local-time.ts';

const brussels = 'Europe/Brussels';
const zones = [
  brussels,
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'UTC',
];

it.each([
  ['2026-12-01 06:00:00', '2026-12-01T05:00:00.000Z'],
  ['2026-07-01T06:00', '2026-07-01T04:00:00.000Z'],
  ['2026-07-01T06:00:07.250', '2026-07-01T04:00:07.000Z'],
  // Shown twice, and not at all: the earlier of the two.
  ['2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25 03:00:00', '2026-10-25T02:00:00.000Z'],
  ['2026-03-29 02:30:00', '2026-03-29T00:30:00.000Z'],
  ['2026-03-29 03:30:00', '2026-03-29T01:30:00.000Z'],
])('reads %s in Brussels as %s', (local, instant) => {
  expect(instantIn(brussels, local)).toBe(instant);
});

it.each([
  '',
  'yesterday',
  '2026-02-31 06:00:00',
  '2026-12-01 24:00:00',
  '2026-12-01T06:00:00Z',
  '2026-12-01',
])('refuses %j, which is no local time', (text) => {
  expect(instantIn(brussels, text)).toBeUndefined();
});

it.each([
  ['2026-12-01T05:00:00.000Z', '2026-12-01T06:00:00'],
  ['2026-07-01T04:00:00.999Z', '2026-07-01T06:00:00'],
  // An hour less before the clock is put back, as it shows from two to three twice.
  ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00'],
  ['2026-10-25T01:30:00.000Z', '2026-10-25T02:30:00'],
  ['2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00'],
])('writes %s in Brussels as %s', (instant, local) => {
  expect(localTimeFrom(brussels, instant)).toBe(local);
});

/** What a clock shows at an instant. */
const onTheWall = (timeZone: string, instant: string) =>
  new Date(instant).toLocaleString('sv-SE', { timeZone }).replace(' ', 'T');

const instants = fc
  .date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

it('returns a time no later than any that a clock shows from then on, in any zone', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), instants, fc.nat(48 * 3600), (zone, since, seconds) => {
      const written = new Date(Date.parse(since) + seconds * 1000).toISOString();
      expect(localTimeFrom(zone, since) <= onTheWall(zone, written)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('reads what it wrote, except in an hour that comes twice', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), instants, (zone, instant) => {
      const read = instantIn(zone, onTheWall(zone, instant)) ?? '';
      const exact = `${instant.slice(0, 19)}.000Z`;
      if (isClockPutBackNear(zone, instant)) expect(read <= exact).toBe(true);
      else expect(read).toBe(exact);
    }),
    { numRuns: 500 },
  );
});

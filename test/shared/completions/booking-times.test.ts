import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextBookingTime } from '../../../shared/completions/booking-times.ts';

const shifts = ['06:00', '14:00', '22:00'];

it.each([
  ['of the same day', 'Europe/Brussels', shifts, '2026-12-01T10:00:00Z', '2026-12-01T13:00:00.000Z'],
  ['of the next day', 'Europe/Brussels', shifts, '2026-12-01T22:30:00Z', '2026-12-02T05:00:00.000Z'],
  [
    'and not the one that has just come',
    'Europe/Brussels',
    shifts,
    '2026-12-01T13:00:00Z',
    '2026-12-01T21:00:00.000Z',
  ],
  [
    'whatever their order',
    'Europe/Brussels',
    ['22:00', '06:00'],
    '2026-12-01T10:00:00Z',
    '2026-12-01T21:00:00.000Z',
  ],
  ['of a day with a single one', 'UTC', ['00:00'], '2026-12-31T00:00:00Z', '2027-01-01T00:00:00.000Z'],
  [
    'which the clock never shows, once it is put forward',
    'Europe/Brussels',
    ['02:30'],
    '2026-03-29T00:00:00Z',
    '2026-03-29T01:00:00.000Z',
  ],
  [
    'which the clock shows twice, the first time',
    'Europe/Brussels',
    ['02:30'],
    '2026-10-24T12:00:00Z',
    '2026-10-25T00:30:00.000Z',
  ],
  [
    'and not the second time',
    'Europe/Brussels',
    ['02:30'],
    '2026-10-25T00:30:00Z',
    '2026-10-26T01:30:00.000Z',
  ],
  [
    'where clocks are put forward at midnight',
    'America/Asuncion',
    ['00:30'],
    '2023-09-30T12:00:00Z',
    '2023-10-01T04:00:00.000Z',
  ],
])('the next time is one %s', (_what, timeZone, at, after, expected) => {
  expect(nextBookingTime({ timeZone, at }, new Date(after)).toISOString()).toBe(expected);
});

const minuteMs = 60_000;
/** Clocks are put back by less. */
const longestShiftMinutes = 180;
const zone = fc.constantFrom(
  'Europe/Brussels',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'UTC',
);
const two = (number: number) => String(number).padStart(2, '0');
const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
/** Around the days on which clocks change, and any other. */
const around = fc.constantFrom(
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '2026-06-15',
);
const minuteOfDay = fc.nat(1439);

it('is the first minute from then on at which the clock reaches a time that it had not reached', () => {
  fc.assert(
    fc.property(
      zone,
      fc.array(time, { minLength: 1, maxLength: 3 }),
      around,
      minuteOfDay,
      (timeZone, at, day, minute) => {
        const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
        const after = new Date(Date.parse(day) + minute * minuteMs);
        const next = nextBookingTime({ timeZone, at }, after);
        // The clock's latest time before each minute: what it shows a second time was reached the first time.
        let reached = clock.format(after.getTime() - longestShiftMinutes * minuteMs);
        let expected: Date | undefined;
        for (let ms = after.getTime() - (longestShiftMinutes - 1) * minuteMs; !expected; ms += minuteMs) {
          const now = clock.format(ms);
          if (now <= reached) continue;
          const days = [reached.slice(0, 10), now.slice(0, 10)];
          const times = days.flatMap((each) => at.map((one) => `${each} ${one}:00`));
          const isReached = times.some((one) => one > reached && one <= now);
          if (isReached && ms > after.getTime()) expected = new Date(ms);
          reached = now;
        }
        expect(next.toISOString()).toBe(expected.toISOString());
      },
    ),
    { numRuns: 60 },
  );
});

import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { dayIn, isDate, isTimeZone, startOfDay, utcInstant } from '../../../shared/model/time.ts';

const instants = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2099-12-31T23:59:59Z'),
  noInvalidDate: true,
});

/** The same moment as it is written in another zone. */
function writtenIn(moment: Date, offsetMinutes: number): string {
  const local = new Date(moment.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, '0');
  const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, '0');
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`;
}

describe('an instant', () => {
  it('is the same text in UTC for every zone in which it was written', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -12 * 60, max: 14 * 60 }), (moment, offset) => {
        expect(utcInstant(writtenIn(moment, offset))).toBe(moment.toISOString());
      }),
    );
  });

  it.each([
    ['2026-12-01T06:00:00+01:00', '2026-12-01T05:00:00.000Z'],
    ['2026-12-01T06:00:00-05:00', '2026-12-01T11:00:00.000Z'],
    ['2026-12-01T00:00:00Z', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T06:00Z', '2026-12-01T06:00:00.000Z'],
    ['2026-12-01T06:00:00.123456Z', '2026-12-01T06:00:00.123Z'],
  ])('%s is %s', (written, utc) => {
    expect(utcInstant(written)).toBe(utc);
  });

  it.each([
    ['without a zone', '2026-12-24T10:00:00'],
    ['on a day that does not exist', '2026-02-31T10:00:00Z'],
    ['at an hour that does not exist', '2026-12-24T24:00:00Z'],
    ['without a time', '2026-12-24'],
    ['in words', 'tomorrow'],
  ])('is undefined %s', (_name, written) => {
    expect(utcInstant(written)).toBeUndefined();
  });
});

describe('a date', () => {
  it.each(['2026-12-24', '2028-02-29'])('%s exists', (written) => expect(isDate(written)).toBe(true));
  it.each(['2026-02-31', '2027-02-29', '2026-13-01', '2026-12-24T10:00:00Z', ''])('%s does not', (written) =>
    expect(isDate(written)).toBe(false),
  );
});

describe('the day in a time zone', () => {
  it.each([
    ['00:30 on 1 December in Brussels', 'Europe/Brussels', '2026-11-30T23:30:00Z', '2026-12-01'],
    ['19:30 on 30 November in New York', 'America/New_York', '2026-12-01T00:30:00Z', '2026-11-30'],
    ['05:29 in Kolkata, where the day is new already', 'Asia/Kolkata', '2026-11-30T23:59:00Z', '2026-12-01'],
    ['23:59 in Kolkata', 'Asia/Kolkata', '2026-11-30T18:29:00Z', '2026-11-30'],
    ['the last minute of summer time in Brussels', 'Europe/Brussels', '2026-10-24T21:59:00Z', '2026-10-24'],
    ['midnight, hours before the clocks go back', 'Europe/Brussels', '2026-10-24T22:00:00Z', '2026-10-25'],
    ['midnight, a day after they went back', 'Europe/Brussels', '2026-10-25T23:00:00Z', '2026-10-26'],
    ['New Year on Kiritimati', 'Pacific/Kiritimati', '2026-12-31T10:00:00Z', '2027-01-01'],
    ['midnight of a summer night in Auckland', 'Pacific/Auckland', '2027-01-09T11:00:00Z', '2027-01-10'],
    ['a time with another zone', 'Europe/Brussels', '2026-12-01T04:30:00+05:30', '2026-12-01'],
    ['the year 1', 'UTC', '0001-01-01T00:00:00Z', '0001-01-01'],
    ['a leap day that only the Julian calendar has', 'UTC', '1500-03-01T00:00:00Z', '1500-03-01'],
    ['the last day of four digits', 'America/New_York', '9999-12-31T23:59:59Z', '9999-12-31'],
    ['a date, which is a day already', 'America/New_York', '2026-12-01', '2026-12-01'],
  ])('is counted there: %s', (_name, timeZone, instant, day) => {
    expect(dayIn(timeZone, instant)).toBe(day);
  });

  it('is the day of the ISO text in UTC, and as a Date', () => {
    fc.assert(
      fc.property(instants, (moment) => {
        expect(dayIn('UTC', moment)).toBe(moment.toISOString().slice(0, 10));
        expect(dayIn('UTC', moment.toISOString())).toBe(dayIn('UTC', moment));
      }),
    );
  });

  it('is computed without making a new calendar each time', () => {
    const make = vi.spyOn(Intl, 'DateTimeFormat');
    onTestFinished(() => make.mockRestore());

    for (const day of [1, 2, 3]) dayIn('Pacific/Chatham', `2026-12-0${day}T06:00:00Z`);

    expect(make).toHaveBeenCalledTimes(1);
  });

  it('begins at the first instant of that day, also where the clocks change at midnight', () => {
    const zones = ['Europe/Brussels', 'America/New_York', 'Asia/Kolkata', 'Africa/Cairo', 'UTC'];
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (moment, timeZone) => {
        const day = dayIn(timeZone, moment);
        const start = startOfDay(timeZone, day);
        expect(dayIn(timeZone, start)).toBe(day);
        expect(dayIn(timeZone, new Date(start.getTime() - 1)) < day).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['Europe/Brussels', '2026-12-01', '2026-11-30T23:00:00.000Z'],
    ['Europe/Brussels', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Brussels', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    // 00:00 there is 01:00 at once.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    ['America/New_York', '2026-12-01', '2026-12-01T05:00:00.000Z'],
    ['Pacific/Kiritimati', '2027-01-01', '2026-12-31T10:00:00.000Z'],
    // Summer time, more than 12 hours ahead.
    ['Pacific/Auckland', '2027-01-10', '2027-01-09T11:00:00.000Z'],
    ['Pacific/Pago_Pago', '2027-01-10', '2027-01-10T11:00:00.000Z'],
  ])('begins in %s, on %s, at %s', (timeZone, day, instant) => {
    expect(startOfDay(timeZone, day).toISOString()).toBe(instant);
  });
});

describe('a time zone', () => {
  it.each(['Europe/Brussels', 'UTC', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires'])('may be %s', (name) =>
    expect(isTimeZone(name)).toBe(true),
  );
  it.each(['Brussels', 'Europe/Nowhere', '+01:00', 'Etc/GMT-1', 'EST', 'CET', 'Local', ''])(
    'is not "%s"',
    (name) => expect(isTimeZone(name)).toBe(false),
  );
});

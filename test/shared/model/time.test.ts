import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDate, utcInstant } from '../../../shared/model/time.ts';

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
  it('is the same text in UTC, whatever zone it was written in', () => {
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
  ])('is none %s', (_name, written) => {
    expect(utcInstant(written)).toBeUndefined();
  });
});

describe('a date', () => {
  it.each(['2026-12-24', '2028-02-29'])('%s exists', (written) => expect(isDate(written)).toBe(true));
  it.each(['2026-02-31', '2027-02-29', '2026-13-01', '2026-12-24T10:00:00Z', ''])('%s does not', (written) =>
    expect(isDate(written)).toBe(false),
  );
});

import { describe, expect, it } from 'vitest';
import { earliestWallClock, firstInstant } from '../../../../shared/erp/sap-s4hana/records.ts';

describe('an instant of the time that a clock shows', () => {
  it.each([
    ['in UTC', 'UTC', '20261130200000', '2026-11-30T20:00:00.000Z'],
    ['west of it', 'America/New_York', '20261130200000', '2026-12-01T01:00:00.000Z'],
    ['half an hour beside it', 'Asia/Kolkata', '20260601053000', '2026-06-01T00:00:00.000Z'],
    ['in summer', 'Europe/Brussels', '20260701120000', '2026-07-01T10:00:00.000Z'],
    ['in winter', 'Europe/Brussels', '20260101120000', '2026-01-01T11:00:00.000Z'],
    [
      'in the hour that comes twice: the first',
      'Europe/Brussels',
      '20261025023000',
      '2026-10-25T00:30:00.000Z',
    ],
    ['just behind it', 'Europe/Brussels', '20261025030000', '2026-10-25T02:00:00.000Z'],
    ['in the hour that is left out: before', 'Europe/Brussels', '20260329023000', '2026-03-29T00:30:00.000Z'],
    ['long ago', 'Europe/Brussels', '19700101000000', '1969-12-31T23:00:00.000Z'],
    ['of no day', 'Europe/Brussels', '20261301000000', undefined],
    ['of no time', 'UTC', '/Date(0)/', undefined],
  ])('%s', (_, timeZone, shown, instant) => {
    expect(firstInstant(timeZone, shown)).toBe(instant);
  });
});

describe('the earliest that a clock can show from an instant on', () => {
  it.each([
    ['in UTC', 'UTC', '2026-11-30T20:00:00.000Z', '20261130200000'],
    ['west of it', 'America/New_York', '2026-12-01T01:00:00.000Z', '20261130200000'],
    ['before the clock is put back', 'Europe/Brussels', '2026-10-25T00:50:00.000Z', '20261025015000'],
    ['once it was', 'Europe/Brussels', '2026-10-25T01:10:00.000Z', '20261025021000'],
    ['before it is put forward', 'Europe/Brussels', '2026-03-29T00:50:00.000Z', '20260329015000'],
  ])('%s', (_, timeZone, instant, shown) => {
    expect(earliestWallClock(timeZone, instant)).toBe(shown);
  });

  it('is never after a later time on the clock, on the day when it is put back', () => {
    const minutes = [...Array(300).keys()].map(
      (minute) => Date.parse('2026-10-24T23:00:00Z') + minute * 60_000,
    );
    const shown = minutes.map((at) =>
      new Date(at).toLocaleString('sv-SE', { timeZone: 'Europe/Brussels' }).replace(/\D/g, ''),
    );

    for (const [from, at] of minutes.entries()) {
      const earliest = earliestWallClock('Europe/Brussels', new Date(at).toISOString());
      expect(
        shown.slice(from).every((later) => later >= earliest),
        new Date(at).toISOString(),
      ).toBe(true);
    }
  });
});

import { expect, it } from 'vitest';
import { earliestWallClock, firstInstant } from '../../../../shared/erp/sap-s4hana/records.ts';

// How zones shift a clock is tested in local-time.test.ts.

it.each([
  ['west of UTC', 'America/New_York', '20261130200000', '2026-12-01T01:00:00.000Z'],
  ['in the hour that a clock shows twice', 'Europe/Brussels', '20261025023000', '2026-10-25T00:30:00.000Z'],
  ['long ago', 'Europe/Brussels', '19700101000000', '1969-12-31T23:00:00.000Z'],
  ['of no day', 'Europe/Brussels', '20261301000000', undefined],
  ['of no time', 'UTC', '/Date(0)/', undefined],
])('reads a time that SAP shows %s', (_, timeZone, shown, instant) => {
  expect(firstInstant(timeZone, shown)).toBe(instant);
});

it.each([
  ['west of UTC', 'America/New_York', '2026-12-01T01:00:00.000Z', '20261130200000'],
  ['before the clock is put back', 'Europe/Brussels', '2026-10-25T00:50:00.000Z', '20261025015000'],
])('writes the earliest time that SAP can show from an instant on, %s', (_, timeZone, instant, shown) => {
  expect(earliestWallClock(timeZone, instant)).toBe(shown);
});

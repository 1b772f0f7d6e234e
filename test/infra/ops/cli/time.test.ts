import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { momentOf } from '../../../../infra/ops/cli/command.ts';
import { localTime } from '../../../../shared/model/time.ts';

const now = '2026-11-24T08:00:00.000Z';

// The clock of the machine does not matter.
beforeEach(() => void vi.stubEnv('TZ', 'Asia/Kolkata'));
afterEach(() => void vi.unstubAllEnvs());

it.each([
  ['2026-12-01T06:00:00Z', '2026-12-01T06:00:00.000Z'],
  ['2026-12-01T06:00:00+01:00', '2026-12-01T05:00:00.000Z'],
  ['90m', '2026-11-24T06:30:00.000Z'],
  ['24h', '2026-11-23T08:00:00.000Z'],
  ['7d', '2026-11-17T08:00:00.000Z'],
  ['now', now],
  // Days begin at the plant's midnight.
  ['2026-12-01', '2026-11-30T23:00:00.000Z'],
  ['today', '2026-11-23T23:00:00.000Z'],
  ['yesterday', '2026-11-22T23:00:00.000Z'],
])('understands "%s" as a moment', (text, instant) => {
  expect(momentOf(text, new Date(now), 'Europe/Brussels').toISOString()).toBe(instant);
});

it.each([
  ['after its midnight', 'Europe/Brussels', '2026-11-30T23:30:00Z', '2026-11-29T23:00:00.000Z'],
  ['before its midnight', 'America/New_York', '2026-12-01T00:30:00Z', '2026-11-29T05:00:00.000Z'],
  ['when it had 25 hours', 'Europe/Brussels', '2026-10-26T09:00:00Z', '2026-10-24T22:00:00.000Z'],
  ['when it had 23 hours', 'Europe/Brussels', '2026-03-30T09:00:00Z', '2026-03-28T23:00:00.000Z'],
])('understands yesterday, %s, in %s', (_, timeZone, at, instant) => {
  expect(momentOf('yesterday', new Date(at), timeZone).toISOString()).toBe(instant);
});

it.each(['last tuesday', '24', '-1h', '2026-13-01', '2026-12-01T06:00', ''])('refuses "%s"', (text) => {
  expect(() => momentOf(text, new Date(now), 'UTC')).toThrow('is not a time');
});

it('shows a time on the clock of the plant', () => {
  expect(localTime(new Date(now), 'America/New_York')).toBe('2026-11-24 03:00:00');
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { momentOf } from '../../../../infra/ops/cli/command.ts';

// The clock of the machine does not matter.
beforeEach(() => void vi.stubEnv('TZ', 'Asia/Kolkata'));
afterEach(() => void vi.unstubAllEnvs());

it.each([
  ['2026-12-01T06:00:00Z', '2026-12-01T06:00:00.000Z'],
  ['2026-12-01T06:00:00+01:00', '2026-12-01T05:00:00.000Z'],
  // A day begins at the plant's midnight.
  ['2026-12-01', '2026-11-30T23:00:00.000Z'],
])('understands "%s" as a moment', (text, instant) => {
  expect(momentOf(text, 'Europe/Brussels').toISOString()).toBe(instant);
});

it.each(['last tuesday', '24h', 'today', '2026-13-01', '2026-12-01T06:00', ''])('refuses "%s"', (text) => {
  expect(() => momentOf(text, 'UTC')).toThrow('is not a time');
});

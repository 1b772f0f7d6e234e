import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { momentOf } from '../../../../infra/ops/cli/time.ts';

const now = new Date('2026-11-24T08:00:00.000Z');

describe('a moment may be typed as', () => {
  it.each([
    ['2026-12-01T06:00:00Z', '2026-12-01T06:00:00.000Z'],
    ['2026-12-01T06:00:00+01:00', '2026-12-01T05:00:00.000Z'],
    ['90m', '2026-11-24T06:30:00.000Z'],
    ['24h', '2026-11-23T08:00:00.000Z'],
    ['7d', '2026-11-17T08:00:00.000Z'],
    ['now', '2026-11-24T08:00:00.000Z'],
    // Days begin at midnight here, not in UTC.
    ['2026-12-01', '2026-11-30T23:00:00.000Z'],
    ['today', '2026-11-23T23:00:00.000Z'],
    ['yesterday', '2026-11-22T23:00:00.000Z'],
  ])('%s', (text, instant) => {
    vi.stubEnv('TZ', 'Europe/Brussels');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(momentOf(text, now).toISOString()).toBe(instant);
  });

  it.each(['last tuesday', '24', '-1h', '2026-13-01', ''])('but not as "%s"', (text) => {
    expect(() => momentOf(text, now)).toThrow('is no time that is understood');
  });
});

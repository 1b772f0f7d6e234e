import { describe, expect, it } from 'vitest';
import { readTimes } from '../../../../../infra/local/emulator/lambda/schedule-times.ts';

const timesOf = (ScheduleExpression: string, ScheduleExpressionTimezone?: string) =>
  readTimes({ name: 'pull', ScheduleExpression, ScheduleExpressionTimezone });

describe('a schedule', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(1 day)', 86_400_000],
    ['rate(15 seconds)', 15_000],
  ])('at %s runs each %d ms', (expression, everyMs) => {
    expect(timesOf(expression)).toEqual({ everyMs });
  });

  it.each([
    ['cron(0 7 * * ? *)', ['2026-12-05T07:00:00Z'], ['2026-12-05T07:01:00Z', '2026-12-05T08:00:00Z']],
    // The 4th is a Friday.
    [
      'cron(0/10 * ? * MON-FRI *)',
      ['2026-12-04T23:50:00Z'],
      ['2026-12-05T00:00:00Z', '2026-12-04T23:55:00Z'],
    ],
    [
      'cron(5,35 8-17 ? DEC 2,6 2026)',
      ['2026-12-04T17:35:00Z'],
      ['2026-12-03T17:35:00Z', '2027-12-03T17:35:00Z'],
    ],
    ['cron(0 0 31 12 ? *)', ['2026-12-31T00:00:00Z'], ['2026-12-30T00:00:00Z']],
    ['cron(10-50/20 * * * ? *)', ['2026-12-31T00:30:00Z'], ['2026-12-31T00:20:00Z']],
  ])('at %s is due in its minutes alone', (expression, due, others) => {
    const times = timesOf(expression);
    const isDue = (at: string) => 'isDue' in times && times.isDue(new Date(at));
    expect(due.filter(isDue)).toEqual(due);
    expect(others.filter(isDue)).toEqual([]);
  });

  it('is due by the clock of its time zone', () => {
    const times = timesOf('cron(30 0 ? * MON *)', 'Europe/Brussels');
    const isDue = (at: string) => 'isDue' in times && times.isDue(new Date(at));
    expect(isDue('2026-12-06T23:30:00Z')).toBe(true);
    expect(isDue('2026-12-07T00:30:00Z')).toBe(false);
  });

  it.each([
    ['at(2026-12-05T07:00:00)', 'rate(n minutes|hours|days)'],
    ['rate(0 minutes)', 'rate(n minutes|hours|days)'],
    ['rate(60 days)', 'up to 24 days'],
    ['cron(0 7 * * ?)', 'cron() of 6 fields, the year last'],
    ['cron(0 7 ? * 6L *)', 'but not 6L'],
    ['cron(0 7 15W * ? *)', 'but not 15W'],
    ['cron(0 7 ? * 2#1 *)', 'but not 2#1'],
    ['cron(60 7 * * ? *)', 'but not 60'],
    ['cron(0/0 7 * * ? *)', 'but not 0/0'],
    ['cron(0 17-8 * * ? *)', 'but not 17-8'],
    ['cron(0 7-8-9 * * ? *)', 'but not 7-8-9'],
  ])('at %s is refused by name, with what is known', (expression, known) => {
    expect(() => timesOf(expression)).toThrow(`The schedule pull runs at ${expression}: local runs know `);
    expect(() => timesOf(expression)).toThrow(known);
  });
});

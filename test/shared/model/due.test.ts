import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueDayOf, dueStateOf, overdueAt } from '../../../shared/model/due.ts';
import { dayBefore, dayIn } from '../../../shared/model/time.ts';

const zones = [
  'UTC',
  'Europe/Brussels',
  'Pacific/Auckland',
  'Pacific/Honolulu',
  'Pacific/Kiritimati',
] as const;

describe('an order is late from the end of the plant’s due day on', () => {
  it.each([
    ['in UTC', '2026-11-26', 'UTC', 24, '2026-11-27T00:00:00.000Z'],
    ['at UTC+13', '2026-11-26', 'Pacific/Auckland', 24, '2026-11-26T11:00:00.000Z'],
    ['at UTC-10', '2026-11-26', 'Pacific/Honolulu', 24, '2026-11-27T10:00:00.000Z'],
    ['on a day of 23 hours', '2026-03-29', 'Europe/Brussels', 24, '2026-03-29T22:00:00.000Z'],
    ['on a day of 25 hours', '2026-10-25', 'Europe/Brussels', 24, '2026-10-25T23:00:00.000Z'],
    [
      'an instant, by its day at the plant',
      '2026-11-26T23:30:00Z',
      'Europe/Brussels',
      24,
      '2026-11-27T23:00:00.000Z',
    ],
    ['an instant of another zone', '2026-11-27T01:00:00+02:00', 'UTC', 24, '2026-11-27T00:00:00.000Z'],
    ['no earlier with less grace', '2026-11-26', 'UTC', 0, '2026-11-27T00:00:00.000Z'],
    ['three days later with three more days of grace', '2026-11-26', 'UTC', 96, '2026-11-30T00:00:00.000Z'],
  ])('%s', (_, dueDate, timeZone, graceHours, at) => {
    expect(overdueAt({ dueDate }, { timeZone, graceHours })?.toISOString()).toBe(at);
  });

  it.each([undefined, '', 'soon', '2026-02-31', '2026-11-26T10:00:00', '26.11.2026'])(
    'and never where %o is no date',
    (dueDate) => {
      const terms = { timeZone: 'UTC', graceHours: 24 };
      expect(overdueAt({ dueDate }, terms)).toBeUndefined();
      expect(dueStateOf({ dueDate }, { at: new Date('2099-01-01'), ...terms })).toBe('not due');
    },
  );

  it('and not a moment earlier: until then it is due today, or its grace lasts', () => {
    const instants = fc.date({
      min: new Date('2026-01-01'),
      max: new Date('2027-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        instants,
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 200 }),
        (due, timeZone, graceHours) => {
          const terms = { timeZone, graceHours };
          const dueDate = due.toISOString();
          const late = overdueAt({ dueDate }, terms) ?? new Date(Number.NaN);
          const before = new Date(late.getTime() - 1);
          const day = dueDayOf({ dueDate }, timeZone);
          expect(dueStateOf({ dueDate }, { at: late, ...terms })).toBe('late');
          const isOnDay = dayIn(timeZone, before) === day;
          expect(dueStateOf({ dueDate }, { at: before, ...terms })).toBe(isOnDay ? 'due today' : 'not due');
          if (graceHours <= 24) expect(isOnDay).toBe(true);
          expect(dueStateOf({ dueDate: day }, { at: due, ...terms })).toBe('due today');
          expect(dueStateOf({ dueDate: dayBefore(day ?? '', -1) }, { at: due, ...terms })).toBe('not due');
        },
      ),
    );
  });
});

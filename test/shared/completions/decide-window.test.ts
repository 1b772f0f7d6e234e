import { expect, it } from 'vitest';
import {
  type DueWindowFacts,
  decideWindow,
  partsInNoBooking,
  windowStateOf,
} from '../../../shared/completions/decide-window.ts';
import type { CompletedPart } from '../../../shared/ledger/records/erp-orders.ts';
import { bookingEntry } from './booking-facts.ts';

const times = { timeZone: 'Europe/Brussels', at: ['06:00', '14:00', '22:00'] };
const twoInTheAfternoon = new Date('2026-11-24T13:00:00Z');
const after = (seconds: number) => new Date(twoInTheAfternoon.getTime() + 1000 * seconds);
const window = { since: after(-7200), dueAt: twoInTheAfternoon.getTime() };
const part = { index: 2, productOrderId: 'id2', number: 'MO/1/2' };
const bookedAt = (readAt: Date) => [bookingEntry({ readAt })];

const facts = (given: Partial<DueWindowFacts>): DueWindowFacts => ({
  times,
  window,
  bookings: [],
  parts: [part],
  hasDeadLetter: false,
  now: after(60),
  ...given,
});

it.each<[string, Partial<DueWindowFacts>, string]>([
  ['is none where the plant has no times', { times: undefined as never }, 'none'],
  ['is open before the next time', { now: after(-60) }, 'open'],
  ['is due from then on', { now: twoInTheAfternoon }, 'due'],
  ['is due for a clock that is a little late', { now: after(-4) }, 'due'],
  ['is open while no part has begun one', { window: undefined }, 'open'],
  ['is open where parts were booked at that time', { bookings: bookedAt(after(5)) }, 'open'],
  ['is due where parts were booked before', { bookings: bookedAt(after(-60)) }, 'due'],
  [
    'is due where others could not be read in time for that booking',
    { bookings: [bookingEntry({ readAt: after(5), othersFollow: true })] },
    'due',
  ],
  [
    'does not mind when a later recording was booked',
    { bookings: [bookingEntry({ readAt: after(5), kind: 'amendment' })] },
    'due',
  ],
  ['follows the times of the plant as they are now', { times: { ...times, at: ['12:30'] } }, 'due'],
  ['follows later ones, too', { times: { ...times, at: ['22:00'] } }, 'open'],
])('a window %s', (_what, given, state) => {
  expect(windowStateOf(facts(given))).toBe(state);
});

const inWords = (given: Partial<DueWindowFacts>) => {
  const decision = decideWindow(facts(given));
  if (decision.to === 'put off') return `put off until ${decision.until.toISOString()}`;
  if (decision.to !== 'send a hint') return decision.to;
  const { about, putOffUntil } = decision;
  return `hint about ${about.number}${putOffUntil ? `, put off until ${putOffUntil.toISOString()}` : ''}`;
};

it.each<[string, Partial<DueWindowFacts>, string]>([
  ['that has ended since is skipped', { window: undefined }, 'skip'],
  ['whose parts are all booked ends', { parts: [] }, 'end'],
  [
    'of a plant with other times waits for the next of them',
    { times: { ...times, at: ['22:00'] } },
    'put off until 2026-11-24T21:00:00.000Z',
  ],
  ['has one of its parts asked about', {}, 'hint about MO/1/2'],
  [
    'has it asked about again, and then an hour later',
    { now: after(301) },
    'hint about MO/1/2, put off until 2026-11-24T14:05:01.000Z',
  ],
  [
    'of an order with a dead letter is asked about once for each time',
    { hasDeadLetter: true },
    'hint about MO/1/2, put off until 2026-11-24T21:00:00.000Z',
  ],
  [
    'of an order whose dead letter came of that hint waits for the next time',
    { hasDeadLetter: true, now: after(301) },
    'put off until 2026-11-24T21:00:00.000Z',
  ],
])('a due window %s', (_what, given, decided) => {
  expect(inWords(given)).toBe(decided);
});

it('has the parts that are completed and in no booking, of which none is wanted once enough are booked', () => {
  const noted = [1, 2, 3, 4].map((index): CompletedPart => ({ index, productOrderId: `id${index}` }));
  const known = { completed: new Map(noted.map((one) => [one.index, one])), ended: new Set([4]) };
  const left = (of: number, booked: readonly number[]) => {
    const split = { number: 'MO/1', of, book: 'when-all-done' } as const;
    const { toBook, surplus } = partsInNoBooking(known, split, new Set(booked));
    return { toBook: toBook.map(({ number }) => number), surplus: surplus.map(({ number }) => number) };
  };
  expect(left(6, [1])).toEqual({ toBook: ['MO/1/2', 'MO/1/3'], surplus: [] });
  expect(left(2, [1, 3])).toEqual({ toBook: [], surplus: ['MO/1/2'] });
  expect(left(3, [1, 2, 3])).toEqual({ toBook: [], surplus: [] });
});

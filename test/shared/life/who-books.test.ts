import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import { decideWhoBooks, isOlderThanItsOrder } from '../../../shared/life/who-books.ts';
import { orderEntry } from '../completions/booking-facts.ts';

const liveFrom = '2027-01-11T05:00:00.000Z';
const typed = { liveFrom, createdAt: undefined };

it.each([
  ['a millisecond before', '2027-01-11T04:59:59.999Z', 'people'],
  ['at the instant', '2027-01-11T05:00:00.000Z', 'us'],
  ['before, in another zone', '2027-01-11T06:59:59.999+02:00', 'people'],
  ['at the instant, in another zone', '2027-01-11T07:00:00+02:00', 'us'],
  ['on a day that has surely ended before', '2027-01-09', 'people'],
  ['on a day that may end after it', '2027-01-10', 'unclear'],
  ['on a day that has surely begun since', '2027-01-12', 'us'],
  ['at a local time that is before in any zone', '2027-01-10T14:59:59', 'people'],
  ['at a local time that is before in most zones', '2027-01-10T15:00:00', 'unclear'],
  ['at a local time that is since then in any zone', '2027-01-11T19:00:00', 'us'],
  ['at no time that is known', undefined, 'unclear'],
] as const)('decides who books what was completed %s', (_, completedAt, then) => {
  expect(decideWhoBooks({ completedAt }, typed)).toBe(then);
});

it.each([
  ['2027-01-11T05:00:00.000Z', 'us'],
  ['2027-01-11T04:59:59.999Z', 'unclear'],
] as const)('goes by when we have created it, where Azumuta says no time: %s', (createdAt, then) => {
  expect(decideWhoBooks({}, { liveFrom, createdAt })).toBe(then);
});

it('books all where there is no such instant, and exactly what was completed since where there is one', () => {
  const instant = fc.date({
    min: new Date('2026-01-01'),
    max: new Date('2028-01-01'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instant, instant, (completed, from) => {
      const completedAt = completed.toISOString();
      expect(decideWhoBooks({ completedAt }, { liveFrom: undefined, createdAt: undefined })).toBe('us');
      const decided = decideWhoBooks({ completedAt }, { liveFrom: from.toISOString(), createdAt: undefined });
      expect(decided).toBe(completed < from ? 'people' : 'us');
    }),
  );
});

const came: OrderEntry = {
  ...orderEntry(1, 'when-all-done'),
  productOrder: undefined,
  state: 'claimed',
  clean: false,
  history: [
    { at: '2026-11-24T08:00:00.000Z', event: 'queued' },
    { at: '2026-11-24T12:00:00.000Z', event: 'refused' },
  ],
};
const refused = { state: 'rejected', clean: true } as const;

it.each<[string, string | undefined, Partial<OrderEntry>, boolean]>([
  ['was completed before', '2026-11-24T07:59:59.999Z', {}, true],
  ['was completed since', '2026-11-24T08:00:00Z', refused, false],
  [
    'was completed before, and is ours',
    '2026-11-24T07:00:00Z',
    { productOrder: { id: 'i', number: 'n' } },
    false,
  ],
  ['may be ours, and has no time', undefined, {}, false],
  ['was refused after it was perhaps made, and has no time', undefined, { state: 'rejected' }, false],
  ['is surely not ours, and has no time', undefined, refused, true],
  ['is surely not ours, and has a time without a zone', '2026-11-24T08:00:00', refused, true],
  ['is of an order of which nothing is known', '2026-11-24T07:00:00Z', { history: [] }, false],
])('says whether a product order is older than its order, where it %s', (_, completedAt, given, then) => {
  expect(isOlderThanItsOrder({ completedAt }, { ...came, ...given })).toBe(then);
});

import { expect, it } from 'vitest';
import { type CompletionFacts, decideBookings } from '../../../shared/completions/decide-bookings.ts';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import { azumutaOrder, bookingEntry, builtPart, completionFacts, orderEntry } from './booking-facts.ts';

/** What is decided, in words: `id1#quantity: parts 1, recordings a,b`. */
function decided(given: Partial<CompletionFacts>): string {
  const decision = decideBookings(completionFacts(given));
  if (decision.to === 'leave') return `leave: ${decision.why}`;
  if (decision.to === 'wait') return `wait: ${decision.sentence}`;
  if (decision.to === 'reject') return `${decision.cause}: ${decision.sentence}`;
  const plan = decision.plan.map(
    ({ key, parts, recordingIds }) => `${key}: parts ${parts}, recordings ${recordingIds}`,
  );
  return [...plan, ...(decision.othersFollow ? ['others follow'] : [])].join('; ');
}

const recorded = (...ids: string[]): Partial<CompletionFacts> => ({ current: builtPart(1, ids) });
const unknown = (index: number) => ({ ...builtPart(index), recordingIds: undefined });
const bookedWith = (given: Parameters<typeof bookingEntry>[0]) => ({ bookings: [bookingEntry(given)] });
const quantity = bookedWith({ recordingIds: ['a'] });
/** Its booking is of another product order with its number. */
const madeAgain = (given: Parameters<typeof bookingEntry>[0]) =>
  bookedWith({ productOrder: { id: 'old', number: 'MO/1/1' }, ...given });
const waitsForIt = 'leave: recording b waits until id1#quantity is booked';
const tooMany = Array.from({ length: 2100 }, (_, at) => `recording${at}`.padEnd(17, '-'));

it.each<[string, Partial<CompletionFacts>, string]>([
  ['is booked with all recordings', recorded('a', 'b'), 'id1#quantity: parts 1, recordings a,b'],
  [
    'has each further recording amended, and its quantity left alone, when it is booked',
    { ...quantity, ...recorded('a', 'b', 'c') },
    'id1#recording#b: parts 1, recordings b; id1#recording#c: parts 1, recordings c',
  ],
  ['is left alone when it is booked', { ...quantity, ...recorded('a') }, 'leave: Nothing new'],
  [
    'has further recordings wait while its quantity waits',
    { ...bookedWith({ state: 'waiting', recordingIds: ['a'] }), ...recorded('a', 'b') },
    waitsForIt,
  ],
  [
    'is for a person when it has more recordings than one booking can hold',
    recorded(...tooMany),
    'completion-unclear: ERP order MO/1 is completed with 2100 recordings',
  ],
  [
    'waits while it is unknown which recordings there are, which is not the same as none',
    { current: unknown(1) },
    'wait: Azumuta lists no recordings of product order MO/1/1',
  ],
  [
    'is booked without recordings where the configuration says so',
    { current: unknown(1), withoutRecordings: true },
    'id1#quantity: parts 1, recordings ',
  ],
  [
    'is for a person when it is of another article than was ordered',
    { current: { ...builtPart(1), order: azumutaOrder(1, { article: 'GEAR-02' }) } },
    'conflict: Product order MO/1/1 was made of article GEAR-01, and Azumuta says GEAR-02',
  ],
  [
    'is for a person when it was booked and made again in Azumuta',
    madeAgain({}),
    'conflict: Product order MO/1/1 was booked as old, and was made again in Azumuta as id1',
  ],
  [
    'is booked though it was refused, and surely not booked, before it was made again in Azumuta',
    { ...madeAgain({ state: 'rejected', clean: true }), ...recorded('a') },
    'id1#quantity: parts 1, recordings a',
  ],
  [
    'is for a person when it was made again in Azumuta after a refusal in doubt',
    madeAgain({ state: 'rejected' }),
    'conflict: Product order MO/1/1 was booked as old',
  ],
  [
    'is for a person when it was made again in Azumuta while its booking is under way',
    madeAgain({ state: 'claimed', clean: true }),
    'conflict: Product order MO/1/1 was booked as old',
  ],
  [
    'has further recordings wait while its quantity is refused, and surely not booked',
    {
      ...bookedWith({ state: 'rejected', clean: true, recordingIds: ['a'] }),
      ...recorded('a', 'b'),
    },
    waitsForIt,
  ],
  [
    'is booked as a part of its own, though others are open',
    { entry: orderEntry(1, 'each'), parts: 3, ...recorded('a') },
    'id1#quantity: parts 1, recordings a',
  ],
  [
    'is for a person as a part that the ERP order does not have any more',
    { entry: orderEntry(3, 'each'), parts: 2, current: builtPart(3) },
    'conflict: Product order MO/1/3 is completed, and its ERP order MO/1 has only 2 part(s) now',
  ],
])('a completed product order %s', (_what, given, expected) => {
  expect(decided(given)).toContain(expected);
});

const together = (index: number, given: Partial<CompletionFacts> = {}): Partial<CompletionFacts> => ({
  entry: orderEntry(index, 'when-all-done'),
  parts: 3,
  current: builtPart(index, [`r${index}`]),
  ...given,
});
const threeBooked = bookedWith({ parts: [1, 2, 3] });
const refused = (parts: readonly number[]) => {
  const productOrder = { id: `id${parts[0]}`, number: '' };
  return bookingEntry({ parts, productOrder, state: 'rejected', clean: true });
};

const again = (booking: BookingEntry, given: Partial<CompletionFacts> = {}) =>
  together(3, { toDecideAgain: [booking], others: [builtPart(1), builtPart(2)], ...given });

it.each<[string, Partial<CompletionFacts>, string]>([
  [
    // The second was scrapped, and the ERP order has three now.
    'are complete once as many are built as the ERP order has, whichever they are',
    together(3, { others: [builtPart(1), builtPart(4)] }),
    'joint#1#quantity: parts 1,3,4, recordings r3',
  ],
  [
    'are for a person when more are built than the ERP order has',
    together(4, { ...threeBooked, parts: 3 }),
    'conflict: Product order MO/1/4 is completed, and its ERP order MO/1 has only 3 part(s) now',
  ],
  [
    'count before the one that a person was asked to remove',
    together(1, {
      parts: 2,
      current: { ...builtPart(1), isUnwanted: true },
      others: [builtPart(2), builtPart(3)],
    }),
    'conflict: Product order MO/1/1 is completed, and its ERP order MO/1 has only 2 part(s) now',
  ],
  [
    'are for a person when one of them was made again after it was booked with the others',
    together(2, { ...threeBooked, current: { ...builtPart(2), bookedAs: 'old' } }),
    'conflict: Product order MO/1/2 was booked as old, and was made again in Azumuta as id2',
  ],
  [
    'are one booking once the last is completed, in order, under the next key',
    together(2, { others: [builtPart(3, ['r3']), builtPart(1, ['r1'])] }),
    'joint#1#quantity: parts 1,2,3, recordings r1,r2,r3',
  ],
  [
    'wait while it is unknown which recordings one of them has',
    together(3, { others: [builtPart(2), unknown(1)] }),
    'wait: Azumuta lists no recordings of product order MO/1/1',
  ],
  [
    'are a booking of their own when they came after the others were booked',
    together(5, { ...threeBooked, parts: 5, others: [builtPart(1), builtPart(4)] }),
    'joint#1#quantity: parts 4,5, recordings r5',
  ],
  [
    'are booked without a late part whose booking was refused',
    together(5, { bookings: [...threeBooked.bookings, refused([4])], parts: 5, others: [builtPart(4)] }),
    'joint#1#quantity: parts 5, recordings r5',
  ],
  [
    'stay refused together, whichever part is looked at',
    together(2, { bookings: [refused([1, 2, 3])], others: [builtPart(1), builtPart(3)] }),
    'leave: recording r2 waits until id1#quantity is booked',
  ],
  [
    'keep their key when they are decided again',
    again(refused([1, 2, 3])),
    'id1#quantity: parts 1,2,3, recordings r3',
  ],
  [
    'keep their key when they are decided again without a part that was given up',
    again(refused([1, 2, 3, 4])),
    'id1#quantity: parts 1,2,3, recordings r3',
  ],
  [
    'count before others when they are decided again',
    again(refused([2, 3]), { parts: 2 }),
    'id1#quantity: parts 2,3, recordings r3',
  ],
  [
    'get the next key when they are decided again with one more part',
    again(refused([1, 3])),
    'joint#1#quantity: parts 1,2,3, recordings r3',
  ],
  [
    'keep their key, and none but their parts, when they may be booked and a person opens them again',
    again({ ...refused([1, 3]), clean: false, discarded: true }),
    'id1#quantity: parts 1,3, recordings r3; others follow',
  ],
  [
    'have the key of what the ERP did not know before, as nobody holds its parts',
    again(bookingEntry({ state: 'ignored' })),
    'id1#quantity: parts 1,2,3, recordings r3',
  ],
  ['wait for each other then', together(5, { ...threeBooked, parts: 5 }), 'leave: 1 of 5 parts are awaited'],
  [
    'have a late recording amended though other parts are awaited',
    together(2, { ...threeBooked, parts: 5 }),
    'id2#recording#r2: parts 2, recordings r2',
  ],
  [
    'have that of another part amended as well, when a person asks about one that waits for others',
    together(5, { ...threeBooked, parts: 5, others: [builtPart(2, ['late'])] }),
    'id2#recording#late: parts 2, recordings late',
  ],
  [
    'are booked as far as there was time to read them, and the others follow',
    together(3, { parts: 5, others: [builtPart(1)], unread: 3 }),
    'joint#1#quantity: parts 1,3, recordings r3; others follow',
  ],
  [
    'wait for the others where the plant has times, and the next has not come',
    together(3, { parts: 5, window: 'open', others: [builtPart(1)] }),
    'leave: 3 of 5 parts are awaited',
  ],
  [
    'are booked at the times of the plant, under the next key',
    together(3, { parts: 5, window: 'due', others: [builtPart(1)] }),
    'joint#1#quantity: parts 1,3, recordings r3',
  ],
  [
    'are not booked again at a later time',
    together(4, { ...threeBooked, parts: 5, window: 'due' }),
    'joint#1#quantity: parts 4, recordings r4',
  ],
  [
    'gain no part when they are decided again before the next time',
    again(refused([1, 3]), { parts: 5, window: 'open' }),
    'id1#quantity: parts 1,3, recordings r3',
  ],
  [
    'are taken back where they are decided again, and the plant has no times any more',
    again(refused([1, 3]), { parts: 5 }),
    'leave: 2 of 5 parts are awaited',
  ],
  [
    'are booked at their time without those that there was no time to read',
    together(3, { parts: 9, window: 'due', others: [builtPart(1)], unread: 2 }),
    'joint#1#quantity: parts 1,3, recordings r3; others follow',
  ],
])('parts that are booked together %s', (_what, given, expected) => {
  expect(decided(given)).toContain(expected);
});

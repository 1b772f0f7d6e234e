import { describe, expect, it } from 'vitest';
import { balanceOf } from './balance.ts';
import type { Books } from './books.ts';

const booked: Books['booked'][number] = {
  order: 'MO/1',
  kind: 'production',
  reference: 'id1#quantity',
  goodQuantity: '5',
  scrapQuantity: '0',
  links: [{ name: 'r1', url: 'http://azumuta/recordings/r1' }],
};
const built = {
  id: 'id1',
  number: 'MO/1',
  completedAt: '2026-11-24T08:00:00.000Z',
  recordings: ['r1'],
  good: 5,
  scrap: 0,
};
const released = { number: 'MO/1', status: 'done', azumutaIds: ['id1'] } as const;
const letter = { body: '', stage: 'book-completion', orderNumber: 'MO/1', reason: 'it is cancelled' };

/** One order that went all the way; a test changes what it is about. */
const books = (differs: Partial<Books> = {}): Books => ({
  released: [released],
  built: [built],
  booked: [booked],
  triggers: [],
  deadLetters: [],
  waiting: 0,
  ...differs,
});

describe('the balance', () => {
  it('is even when every order was booked once', () => {
    expect(balanceOf(books())).toEqual({ lost: [], double: [], wrong: [] });
  });

  it.each<[string, 'lost' | 'double' | 'wrong', Partial<Books>]>([
    ['an order that is not in Azumuta', 'lost', { built: [], booked: [] }],
    ['a completion that is not booked', 'lost', { booked: [] }],
    ['a recording that is not linked', 'lost', { booked: [{ ...booked, links: [] }] }],
    ['an order that is not completed', 'lost', { built: [{ ...built, completedAt: null }], booked: [] }],
    ['a reference that is booked twice', 'double', { booked: [booked, booked] }],
    [
      'an order that is booked twice',
      'double',
      { booked: [booked, { ...booked, reference: 'id2#quantity' }] },
    ],
    [
      'a recording that is linked twice',
      'double',
      { booked: [booked, { ...booked, kind: 'notes', reference: 'id1#recording#r1' }] },
    ],
    [
      'a recording that is linked twice in one booking',
      'double',
      { booked: [{ ...booked, links: [...booked.links, ...booked.links] }] },
    ],
    ['a product order that is twice in Azumuta', 'double', { built: [built, { ...built, id: 'id2' }] }],
    ['another good quantity than was recorded', 'wrong', { booked: [{ ...booked, goodQuantity: '4' }] }],
    ['more scrap than was recorded', 'wrong', { booked: [{ ...booked, scrapQuantity: '1' }] }],
    ['an order that is not linked', 'wrong', { released: [{ ...released, azumutaIds: [] }] }],
    ['a dead letter', 'wrong', { deadLetters: [letter] }],
    ['a booking of what was never completed', 'wrong', { built: [{ ...built, completedAt: null }] }],
    ['a message that still waits', 'wrong', { waiting: 1 }],
    ['an order that nobody released', 'wrong', { released: [] }],
    ['a booking without a reference', 'wrong', { booked: [booked, { ...booked, reference: null }] }],
    ['a booked order that is not done', 'wrong', { released: [{ ...released, status: 'released' }] }],
  ])('finds %s', (_, found, differs) => {
    expect(balanceOf(books(differs))[found]).not.toEqual([]);
  });
});

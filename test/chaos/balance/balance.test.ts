import { describe, expect, it } from 'vitest';
import { balanceOf, type Injected } from './balance.ts';
import type { Books } from './books.ts';

const nothing: Injected = {
  permanent: [],
  typedByHand: new Set(),
  cancelledAtOnce: new Set(),
  completed: new Set(['MO/1']),
  kills: 1,
};
const booked = {
  order: 'MO/1',
  kind: 'production',
  reference: 'id1#quantity',
  goodQuantity: '5',
  scrapQuantity: '0',
  links: [{ url: 'http://azumuta/recordings/r1' }],
} as const;

/** One order that went all the way; a test changes what it is about. */
function books(differs: Partial<Books> = {}): Books {
  return {
    released: [{ number: 'MO/1', product: 'GEAR-01', status: 'done', azumutaId: 'id1' }],
    built: [
      {
        id: 'id1',
        number: 'MO/1',
        completedAt: '2026-11-24T08:00:00.000Z',
        recordings: ['r1'],
        good: 5,
        scrap: 0,
      },
    ],
    booked: [booked],
    triggers: [],
    strikes: { azumuta: [], erp: [] },
    deadLetters: [],
    waiting: 0,
    ...differs,
  };
}
const [built] = books().built;
if (!built) throw new Error('There is no order.');
const letter = { stage: 'book-completion', orderNumber: 'MO/1', reason: 'it is cancelled', body: '{}' };

describe('the balance', () => {
  it('is even when every order was booked once', () => {
    expect(balanceOf(books(), nothing)).toEqual({ lost: [], double: [], wrong: [], copies: 0 });
  });

  it.each<[string, 'lost' | 'double' | 'wrong', Partial<Books>]>([
    ['an order that is not in Azumuta', 'lost', { built: [], booked: [] }],
    ['a completion that is not booked', 'lost', { booked: [] }],
    ['a recording that is not told', 'lost', { booked: [{ ...booked, links: [] }] }],
    ['a reference that is booked twice', 'double', { booked: [booked, booked] }],
    [
      'a recording that is told twice',
      'double',
      { booked: [booked, { ...booked, reference: 'id1#recording#r1' }] },
    ],
    ['a product order that is twice in Azumuta', 'double', { built: [built, { ...built, id: 'id2' }] }],
    ['another quantity than was recorded', 'wrong', { booked: [{ ...booked, goodQuantity: '4' }] }],
    [
      'an order that is not linked',
      'wrong',
      { released: [{ number: 'MO/1', product: 'GEAR-01', status: 'done', azumutaId: null }] },
    ],
    ['a dead letter for no reason', 'wrong', { deadLetters: [letter] }],
    ['a booking of what was never completed', 'wrong', { built: [{ ...built, completedAt: null }] }],
    ['a message that still waits', 'wrong', { waiting: 1 }],
    ['a completion that nobody has', 'lost', { built: [], booked: [], released: [] }],
    ['an order that nobody released', 'wrong', { released: [] }],
    ['a booking without a reference', 'wrong', { booked: [booked, { ...booked, reference: null }] }],
    [
      'a booked order that is not done',
      'wrong',
      { released: [{ number: 'MO/1', product: 'GEAR-01', status: 'released', azumutaId: 'id1' }] },
    ],
    [
      'a recording that is told twice in one booking',
      'double',
      { booked: [{ ...booked, links: [...booked.links, ...booked.links] }] },
    ],
  ])('finds %s', (_, found, differs) => {
    expect(balanceOf(books(differs), nothing)[found]).not.toEqual([]);
  });

  it('expects a dead letter for each permanent fault, and takes copies of it for one', () => {
    const injected: Injected = { ...nothing, permanent: [{ kind: 'cancelled', about: 'MO/1' }] };

    expect(balanceOf(books({ booked: [] }), injected).lost).toHaveLength(1);
    expect(balanceOf(books({ booked: [], deadLetters: [letter, letter] }), injected)).toEqual({
      lost: [],
      double: [],
      wrong: [],
      copies: 1,
    });
    expect(balanceOf(books({ deadLetters: [letter] }), injected).wrong).toHaveLength(1);
    expect(
      balanceOf(books({ booked: [], deadLetters: [letter, letter, letter] }), injected).wrong,
    ).toHaveLength(1);
  });

  it('takes an order that was cancelled at once as it is, created or not', () => {
    const cancelled = { number: 'MO/2', product: 'GEAR-01', status: 'cancelled', azumutaId: null } as const;
    const released = [...books().released, cancelled];
    expect(balanceOf(books({ released }), nothing).lost).toHaveLength(1);
    expect(balanceOf(books({ released }), { ...nothing, cancelledAtOnce: new Set(['MO/2']) }).lost).toEqual(
      [],
    );
  });

  it.each(['business-error', 'silent-no-op'])(
    'lets a booking that the ERP answered and did not do (%s) be left to a person, and no other',
    (fault) => {
      const shown = {
        ...letter,
        reason: 'The ERP accepted the booking, but shows nothing under id1#quantity',
      };
      const struck = (path: string, method = 'POST') => ({
        azumuta: [],
        erp: [{ fault, method, path: `/api/production-orders/${path}` }],
      });
      const wrong = (strikes: Books['strikes']) =>
        balanceOf(books({ booked: [], deadLetters: [shown], strikes }), nothing).wrong;

      expect(wrong(struck('MO%2F1/bookings'))).toEqual([]);
      expect(wrong(struck('MO%2F2/bookings'))).toHaveLength(1);
      expect(wrong(struck('MO%2F1/bookings', 'GET'))).toHaveLength(1);
    },
  );
});

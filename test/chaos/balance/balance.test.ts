import { describe, expect, it } from 'vitest';
import { balanceOf } from './balance.ts';
import type { Books, BuiltOrder } from './books.ts';
import { type Injected, nothingInjected } from './injected.ts';

const nothing: Injected = { ...nothingInjected, completed: new Set(['MO/1']), kills: 1 };
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
    released: [{ id: 'po-1', number: 'MO/1', product: 'GEAR-01', status: 'done', azumutaIds: ['id1'] }],
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
    deadLetters: [],
    planned: new Map(),
    reported: new Map(),
    outdated: new Set(),
    givenUp: new Set(),
    waiting: 0,
    ...differs,
  };
}
const [builtWhole] = books().built;
const [released] = books().released;
if (!builtWhole || !released) throw new Error('There is no order.');
const letter = {
  stage: 'book-completion',
  orderNumber: 'MO/1',
  reason: 'it is cancelled',
  body: '{}',
  bookings: [],
};

const even = { lost: [], double: [], wrong: [], copies: 0, surplus: 0 };

describe('the balance', () => {
  it('is even when every order was booked once', () => {
    expect(balanceOf(books(), nothing)).toEqual(even);
  });

  it.each<[string, 'lost' | 'double' | 'wrong', Partial<Books>]>([
    ['an order that is not in Azumuta', 'lost', { built: [], booked: [] }],
    ['a completion that is not booked', 'lost', { booked: [] }],
    ['a recording that is not linked', 'lost', { booked: [{ ...booked, links: [] }] }],
    ['a reference that is booked twice', 'double', { booked: [booked, booked] }],
    [
      'a recording that is linked twice',
      'double',
      { booked: [booked, { ...booked, reference: 'id1#recording#r1' }] },
    ],
    [
      'a product order that is twice in Azumuta',
      'double',
      { built: [builtWhole, { ...builtWhole, id: 'id2' }] },
    ],
    ['another quantity than was recorded', 'wrong', { booked: [{ ...booked, goodQuantity: '4' }] }],
    ['an order that is not linked', 'wrong', { released: [{ ...released, azumutaIds: [] }] }],
    ['a dead letter for no reason', 'wrong', { deadLetters: [letter] }],
    ['a booking of what was never completed', 'wrong', { built: [{ ...builtWhole, completedAt: null }] }],
    ['a message that still waits', 'wrong', { waiting: 1 }],
    ['a completion that nobody has', 'lost', { built: [], booked: [], released: [] }],
    ['an order that nobody released', 'wrong', { released: [] }],
    ['a booking without a reference', 'wrong', { booked: [booked, { ...booked, reference: null }] }],
    ['a booked order that is not done', 'wrong', { released: [{ ...released, status: 'released' }] }],
    [
      'a recording that is linked twice in one booking',
      'double',
      { booked: [{ ...booked, links: [...booked.links, ...booked.links] }] },
    ],
  ])('finds %s', (_, found, differs) => {
    expect(balanceOf(books(differs), nothing)[found]).not.toEqual([]);
  });

  it('expects one dead letter for each permanent fault, and ignores its copies', () => {
    const injected: Injected = { ...nothing, permanent: [{ kind: 'unknown order', about: 'HAND-1' }] };
    const copies = (count: number) =>
      balanceOf(books({ deadLetters: Array(count).fill({ ...letter, orderNumber: 'HAND-1' }) }), injected);
    expect(copies(0).lost).toHaveLength(1);
    expect(copies(2)).toEqual({ ...even, copies: 1 });
    expect(copies(3).wrong).toHaveLength(1);
  });
});

describe('the balance of a split order', () => {
  const quantities = (...all: readonly number[]): Injected => ({
    ...nothing,
    completed: new Set(),
    changed: [{ id: 'po-1', names: ['MO/1'], split: 'each', quantities: all }],
  });
  const part = (index: number): BuiltOrder => ({
    id: `id${index}`,
    number: `MO/1/${index}`,
    completedAt: '2026-11-24T08:00:00.000Z',
    recordings: [`r${index}`],
    good: 1,
    scrap: 0,
  });
  const bookingOf = (...indexes: readonly number[]) => ({
    ...booked,
    reference: `id${indexes[0]}#quantity`,
    goodQuantity: String(indexes.length),
    links: indexes.map((index) => ({ url: `http://azumuta/recordings/r${index}` })),
  });
  const surplus = (index: number) => ({
    ...letter,
    orderNumber: 'MO/1/1',
    reason: 'its ERP order has only 2 part(s) now',
    body: JSON.stringify({ productOrderNumber: `MO/1/${index}` }),
  });
  const split = (
    built: readonly number[],
    bookings: readonly (readonly number[])[],
    differs: Partial<Books> = {},
  ) =>
    books({
      released: [{ ...released, azumutaIds: ['id1', 'id2', 'id3'] }],
      built: built.map(part),
      booked: bookings.map((indexes) => bookingOf(...indexes)),
      ...differs,
    });
  const reported = new Map([['MO/1/3', 'surplus']]);

  it('is even when every part is booked once, alone or with others', () => {
    expect(balanceOf(split([1, 2], [[1], [2]]), quantities(2))).toEqual(even);
    expect(balanceOf(split([1, 2, 3], [[1, 2], [3]]), quantities(2, 3))).toEqual(even);
  });

  it('recognises a part that was renamed in Azumuta, and an order that was renamed in the ERP', () => {
    const renamed = new Map([['MO/1/2-rework', 'MO/1/2']]);
    const built = [part(1), { ...part(2), number: 'MO/1/2-rework' }];
    expect(balanceOf(split([], [[1], [2]], { built }), { ...quantities(2), renamed })).toEqual(even);

    const changed = [{ id: 'po-1', names: ['MO/0', 'MO/1'], split: 'one', quantities: [5] }] as const;
    const underOldName = books({ built: [{ ...builtWhole, number: 'MO/0' }] });
    const before: Injected = { ...nothing, completed: new Set(['MO/0']), changed };
    expect(balanceOf(underOldName, before).lost).toHaveLength(1);
    expect(balanceOf({ ...underOldName, reported: new Map([['MO/0', 'numbered anew']]) }, before)).toEqual(
      even,
    );
    const takenBack = { ...underOldName, outdated: new Set(['po-1']) };
    expect(balanceOf(takenBack, before)).toEqual(even);
    const open = { ...takenBack, released: [{ ...released, status: 'released' as const }] };
    expect(balanceOf(open, before).lost).toHaveLength(1);
    const twice = { ...underOldName, built: [...underOldName.built, { ...builtWhole, id: 'id2' }] };
    expect(balanceOf(twice, before).double).not.toEqual([]);
  });

  it.each<[string, 'lost' | 'double' | 'wrong', Books, Injected]>([
    ['a part that is not created', 'lost', split([1], [[1]]), quantities(2)],
    ['a part that is not booked', 'lost', split([1, 2], [[1]]), quantities(2)],
    ['a part that is booked alone and with others', 'double', split([1, 2], [[1], [1, 2]]), quantities(2)],
    ['a surplus part that was reported to nobody', 'lost', split([1, 2, 3], [[1], [2]]), quantities(3, 2)],
    [
      'a part too much that is neither booked nor left to a person',
      'lost',
      split([1, 2, 3], [[1], [2]], { reported }),
      quantities(3, 2),
    ],
    [
      'a part too much that is booked and left to a person',
      'wrong',
      split([1, 2, 3], [[1], [2], [3]], { reported, deadLetters: [surplus(3)] }),
      quantities(3, 2),
    ],
    [
      'a part that always had a place, and is left to a person',
      'wrong',
      split([1, 2, 3], [[1], [2]], { deadLetters: [surplus(3)] }),
      quantities(2, 3),
    ],
    [
      'another quantity than its parts have',
      'wrong',
      split([1, 2], [], { booked: [{ ...bookingOf(1, 2), goodQuantity: '3' }] }),
      quantities(2),
    ],
  ])('finds %s', (_, found, differs, injected) => {
    expect(balanceOf(differs, injected)[found]).not.toEqual([]);
  });

  it('wants a surplus part reported, unless it is booked', () => {
    const sentence = 'It was not reported that order MO/1 has changed, and product order MO/1/3 has not.';
    const unbooked = split([1, 2, 3], [[1], [2]]);
    expect(balanceOf(unbooked, quantities(3, 2)).lost).toContain(sentence);
    expect(balanceOf({ ...unbooked, reported }, quantities(3, 2)).lost).not.toContain(sentence);
    expect(balanceOf(split([1, 2, 3], [[1], [2], [3]]), quantities(3, 2))).toEqual(even);
  });

  it('accepts that a part that is no longer needed was booked before, or has a dead letter for each of its hints', () => {
    const left = split([1, 2, 3], [[1], [2]], { reported, deadLetters: [surplus(3), surplus(3)] });
    expect(balanceOf(left, quantities(3, 2))).toEqual({ ...even, surplus: 2 });
    expect(balanceOf(split([1, 2, 3], [[1], [2], [3]], { reported }), quantities(3, 2))).toEqual(even);
  });

  it('lets a part that was surplus be booked with others in place of one that is not built, and not alone', () => {
    const of = (how: 'each' | 'when-all-done') => {
      const changed = [{ id: 'po-1', names: ['MO/1'], split: how, quantities: [3, 1, 2] }] as const;
      const left = split([1, 3], [[1, 3]], { reported, deadLetters: [surplus(3)] });
      return balanceOf(left, { ...quantities(), changed });
    };
    expect(of('when-all-done').wrong).toEqual([]);
    expect(of('each').wrong).toEqual([
      expect.stringContaining('MO/1/3 is dead-lettered and booked all the same'),
    ]);
  });

  it('lets the parts of a booking be left to a person that a surplus part has closed the order for, and no other', () => {
    const refused = { ...letter, orderNumber: 'MO/1/1', bookings: ['id1#quantity'] };
    const of = (...parts: readonly number[]) =>
      balanceOf(
        split([1, 2, 3], [[3]], {
          reported,
          deadLetters: [refused],
          planned: new Map([['id1#quantity', parts]]),
        }),
        quantities(3, 2),
      );
    expect(of(1, 2)).toEqual({ ...even, surplus: 1 });
    expect(of(1).lost).toHaveLength(1);
  });

  it('accepts that a part waits for ever when it was built for a common booking and is no longer needed', () => {
    const [change] = quantities(3, 2).changed;
    if (!change) throw new Error('There is no change.');
    const together: Injected = { ...quantities(3, 2), changed: [{ ...change, split: 'when-all-done' }] };
    expect(balanceOf(split([1, 2, 3], [[1, 2]], { reported }), together)).toEqual(even);
    expect(balanceOf(split([1, 2, 3], [[1, 2]]), together).lost).toHaveLength(1);
  });
});

describe('the balance of forged hints', () => {
  const unknownNumbers = new Set(['FORGED-1']);
  const letterOf = (orderNumber: string) => ({ ...letter, orderNumber });

  it('expects one message for each unknown number until it is given up, and no dead letter', () => {
    const injected = { ...nothing, unknownNumbers };
    expect(balanceOf(books({ waiting: 1 }), injected)).toEqual(even);
    expect(balanceOf(books({ givenUp: unknownNumbers }), injected)).toEqual(even);
    expect(balanceOf(books(), injected).lost).toHaveLength(1);
    expect(balanceOf(books({ waiting: 2 }), injected).wrong).toHaveLength(1);
    expect(
      balanceOf(books({ waiting: 1, deadLetters: [letterOf('FORGED-1')] }), injected).wrong,
    ).toHaveLength(1);
  });

  it('finds an order about which Azumuta was asked for every hint', () => {
    const flooded = (questions: number) => [
      { number: 'MO/1', is: 'open' as const, hints: 100, seconds: 60, questions },
    ];
    expect(balanceOf(books(), { ...nothing, flooded: flooded(12) })).toEqual(even);
    expect(balanceOf(books(), { ...nothing, flooded: flooded(100) }).wrong).toHaveLength(1);
  });
});

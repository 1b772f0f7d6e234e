import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWanted, mapProductOrders } from '../../../../shared/integration/mapping/product-orders.ts';
import { withinTime } from '../../../../shared/model/configured.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { erpOrder } from '../../../support/orders.ts';

describe('mapping an ERP order to product orders', () => {
  it('makes one by default, with the number, article and quantity of the ERP order', () => {
    const [mapped, ...others] = mapProductOrders({}, erpOrder()).productOrders;
    expect(others).toEqual([]);
    expect(mapped?.draft).toEqual({
      number: 'MO/0001',
      article: 'GEAR-01',
      variants: [],
      parameters: { Quantity: '5' },
    });
  });

  it('makes one for each unit, numbered, and booked as the configuration says', () => {
    const order = erpOrder({ quantity: { amount: '3' } });
    const { split, productOrders: mapped } = mapProductOrders(
      { split: { per: 'unit', book: 'when-all-done' } },
      order,
    );
    expect(split).toEqual({ number: 'MO/0001', of: 3, book: 'when-all-done' });
    expect(mapped.map(({ draft }) => draft.number)).toEqual(['MO/0001/1', 'MO/0001/2', 'MO/0001/3']);
    expect(mapped.map(({ part }) => part)).toEqual(
      [1, 2, 3].map((index) => ({ index, first: 'MO/0001/1', book: 'when-all-done' })),
    );
  });

  it('keeps those that are booked at times as booked together, as the times are not stored', () => {
    const order = erpOrder({ quantity: { amount: '3' } });
    const { split, productOrders: mapped } = mapProductOrders(
      { split: { per: 'unit', book: { at: ['14:00'] } } },
      order,
    );
    expect([split.book, ...mapped.map(({ part }) => part.book)]).toEqual(Array(4).fill('when-all-done'));
  });

  it.each([
    ['all of it, where it is not split', {}, [{ index: 1, of: 1, quantity: { amount: '3', unit: 'u' } }]],
    [
      'its own share, where it is split',
      { split: { per: 'unit', book: 'each' } } as const,
      [1, 2, 3].map((index) => ({ index, of: 3, quantity: { amount: '1', unit: 'u' } })),
    ],
  ])('tells the mapping which part of the order it is, and for how much: %s', (_name, mapping, parts) => {
    // Prepare
    const told: unknown[] = [];
    const parameters = (_order: unknown, part: unknown) => {
      told.push(part);
      return {};
    };

    // Act
    mapProductOrders({ ...mapping, parameters }, erpOrder({ quantity: { amount: '3', unit: 'u' } }));

    // Assess
    expect(told).toEqual(parts);
  });

  it.each([
    ['80', 25, ['25', '25', '25', '5']],
    ['75', 25, ['25', '25', '25']],
    ['20', 25, ['20']],
    ['25', 25, ['25']],
  ])('makes of %s parts of %i and a rest', (amount, per, shares) => {
    const order = erpOrder({ quantity: { amount } });
    const { split, productOrders: mapped } = mapProductOrders({ split: { per, book: 'each' } }, order);
    expect(split).toEqual({ number: 'MO/0001', of: shares.length, book: 'each', per });
    expect(mapped.map(({ draft }) => draft.parameters.Quantity)).toEqual(shares);
    expect(mapped.map(({ part }) => part)).toEqual(
      shares.map((_, at) => ({ index: at + 1, first: 'MO/0001/1', book: 'each', per })),
    );
  });

  it('makes of single units what 0.3.0 makes of them', () => {
    const order = erpOrder({ quantity: { amount: '3' } });
    const of = (per: 'unit' | 1) => mapProductOrders({ split: { per, book: 'each' } }, order);
    expect(of(1)).toEqual(of('unit'));
  });

  it('counts product orders, not units, against the most that are allowed', () => {
    const order = erpOrder({ quantity: { amount: '5001' } });
    expect(() => mapProductOrders({ split: { per: 25, book: 'each' } }, order)).toThrow(
      'would become 201 product orders; at most 200 are allowed',
    );
  });

  it('makes parts that are for the whole order together, each for as many as it may have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 300 }), (whole, per) => {
        // Prepare
        fc.pre(Math.ceil(whole / per) <= 500);
        const order = erpOrder({ quantity: { amount: String(whole) } });
        const shares: number[] = [];
        const parameters = (_order: unknown, { quantity: { amount } }: { quantity: { amount: string } }) => {
          shares.push(Number(amount));
          return {};
        };

        // Act
        mapProductOrders({ split: { per, book: 'when-all-done', most: 500 }, parameters }, order);

        // Assess
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(whole);
        expect(shares.slice(0, -1).every((share) => share === per)).toBe(true);
        expect(shares.at(-1)).toBeGreaterThan(0);
      }),
    );
  });

  it('makes the same part whether the ERP order has more of them or not', () => {
    const split = { split: { per: 'unit', book: 'when-all-done' } } as const;
    const hashOf = (amount: string) =>
      mapProductOrders(split, erpOrder({ quantity: { amount } })).productOrders[0]?.contentHash;
    expect(hashOf('5')).toBe(hashOf('3'));
  });

  it.each([
    ['a fraction', '2.5', 'cannot be split into units'],
    ['nothing', '0', 'cannot be split into units'],
    ['too many', '201', 'at most 200 are allowed'],
  ])('refuses to split %s', (_name, amount, reason) => {
    const order = erpOrder({ quantity: { amount } });
    expect(() => mapProductOrders({ split: { per: 'unit', book: 'each' } }, order)).toThrow(reason);
  });

  it('gives a hash that ignores the order of parameters, and differs when one changes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
          minKeys: 1,
        }),
        (parameters) => {
          const hash = (given: Record<string, string | number | boolean>) =>
            mapProductOrders({ parameters: () => given }, erpOrder()).productOrders[0]?.contentHash;
          const reversed = Object.fromEntries(Object.entries(parameters).reverse());
          expect(hash(reversed)).toBe(hash(parameters));
          expect(hash({ ...parameters, 'one more': 1 })).not.toBe(hash(parameters));
        },
      ),
    );
  });

  it.each([
    [
      'a mapping that throws',
      {
        article: () => {
          throw new Error('no such column');
        },
      },
      'Mapping productOrders.article failed for MO/0001: no such column',
    ],
    ['a number that is empty', { number: () => ' ' }, 'Mapping productOrders.number'],
  ])('rejects %s, naming the field and the order', (_name, mapping, reason) => {
    expect(() => mapProductOrders(mapping, erpOrder())).toThrow(Rejected);
    expect(() => mapProductOrders(mapping, erpOrder())).toThrow(reason);
  });
});

describe('the result of a mapping in plain JavaScript', () => {
  const long = 'ö'.repeat(251);
  it.each([
    ['not a number', 'parameters', { Quantity: Number.NaN }, '$.Quantity: found NaN, expected a text or'],
    ['infinity', 'parameters', { Quantity: 1 / 0 }, '$.Quantity: found Infinity'],
    ['an unsafe integer', 'parameters', { Id: 2 ** 53 }, '$.Id: found 9007199254740992'],
    ['a number too small to be kept', 'parameters', { Gap: 1e-200 }, '$.Gap: found 1e-200'],
    ['a list as a value', 'parameters', { Colour: ['red'] }, '$.Colour: found a list'],
    [
      'a promise of parameters',
      'parameters',
      Promise.resolve({ Quantity: '1' }),
      'parameters failed for MO/0001: it answers with a promise, and must answer at once',
    ],
    ['a parameter without a name', 'parameters', { '': 1 }, 'expected a name for each parameter'],
    ['a text for variants', 'variants', 'Left', 'found string, expected a list of texts'],
    ['a variant that is no text', 'variants', ['Left', 7], '$[1]: found number, expected a text'],
    [
      'a field that the order does not have, made a variant',
      'variants',
      ['Left', 'undefined'],
      'productOrders.variants gave something wrong for MO/0001: $[1]: found string, expected another text: it reads "undefined", as a field without a value does when it is made text: leave it out, or say what stands in its place.',
    ],
    ['likewise, a parameter', 'parameters', { Colour: ' null' }, 'it reads "null"'],
    ['an object, made text', 'parameters', { Customer: 'for [object Object]' }, 'it reads "[object Object]"'],
    ['a number that holds such a field', 'number', 'MO/0001-undefined', 'it reads "undefined"'],
    ['an article that is no number', 'article', 'NaN', 'it reads "NaN"'],
    [
      'a long number',
      'number',
      long,
      'productOrders.number gave something wrong for MO/0001: found string, expected another text: it has 251 characters; at most 200',
    ],
    [
      'a huge draft',
      'parameters',
      { Drawing: 'x'.repeat(41_000) },
      'Mapping productOrders gave something wrong for MO/0001: found object, expected at most 40960 bytes in all, and not 41082: send a link to a large text, a drawing or a picture.',
    ],
  ])(
    'is rejected when it is %s, naming the field, what was given and what is needed',
    (_name, field, gives, reason) => {
      const map = () => mapProductOrders({ [field]: () => gives }, erpOrder());
      expect(map).toThrow(Rejected);
      expect(map).toThrow(reason);
    },
  );

  it('is rejected when its promise fails, and the failure is nobody else’s', () => {
    const parameters = () => Promise.reject(new Error('no such customer'));
    const map = () => Reflect.apply(mapProductOrders, undefined, [{ parameters }, erpOrder()]);
    expect(map).toThrow(/parameters failed for MO\/0001: it answers with a promise/);
  });

  it('is rejected when it does not end, naming the function', () => {
    const article = (): never => {
      for (;;);
    };
    expect(() => withinTime(() => mapProductOrders({ article }, erpOrder()), 50)).toThrow(
      'Mapping productOrders.article failed for MO/0001: it did not end within 0.05 s.',
    );
    expect(mapProductOrders({}, erpOrder()).split.of).toBe(1);
  });

  it.each([
    ['nothing', undefined],
    ['a word', 'no'],
    ['a promise', Promise.resolve(true)],
  ])('wants an order neither way when accept answers %s', (_, answer) => {
    const accepts = () => Reflect.apply(isWanted, undefined, [{ accept: () => answer }, erpOrder()]);
    expect(accepts).toThrow(Rejected);
    expect(accepts).toThrow(/productOrders\.accept (gave .*expected true or false|failed .*a promise)/);
  });

  it('loses parameters without a value, and keeps all others, whatever words are in their sentences', () => {
    const field: string = 'parameters';
    const kept = { text: '', zero: 0, no: false, tiny: -1e-130, note: 'undefined tolerance', name: 'Null' };
    const given = { none: undefined, nothing: null, ...kept };
    const [mapped] = mapProductOrders({ [field]: () => given }, erpOrder()).productOrders;
    expect(mapped?.draft.parameters).toEqual(kept);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompletionMapping } from '../../../../shared/integration/define.ts';
import { mapCompletion, recorded, recordedAll } from '../../../../shared/integration/mapping/completions.ts';
import { mapProductOrders } from '../../../../shared/integration/mapping/product-orders.ts';
import type { Recording } from '../../../../shared/model/completions.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { completedProductOrder, recording } from '../../../support/completions.ts';
import { erpOrder } from '../../../support/orders.ts';

describe('an ERP order becomes product orders', () => {
  it('by default one, with its number, article and quantity', () => {
    const [mapped, ...others] = mapProductOrders({}, erpOrder()).productOrders;
    expect(others).toEqual([]);
    expect(mapped?.draft).toEqual({
      number: 'MO/0001',
      article: 'GEAR-01',
      variants: [],
      parameters: { Quantity: '5' },
    });
  });

  it('or one for each unit, numbered, and booked as the configuration says', () => {
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

  it('each of which is the same when the ERP order has more of them', () => {
    const split = { split: { per: 'unit', book: 'when-all-done' } } as const;
    const hashOf = (amount: string) =>
      mapProductOrders(split, erpOrder({ quantity: { amount } })).productOrders[0]?.contentHash;
    expect(hashOf('5')).toBe(hashOf('3'));
  });

  it.each([
    ['a fraction', '2.5', 'cannot be split into units'],
    ['nothing', '0', 'cannot be split into units'],
    ['too many', '201', 'at most 200 are allowed'],
  ])('but refuses to split %s', (_name, amount, reason) => {
    const order = erpOrder({ quantity: { amount } });
    expect(() => mapProductOrders({ split: { per: 'unit', book: 'each' } }, order)).toThrow(reason);
  });

  it('has the same hash whatever the order of its parameters, and another when one changes', () => {
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
  ])('%s is rejected with the field and the order', (_name, mapping, reason) => {
    expect(() => mapProductOrders(mapping, erpOrder())).toThrow(Rejected);
    expect(() => mapProductOrders(mapping, erpOrder())).toThrow(reason);
  });
});

describe('what a mapping in plain JavaScript gives', () => {
  const long = 'ö'.repeat(251);
  it.each([
    [
      'not a number',
      'parameters',
      { Quantity: Number.NaN },
      'gave "Quantity" NaN for ERP order MO/0001: a number of',
    ],
    ['infinity', 'parameters', { Quantity: 1 / 0 }, 'productOrders.parameters gave "Quantity" Infinity for'],
    ['an unsafe integer', 'parameters', { Id: 2 ** 53 }, 'gave "Id" 9007199254740992 for'],
    [
      'a number too small to be kept',
      'parameters',
      { Gap: 1e-200 },
      'gave "Gap" 1e-200 for ERP order MO/0001: a number of',
    ],
    ['a list as a value', 'parameters', { Colour: ['red'] }, 'gave "Colour" a list for'],
    [
      'a promise of parameters',
      'parameters',
      Promise.resolve({ Quantity: '1' }),
      'parameters gave an object for',
    ],
    ['a parameter without a name', 'parameters', { '': 1 }, 'a name for each parameter is needed'],
    ['a text for variants', 'variants', 'Left', 'productOrders.variants gave a text of 4 bytes for'],
    ['a variant that is no text', 'variants', ['Left', 7], 'productOrders.variants gave 1 7 for'],
    [
      'a long number',
      'number',
      long,
      'productOrders.number gave a text of 502 bytes for ERP order MO/0001: it has 251 characters; at most 200',
    ],
    [
      'a huge draft',
      'parameters',
      { Drawing: 'x'.repeat(41_000) },
      'Mapping productOrders gave 41082 bytes for ERP order MO/0001: all that is sent to Azumuta may have 40960 bytes: send a link to a large text, a drawing or a picture.',
    ],
  ])('is rejected when it is %s, naming field, finding and what is needed', (_name, field, gives, reason) => {
    const map = () => mapProductOrders({ [field]: () => gives }, erpOrder());
    expect(map).toThrow(Rejected);
    expect(map).toThrow(reason);
  });

  it('leaves out parameters without a value, and keeps all others as they are', () => {
    const field: string = 'parameters';
    const given = { none: undefined, nothing: null, text: '', zero: 0, no: false, tiny: -1e-130 };
    const [mapped] = mapProductOrders({ [field]: () => given }, erpOrder()).productOrders;
    expect(mapped?.draft.parameters).toEqual({ text: '', zero: 0, no: false, tiny: -1e-130 });
  });

  it('is rejected for an ERP order whose own number is no key, and not told at full length', () => {
    const order = erpOrder({ number: 'x'.repeat(3000) });
    expect(() => mapProductOrders({ number: () => 'short' }, order)).toThrow(
      /^The number of ERP order x{100}… has 3000 characters; at most 200/,
    );
  });
});

/** Azumuta tells the duration of a recording, but not when it ended. */
function withoutFinish({ finishedAt: _, ...unfinished }: Recording): Recording {
  return unfinished;
}

/** A plant in Brussels with this mapping. */
const plantWith = (completions: CompletionMapping = {}) => ({ completions, timeZone: 'Europe/Brussels' });

describe('a completed product order becomes a completion', () => {
  it('with the planned quantity, a note and links by default', () => {
    const completion = mapCompletion(plantWith(), 'quantity', [
      completedProductOrder({ parameters: { Quantity: '5' } }),
    ]);
    expect(completion).toMatchObject({ kind: 'quantity', quantity: { amount: '5' }, final: true, lots: [] });
    expect(completion.notes[0]).toContain('MO/0001');
  });

  it('adds up the parts of a split order exactly', () => {
    const parts = ['0.1', '0.2', '0.3'].map((quantity) =>
      completedProductOrder({ parameters: { Quantity: quantity } }),
    );
    const [first, ...others] = parts;
    if (!first) throw new Error('three parts were made');
    expect(mapCompletion(plantWith(), 'quantity', [first, ...others]).quantity).toEqual({ amount: '0.6' });
  });

  it('as an amendment never carries a quantity, whatever the mapping says', () => {
    const completion = mapCompletion(plantWith({ quantity: () => 9, lots: () => ['L1'] }), 'amendment', [
      completedProductOrder(),
    ]);
    expect(completion.quantity).toBeUndefined();
    expect(completion).toMatchObject({ kind: 'amendment', final: false, lots: [] });
  });

  it.each([
    ['00:30 on 1 December in Brussels', 'Europe/Brussels', '2026-11-30T23:30:00.000Z', '2026-12-01'],
    ['19:30 on 30 November in New York', 'America/New_York', '2026-12-01T00:30:00.000Z', '2026-11-30'],
    [
      'a time without a zone, on the clock of the plant',
      'America/New_York',
      '2026-12-01T00:30:00',
      '2026-12-01',
    ],
    ['a date', 'America/New_York', '2026-12-01', '2026-12-01'],
  ])('is booked on the day at the plant, and so is its work: %s', (_name, timeZone, at, day) => {
    // Prepare
    const completed = completedProductOrder({
      completedAt: at,
      recordings: [recording({ finishedAt: at }), withoutFinish(recording({ id: 'unfinished' }))],
    });

    // Act
    const completion = mapCompletion({ completions: {}, timeZone }, 'quantity', [completed]);

    // Assess
    expect(completion).toMatchObject({ completedAt: at, completedOn: day });
    expect(completion.work.map(({ date }) => date)).toEqual([day, day]);
  });

  it('is booked on the day of its last part', () => {
    const [first, last] = ['2026-11-30T22:00:00.000Z', '2026-11-30T23:30:00.000Z'].map((completedAt) =>
      completedProductOrder({ completedAt }),
    );
    if (!first || !last) throw new Error('two parts were made');
    expect(mapCompletion(plantWith(), 'quantity', [last, first]).completedOn).toBe('2026-12-01');
  });

  it.each([
    ['the completion of MO/0001', { completedAt: '24/11/2026' }, '24/11/2026'],
    ['the completion of MO/0001', { completedAt: '2026-02-31T10:00:00' }, '2026-02-31T10:00:00'],
    ['the recording r1', { recordings: [recording({ id: 'r1', finishedAt: 'noon' })] }, 'noon'],
  ])('is for a person when Azumuta tells no time of %s', (what, given, told) => {
    const map = () => mapCompletion(plantWith(), 'quantity', [completedProductOrder(given)]);
    expect(map).toThrow(Rejected);
    expect(map).toThrow(`Azumuta tells "${told}" as the time of ${what}, where an ISO time such as`);
  });

  it.each([
    ['a negative quantity', { quantity: () => -1 }],
    ['text that is no number', { quantity: () => 'five' }],
    ['mixed units', { quantity: () => ({ amount: '1', unit: 'kg' }) }],
  ])('%s is rejected', (name, mapping) => {
    const unit = completedProductOrder();
    const act = () =>
      name === 'mixed units'
        ? mapCompletion(
            plantWith({ quantity: (one) => ({ amount: '1', unit: one.productOrder.number }) }),
            'quantity',
            [unit, completedProductOrder({ productOrder: { id: 'x', number: 'other' } })],
          )
        : mapCompletion(plantWith(mapping), 'quantity', [unit]);
    expect(act).toThrow(Rejected);
  });

  it('reads a recorded value by its name in any case, of the last recording', () => {
    const completed = completedProductOrder({
      recordings: [
        recording({ steps: [{ name: 'Good quantity', value: 3 }] }),
        recording({ steps: [{ name: 'good Quantity', value: 4 }] }),
      ],
    });
    expect(recorded(completed, 'GOOD QUANTITY')).toBe('4');
    expect(recorded(completed, 'missing')).toBeUndefined();
  });
});

describe('what a completion mapping in plain JavaScript gives', () => {
  const mapped = (mapping: object, parameters: Record<string, string> = { Quantity: '5' }) =>
    Reflect.apply(mapCompletion, undefined, [
      plantWith(mapping),
      'quantity',
      [completedProductOrder({ parameters })],
    ]);

  it.each([
    ['a lot that is no text', { lots: () => [undefined] }, 'completions.lots'],
    ['a lot with a line break', { lots: () => ['SN1\nSN2'] }, 'completions.lots'],
    ['no list of lots', { lots: () => 'SN1' }, 'completions.lots'],
    ['no links', { links: () => undefined }, 'completions.links'],
    ['a word for yes or no', { final: () => 'no' }, 'completions.final'],
    ['a note that is no text', { notes: () => [5] }, 'completions.notes'],
  ])('is refused when it is %s, with the field and the order', (_name, mapping, field) => {
    expect(() => mapped(mapping)).toThrow(Rejected);
    expect(() => mapped(mapping)).toThrow(new RegExp(`Mapping ${field} gave .* for MO/0001`));
  });

  it('leaves out lots that are empty, as nothing was recorded', () => {
    expect(mapped({ lots: () => ['SN1', ''] }).lots).toEqual([{ number: 'SN1' }]);
  });

  it('asks a person when one of several parts has no quantity, by the number of that part', () => {
    const part = (index: number, quantity: Record<string, string>) =>
      completedProductOrder({
        productOrder: { id: `p${index}`, number: `MO/1/${index}` },
        parameters: quantity,
      });
    const parts = [part(1, { Quantity: '1' }), part(2, {}), part(3, { Quantity: '1' })] as const;
    expect(() => mapCompletion(plantWith(), 'quantity', parts)).toThrow(/no quantity for MO\/1\/2/);
  });

  it('asks a person when nothing tells how many were built: one is a guess, and would close the order', () => {
    expect(() => mapped({}, { Aantal: '5' })).toThrow(
      /no quantity for MO\/0001, which has no parameter Quantity/,
    );
  });
});

it('a step that records a list has several values, and an empty one has none', () => {
  const steps = [
    { name: 'Serial number', value: ['SN1', 'SN2'] },
    { name: 'Serial number', value: '' },
    { name: 'Serial number', value: 'SN3' },
  ];
  const completed = completedProductOrder({ recordings: [recording({ steps })] });
  expect(recordedAll(completed, 'serial number')).toEqual(['SN1', 'SN2', 'SN3']);
});

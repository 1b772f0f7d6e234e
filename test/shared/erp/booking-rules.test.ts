import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtOf, mayClose, type Scrapped } from '../../../shared/erp/booking-rules.ts';
import type { Completion, Lot } from '../../../shared/model/completions.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { sumOf } from '../../../shared/model/quantity.ts';
import { completionOf } from './conformance/completions.ts';

const built = (differs: Partial<Completion>) => builtOf(completionOf({ number: 'MO/1' }, differs), 'ERP');
const scrapped = true as const;
const lost = (number: string, amount: string) => ({ number, quantity: { amount }, scrapped });
const scratch = (amount: string) => ({ reason: 'Scratch', quantity: { amount } });
const crack = (amount: string) => ({ reason: 'Crack', quantity: { amount } });

describe('the figures of a completion', () => {
  it('add good and scrap up to what was produced', () => {
    expect(built({ quantity: { amount: '4', unit: 'u' }, scrap: { amount: '0.5' } })).toEqual({
      good: '4',
      scrap: '0.5',
      produced: '4.5',
      unit: 'u',
      goodLots: [],
      scrapLots: [],
      scrapped: [{ amount: '0.5' }],
    });
  });

  it.each<[string, Partial<Completion>, Scrapped[] | RegExp]>([
    ['without a reason', {}, [{ amount: '3' }]],
    [
      'for some of it',
      { scrapReasons: [scratch('1')] },
      [{ amount: '1', reason: 'Scratch' }, { amount: '2' }],
    ],
    [
      'of its only batch',
      { lots: [{ number: 'L' }], scrapReasons: [scratch('1'), crack('2')] },
      [
        { number: 'L', amount: '1', reason: 'Scratch' },
        { number: 'L', amount: '2', reason: 'Crack' },
      ],
    ],
    [
      'of each scrapped lot',
      { lots: [{ ...lost('A', '1'), reason: 'Crack' }, lost('B', '2')], scrapReasons: [scratch('3')] },
      [
        { number: 'A', amount: '1', reason: 'Crack' },
        { number: 'B', amount: '2', reason: 'Scratch' },
      ],
    ],
    [
      'of which nobody says to which lot it belongs',
      { lots: [lost('A', '1'), lost('B', '2')], scrapReasons: [scratch('1')] },
      /do not say for which reason/,
    ],
    [
      'for more than there is',
      { scrapReasons: [scratch('4')] },
      /reasons are for 4 scrap, and there is only 3/,
    ],
    [
      'in another unit',
      { scrapReasons: [{ ...scratch('1'), quantity: { amount: '1', unit: 'kg' } }] },
      /in u and kg/,
    ],
  ])('have their scrap by reason: %s', (_, differs, expected) => {
    const act = () =>
      built({ quantity: { amount: '5', unit: 'u' }, scrap: { amount: '3', unit: 'u' }, ...differs }).scrapped;
    if (expected instanceof RegExp) expect(act).toThrow(expected);
    else expect(act()).toEqual(expected);
  });

  it('take one lot without a quantity for all, and several for serial numbers', () => {
    expect(built({ lots: [{ number: 'L' }] }).goodLots).toEqual([{ number: 'L', amount: '5' }]);
    const serials = ['A', 'B', 'C'].map((number) => ({ number }));
    expect(built({ quantity: { amount: '3' }, lots: serials }).goodLots).toEqual(
      serials.map(({ number }) => ({ number, amount: '1' })),
    );
    const rest = [{ number: 'A', quantity: { amount: '2' } }, { number: 'B' }];
    expect(built({ lots: rest }).goodLots).toEqual([
      { number: 'A', amount: '2' },
      { number: 'B', amount: '3' },
    ]);
  });

  it('take a number that was recorded twice for one lot', () => {
    expect(built({ lots: [{ number: 'L' }, { number: 'L' }] }).goodLots).toEqual([
      { number: 'L', amount: '5' },
    ]);
    const alsoScrapped = [{ number: 'L' }, { number: 'L', scrapped }];
    expect(built({ scrap: { amount: '1' }, lots: alsoScrapped })).toMatchObject({
      goodLots: [{ number: 'L', amount: '5' }],
      scrapLots: [{ number: 'L', amount: '1' }],
    });
  });

  it('take scrap out of the only lot, else out of the scrapped lots', () => {
    const scrap = { amount: '1' };
    expect(built({ scrap, lots: [{ number: 'L' }] })).toMatchObject({
      goodLots: [{ number: 'L', amount: '5' }],
      scrapLots: [{ number: 'L', amount: '1' }],
    });
    expect(built({ quantity: { amount: '0' }, scrap, lots: [{ number: 'L' }] })).toMatchObject({
      goodLots: [],
      scrapLots: [{ number: 'L', amount: '1' }],
    });
    const lots = [{ number: 'A' }, { number: 'B', scrapped }];
    expect(built({ quantity: { amount: '1' }, scrap, lots })).toMatchObject({
      goodLots: [{ number: 'A', amount: '1' }],
      scrapLots: [{ number: 'B', amount: '1' }],
    });
    const unnamed = [{ number: 'A' }, { number: 'B' }];
    expect(built({ quantity: { amount: '2' }, scrap, lots: unnamed }).scrapLots).toEqual([]);
  });

  it.each<[string, Partial<Completion>, string]>([
    ['nothing', { quantity: { amount: '0' } }, 'nothing was built'],
    ['less than nothing', { quantity: { amount: '-1' } }, '-1'],
    ['two units', { quantity: { amount: '5', unit: 'kg' }, scrap: { amount: '200', unit: 'g' } }, 'kg and g'],
    [
      'a lot in another unit',
      {
        quantity: { amount: '5', unit: 'kg' },
        lots: [{ number: 'L', quantity: { amount: '5', unit: 'g' } }],
      },
      'kg and g',
    ],
    ['a lot of more', { lots: [{ number: 'L', quantity: { amount: '9' } }] }, 'L'],
    [
      'more serial numbers than pieces',
      { quantity: { amount: '2' }, lots: lotsOf('A', 'B', 'C') },
      'A, B, C',
    ],
    ['fewer serial numbers than pieces', { lots: lotsOf('A', 'B') }, 'A, B'],
    ['scrapped lots without scrap', { lots: [{ number: 'A' }, { number: 'B', scrapped }] }, '0 scrap'],
  ])('are refused with %s, naming the order', (_, differs, says) => {
    const refused = () => built(differs);

    expect(refused).toThrow(Rejected);
    expect(refused).toThrow(/order MO\/1 /);
    expect(refused).toThrow(says);
  });

  it('ignore the unit of a quantity of 0', () => {
    expect(built({ quantity: { amount: '5', unit: 'kg' }, scrap: { amount: '0', unit: 'g' } }).unit).toBe(
      'kg',
    );
  });

  it('have lots that add up, or are refused', () => {
    const amount = fc.integer({ min: 0, max: 20 }).map(String);
    const lot = fc.record<Lot>(
      {
        number: fc.constantFrom('A', 'B', 'C', 'D'),
        quantity: fc.record({ amount }),
        scrapped: fc.constant(scrapped),
      },
      { requiredKeys: ['number'] },
    );
    const cases = fc.record({
      quantity: fc.record({ amount }),
      scrap: fc.record({ amount }),
      lots: fc.array(lot, { maxLength: 5 }),
    });
    fc.assert(
      fc.property(cases, (given) => {
        let one: ReturnType<typeof built>;
        try {
          one = built(given);
        } catch (error) {
          expect(error).toBeInstanceOf(Rejected);
          return;
        }
        const sum = (lots: typeof one.goodLots) => sumOf(lots.map((each) => each.amount));
        if (one.goodLots.length > 0) expect(sum(one.goodLots)).toBe(one.good);
        if (one.scrapLots.length > 0) expect(sum(one.scrapLots)).toBe(one.scrap);
        expect(one.produced).toBe(sumOf([given.quantity.amount, given.scrap.amount]));
      }),
    );
  });
});

function lotsOf(...numbers: readonly string[]): Lot[] {
  return numbers.map((number) => ({ number }));
}

describe('a final booking may close its order', () => {
  const amount = (of: string, unit?: string) => ({ amount: of, ...(unit === undefined ? {} : { unit }) });

  it.each([
    ['for what its product order was made for', amount('5'), amount('5.0'), '3', true],
    ['for more, which nobody has built', amount('5'), amount('99'), '5', false],
    ['for less, which nobody has built', amount('5'), amount('4'), '3', false],
    ['for less, all of which is built', amount('5'), amount('3'), '5', true],
    ['for more, all of which is built', amount('5'), amount('6'), '6', true],
    ['in the same unit', amount('5', 'u'), amount('99', 'u'), '5', false],
    ['in a unit that only one of them tells', amount('5', 'u'), amount('99'), '5', false],
    ['in another unit, which nobody can compare', amount('5', 'doz'), amount('60', 'u'), '5', true],
    ['for what nobody tells', amount('5'), undefined, '3', true],
    ['for what nobody was told of', undefined, amount('99'), '5', true],
  ])('that is %s', (_, madeFor, ordered, produced, may) => {
    expect(mayClose({ final: true, madeFor }, ordered, produced)).toBe(may);
    expect(mayClose({ final: false, madeFor }, ordered, produced)).toBe(false);
  });
});

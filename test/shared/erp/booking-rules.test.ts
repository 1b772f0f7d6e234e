import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtOf, mayClose, type Scrapped, scrapLotsOf } from '../../../shared/erp/booking-rules.ts';
import type { Completion, Lot } from '../../../shared/model/completions.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { sumOf } from '../../../shared/model/quantity.ts';
import { completionOf } from './conformance/completions.ts';

const built = (differs: Partial<Completion>) => builtOf(completionOf({ number: 'MO/1' }, differs), 'ERP');
const scrapped = true as const;
const lost = (number: string, amount: string) => ({ number, quantity: { amount }, scrapped });
const kilos = { amount: '5', unit: 'kg' };
const grams = { amount: '5', unit: 'g' };
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

  it.each([
    ['take one lot without a quantity for all', '5', '0', lotsOf('L'), '5 L', ''],
    ['take several for serial numbers', '3', '0', lotsOf('A', 'B', 'C'), '1 A, 1 B, 1 C', ''],
    ['take the last one for the rest', '5', '0', lotsOf('A=2', 'B'), '2 A, 3 B', ''],
    ['take a number that was recorded twice for one lot', '5', '0', lotsOf('L', 'L'), '5 L', ''],
    ['take one that was recorded as scrap, too, for both', '5', '1', lotsOf('L', 'L!'), '5 L', '1 L'],
    ['take scrap out of the only lot', '5', '1', lotsOf('L'), '5 L', '1 L'],
    ['take nothing else out of the only lot', '0', '1', lotsOf('L'), '', '1 L'],
    ['take scrap out of the scrapped lots', '1', '1', lotsOf('A', 'B!'), '1 A', '1 B'],
    ['do not guess which of several lots is scrap', '2', '1', lotsOf('A', 'B'), '1 A, 1 B', '1 '],
  ])('%s', (_, quantity, scrap, lots, goodLots, lost) => {
    const one = built({ quantity: { amount: quantity }, scrap: { amount: scrap }, lots });

    const told = (shares: readonly Scrapped[]) =>
      shares.map(({ amount, number = '' }) => `${amount} ${number}`).join(', ');
    expect([told(one.goodLots), told(one.scrapped)]).toEqual([goodLots, lost]);
  });

  it('have one scrapped lot of a number, whatever its reasons', () => {
    const reasons = { scrap: { amount: '3' }, scrapReasons: [scratch('1'), crack('2')] };

    expect(scrapLotsOf(built({ ...reasons, lots: lotsOf('L') }))).toEqual([{ number: 'L', amount: '3' }]);
    expect(scrapLotsOf(built(reasons))).toEqual([]);
  });

  it.each<[string, Partial<Completion>, string]>([
    ['nothing', { quantity: { amount: '0' } }, 'nothing was built'],
    ['less than nothing', { quantity: { amount: '-1' } }, '-1'],
    ['two units', { quantity: kilos, scrap: grams }, 'kg and g'],
    ['a lot in another unit', { quantity: kilos, lots: [{ number: 'L', quantity: grams }] }, 'kg and g'],
    ['a lot of more', { lots: lotsOf('L=9') }, 'L'],
    ['more serial numbers than pieces', { lots: lotsOf('A', 'B', 'C', 'D', 'E', 'F') }, 'A, B, C, D, E, F'],
    ['fewer serial numbers than pieces', { lots: lotsOf('A', 'B') }, 'A, B'],
    ['scrapped lots without scrap', { lots: lotsOf('A', 'B!') }, '0 scrap'],
  ])('are refused with %s, naming the order', (_, differs, says) => {
    const refused = () => built(differs);

    expect(refused).toThrow(Rejected);
    expect(refused).toThrow(/order MO\/1 /);
    expect(refused).toThrow(says);
  });

  it('ignore the unit of a quantity of 0', () => {
    expect(built({ quantity: kilos, scrap: { amount: '0', unit: 'g' } }).unit).toBe('kg');
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
        const sum = (shares: readonly Scrapped[]) => sumOf(shares.map((each) => each.amount));
        if (one.goodLots.length > 0) expect(sum(one.goodLots)).toBe(one.good);
        expect(sum(one.scrapped)).toBe(one.scrap);
        expect(one.produced).toBe(sumOf([given.quantity.amount, given.scrap.amount]));
      }),
    );
  });
});

/** `A`; `A=2` for two of it; `A!` for one that is scrap. */
function lotsOf(...told: readonly string[]): Lot[] {
  return told.map((one) => {
    const [number = '', amount] = one.replace('!', '').split('=');
    return { number, ...(amount && { quantity: { amount } }), ...(one.endsWith('!') && { scrapped }) };
  });
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

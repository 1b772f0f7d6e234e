import { describe, expect, it } from 'vitest';
import { type ComparisonFacts, decideComparison } from '../../../shared/orders/decide-comparison.ts';

const draft = { number: 'MO/1', article: 'GEAR-01', parameters: { Quantity: '5' }, variants: ['Blue'] };
const typed = { article: 'GEAR-01', parameters: { Quantity: 5 }, variants: ['Blue'] };
const quantity = { amount: '5', unit: 'u' };
const figures = { good: { amount: '5', unit: 'u' }, scrap: { amount: '0' }, lots: 0, notes: 0, links: 0 };
const done = { state: 'done', parts: [1], figures } as const;
const refusedBy = (cause: 'order-state' | 'quantity-or-lots') =>
  ({ state: 'rejected', parts: [1], figures, cause, reason: 'MO/1 is done already.' }) as const;
const released = { state: 'released', quantity } as const;
const ended = { state: 'other', quantity } as const;
const withProduced = (good: string, scrap?: string) => ({ ...ended, produced: { good, scrap } });

function decided(facts: Partial<ComparisonFacts>) {
  return decideComparison({
    parts: [{ draft, typed }],
    creationRefused: [],
    bookings: [],
    erp: released,
    ...facts,
  });
}

describe('an ERP order in shadow', () => {
  it.each<[string, Partial<ComparisonFacts>]>([
    ['is not typed yet', { parts: [{ draft, typed: undefined }] }],
    ['is not completed in Azumuta', {}],
    [
      'has a part that is not completed',
      {
        parts: [
          { draft, typed },
          { draft: { ...draft, number: 'MO/1/2' }, typed },
        ],
        bookings: [done],
      },
    ],
  ])('is compared the next day while it is in work and %s', (_, facts) => {
    expect(decided(facts)).toBe('wait');
  });

  it.each<[string, Partial<ComparisonFacts>]>([
    ['the ERP tells the same figures', { bookings: [done], erp: withProduced('5.0', '0') }],
    ['the ERP tells the good ones alone', { bookings: [done], erp: withProduced('5') }],
    ['the ERP has ended it and tells none', { bookings: [done], erp: ended }],
    ['its look says that somebody else has booked it', { bookings: [refusedBy('order-state')], erp: ended }],
    [
      'the figures are in another unit, which nobody can compare',
      {
        bookings: [{ ...done, figures: { ...figures, good: { amount: '1', unit: 'kg' } } }],
        erp: withProduced('5'),
      },
    ],
  ])('is the same as what people did where %s', (_, facts) => {
    expect(decided(facts)).toEqual({ outcome: 'same', wouldBook: true, booked: 'yes', reasons: [] });
  });

  it('is the same by its look alone where the ERP cannot be asked for it', () => {
    expect(decided({ bookings: [done], erp: undefined })).toEqual({
      outcome: 'same',
      wouldBook: true,
      booked: 'unknown',
      reasons: [],
    });
  });

  it.each<[string, Partial<ComparisonFacts>, string]>([
    [
      'another quantity was typed',
      { parts: [{ draft, typed: { ...typed, parameters: { Quantity: 7 } } }] },
      'productOrders.parameters["Quantity"] is 7, wanted 5',
    ],
    [
      'another variant was typed',
      { parts: [{ draft, typed: { ...typed, variants: ['Red'] } }] },
      'productOrders.variants is red, wanted blue',
    ],
    [
      'it would not be created',
      { creationRefused: [{ reason: 'Azumuta has no article GEAR-01.' }] },
      'It would not be created: Azumuta has no article',
    ],
    ['people have not booked it', { bookings: [done] }, 'People have not booked it'],
    [
      'it would be refused',
      { bookings: [refusedBy('quantity-or-lots')], erp: ended },
      'It would not be booked: MO/1 is done already.',
    ],
    [
      'it is refused as done while the ERP has it in work',
      { bookings: [refusedBy('order-state')] },
      'It would not be booked',
    ],
    [
      'it ended without being typed',
      { parts: [{ draft, typed: undefined }], erp: ended },
      'has no product order MO/1',
    ],
    ['it ended without being completed', { erp: ended }, 'does not show that all of it is completed'],
    [
      'people have booked another quantity',
      { bookings: [done], erp: withProduced('4') },
      'completions.quantity makes 5 good, and the ERP has 4.',
    ],
    [
      'people have booked scrap',
      { bookings: [done], erp: withProduced('5', '1') },
      'completions.scrap makes 0 scrap, and the ERP has 1.',
    ],
  ])('differs where %s, and says by which line', (_, facts, says) => {
    const comparison = decided(facts);
    expect(comparison).toMatchObject({ outcome: 'different' });
    expect(JSON.stringify(comparison).replaceAll('\\', '')).toContain(says);
  });

  it.each(['cancelled', 'deleted'] as const)('is left out where the ERP has it as %s', (state) => {
    const creationRefused = [{ reason: 'No article.' }];
    expect(decided({ erp: { state, quantity }, creationRefused })).toMatchObject({ outcome: 'nothing' });
  });
});

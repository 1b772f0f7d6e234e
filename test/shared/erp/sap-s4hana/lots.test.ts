import { describe, expect, it } from 'vitest';
import { failureOf } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { rejection } from '../conformance/rejection.ts';
import { startPlant } from './plant.ts';

describe('a goods receipt', () => {
  it('receives each lot with its quantity, which add up to the good quantity', async () => {
    // Prepare
    const { books, plan, book } = startPlant({ goodsMovements: 'receipt' });
    const lots = [{ number: 'L1', quantity: { amount: '3' } }, { number: 'L2' }];

    // Act
    await book(completionOf(plan(), { lots, scrap: { amount: '1' } }));

    // Assess
    const received = books.goods.documents.map((one) => [one.Batch, one.QuantityInEntryUnit, one.EntryUnit]);
    expect(received).toEqual([
      ['L1', '3', 'PC'],
      ['L2', '2', 'PC'],
    ]);
  });

  it('refuses lots with more decimals than SAP has', async () => {
    // Prepare
    const { books, plan, book } = startPlant({ goodsMovements: 'receipt' });
    const order = plan();
    const lots = ['2.5001', '2.4999'].map((amount, at) => ({ number: `L${at}`, quantity: { amount } }));

    // Act
    const failure = await failureOf(book(completionOf(order, { lots })));

    // Assess
    expect(failure).toMatchObject(rejection(order.number, 'quantity-or-lots'));
    expect([books.confirmations, books.goods.documents]).toEqual([[], []]);
  });

  it('receives no scrap, and consumes nothing for it', async () => {
    // Prepare: without movements of its own, a confirmation gets those that SAP plans.
    const { books, plan, book, confirmationsOf } = startPlant({
      goodsMovements: 'receipt',
      notesField: 'OrderLongText',
    });
    const order = plan();
    const lots = ['B', 'C', 'D', 'E', 'F'].map((number) => ({ number, scrapped: true as const }));

    // Act
    await book(completionOf(order, { quantity: { amount: '0' }, scrap: { amount: '5' }, lots }));

    // Assess
    expect(confirmationsOf(order.number)).toMatchObject([{ ConfirmationScrapQuantity: '5' }]);
    expect(books.goods.documents).toEqual([]);
    expect(books.find(order.number).OrderLongText).toContain('Scrap: B, C, D, E, F\n');
  });
});

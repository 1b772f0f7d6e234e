import { describe, expect, it } from 'vitest';
import type { Lot } from '../../../../shared/model/completions.ts';
import { failureOf, nextAttempt } from '../conformance/attempts.ts';
import { completionOf, quantityKey } from '../conformance/completions.ts';
import { rejection } from '../conformance/rejection.ts';
import type { Fate, SapMovement } from '../conformance/servers/sap-goods.ts';
import { startPlant } from './plant.ts';

const twoLots = ['L1', 'L2'].map((number, at) => ({ number, quantity: { amount: String(2 + at) } }));

describe('a receipt', () => {
  it('names the material document that proves it', async () => {
    const { plan, book } = startPlant();

    const { reference } = await book(completionOf(plan()));

    expect(reference).toMatch(/^confirmation \d+\/1, material document 50000000\d\d\/2026$/);
  });

  it.each<[string, (movement: SapMovement) => Fate, Lot[]?]>([
    ['failed, and waits for a person', () => 'failed'],
    ['is posted later', () => 'later'],
    [
      'failed, while the components were consumed',
      (one) => (one.GoodsMovementType === '101' ? 'failed' : 'at once'),
    ],
    ['failed for one of two lots', ({ Batch }) => (Batch === 'L2' ? 'failed' : 'at once'), twoLots],
  ])('says that stock is not proven when the goods movement %s', async (_, fateOf, lots = []) => {
    // Prepare
    const { books, plan, book, confirmationsOf } = startPlant(
      lots.length > 0 ? { goodsMovements: 'receipt' } : {},
    );
    books.goods.fateOf = fateOf;
    const order = plan();

    // Act
    const receipt = await book(completionOf(order, { lots }));

    // Assess
    expect(receipt).toEqual({
      reference: expect.stringMatching(/^confirmation \d+\/1; stock not proven$/),
      alreadyBooked: false,
    });
    expect(confirmationsOf(order.number).length).toBe(1);
  });

  it('names the document once it is there, and books nothing again', async () => {
    // Prepare
    const { books, plan, connect, book, confirmationsOf } = startPlant();
    books.goods.fateOf = () => 'later';
    const completion = completionOf(plan());
    await book(completion);
    books.goods.postWaiting();

    // Act
    const receipt = await connect().book(completion, quantityKey(completion.productOrder), nextAttempt());

    // Assess
    expect(receipt.alreadyBooked).toBe(true);
    expect(receipt.reference).toMatch(/, material document \d+\/2026$/);
    expect(confirmationsOf(completion.erpOrder.number).length).toBe(1);
    expect(books.goods.documents.filter((one) => one.GoodsMovementType === '101').length).toBe(1);
  });

  it.each([
    ['no goods movement is asked for', { goodsMovements: 'none' }, {}],
    ['all of it is scrap', {}, { quantity: { amount: '0' }, scrap: { amount: '5' } }],
  ] as const)('says nothing of stock when %s', async (_, options, built) => {
    const { plan, book } = startPlant(options);

    const { reference } = await book(completionOf(plan(), built));

    expect(reference).toMatch(/^confirmation \d+\/1$/);
  });

  it.each([400, 403, 404])('is given though SAP does not show material documents (%i)', async (status) => {
    // Prepare: the calls before are order, confirmations, POST and confirmations.
    const { faults, plan, book } = startPlant();
    const error = { code: 'X/001', message: { lang: 'en', value: 'Not for you' } };
    faults.beforeCall(5, () => faults.answerNext({ status, body: JSON.stringify({ error }) }));

    // Act
    const { reference } = await book(completionOf(plan()));

    // Assess
    expect(reference).toContain('stock not proven');
  });

  it('adds the receipts up over all pages', async () => {
    // Prepare
    const { server, plan, book } = startPlant({ goodsMovements: 'receipt' });
    server.largestPage = 2;
    const lots = ['A', 'B', 'C', 'D', 'E'].map((number) => ({ number }));

    // Act
    const { reference } = await book(completionOf(plan(), { lots }));

    // Assess
    expect(reference).toMatch(/, material document \d+\/2026$/);
  });
});

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

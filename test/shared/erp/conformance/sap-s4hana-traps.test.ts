import { describe, expect, it } from 'vitest';
import { keyAsGuid } from '../../../../shared/erp/marks.ts';
import { startPlant } from '../sap-s4hana/plant.ts';
import { failureOf, firstAttempt } from './attempts.ts';
import { amendmentOf, completionOf, partOf, quantityKey } from './completions.ts';
import { rejection } from './rejection.ts';

describe('sap-s4hana', () => {
  it.each([
    ['cancelled since', { IsReversed: true }],
    ['of another operation', { OrderOperation: '0005' }],
    ['in another unit', { ConfirmationUnit: 'KG' }],
  ])(
    'does not count a confirmation that is %s when it decides whether a part completes the order',
    async (_, changed) => {
      // Prepare
      const { plan, book, confirmationsOf } = startPlant();
      const order = plan();
      await book(partOf(order, 1, '3'));
      for (const one of confirmationsOf(order.number)) Object.assign(one, changed);

      // Act
      await book(partOf(order, 2, '2'));

      // Assess
      expect(confirmationsOf(order.number).map((one) => one.IsFinalConfirmation)).toEqual([false, false]);
    },
  );

  it('adds parts up exactly, and clears reservations with the one that completes the order', async () => {
    // Prepare: in binary, 0.1 and 0.2 are more than 0.3, and 0.7 and 0.1 less than 0.8.
    const { plan, book, confirmationsOf } = startPlant();
    const order = plan('0.8');

    // Act
    await book(partOf(order, 1, '0.7'));
    await book(partOf(order, 2, '0.1'));

    // Assess
    const flags = confirmationsOf(order.number).map((one) => [
      one.IsFinalConfirmation,
      one.OpenReservationsIsCleared,
    ]);
    expect(flags).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('writes a confirmation with twelve digits, decimals as text and its text cut to length', async () => {
    // Prepare
    const { faults, plan, connect, book } = startPlant();
    const order = plan();
    const completion = completionOf(order, {
      quantity: { amount: '4.5' },
      scrap: { amount: '0.5' },
      notes: ['A note that is longer than the forty characters of a confirmation text'],
      work: [{ id: 'r1', seconds: 90, date: '2026-11-24' }],
    });

    // Act
    await book(completion, connect({ operation: '0010', activities: { run: 1 }, client: '100' }));

    // Assess
    const posted = faults.calls().find(({ method }) => method === 'POST');
    expect(posted?.url).toContain('sap-client=100');
    const body = JSON.parse(posted?.body ?? '{}');
    expect(body).toMatchObject({
      OrderID: order.number.padStart(12, '0'),
      OrderOperation: '0010',
      ConfirmationYieldQuantity: '4.5',
      ConfirmationScrapQuantity: '0.5',
      ConfirmationUnit: 'PC',
      IsFinalConfirmation: true,
      // Edm.DateTime, a date as its midnight in UTC: the mapping has found the plant's day.
      PostingDate: `/Date(${Date.parse('2026-11-24T00:00:00Z')})/`,
      OpConfirmedWorkQuantity1: '1.5',
      OpWorkQuantityUnit1: 'MIN',
      ExternalSystemConfirmation: keyAsGuid(quantityKey(completion.productOrder)),
    });
    expect(body.ConfirmationText.length).toBeLessThanOrEqual(40);
  });

  it("refuses more than the order's tolerance in SAP's own words, and confirms nothing", async () => {
    const { books, plan, book, confirmationsOf } = startPlant();
    books.refusesOverdelivery = true;
    const order = plan();

    const failure = await failureOf(book(completionOf(order, { quantity: { amount: '6' } })));

    expect(failure).toMatchObject(rejection('Überlieferungstoleranz', 'refused-by-erp'));
    expect(confirmationsOf(order.number)).toEqual([]);
  });

  it('says that an amendment needs notesField', async () => {
    const { plan, connect } = startPlant();
    const amendment = amendmentOf(plan(), { notes: ['late'] });

    const failure = await failureOf(connect().book(amendment, 'P#recording#R', firstAttempt()));

    expect(failure).toMatchObject(rejection('notesField'));
  });
});

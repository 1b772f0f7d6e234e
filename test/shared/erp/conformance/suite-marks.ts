import { expect } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import { failureOf, firstAttempt, nextAttempt } from './attempts.ts';
import { amendmentOf, completionOf, productOrderOf, quantityKey } from './completions.ts';
import type { Chapter, PlannedOrderRef } from './target.ts';

/** Numbers and ids as people or a partner may choose them: keys are made of these. */
const oddNames = [
  'WH MO 00001',
  'WH MO 00002',
  'MO]1',
  'MO[1]',
  'MO/1/',
  '<MO & "1">',
  'MO%201',
  'ÄÖ 😀',
  'M'.repeat(200),
];

export function markTests({ target, cannot, plan, book, promise }: Chapter): void {
  promise('distinguishes keys, whatever characters they have', ['partial'], async () => {
    // Prepare: one part for each, so that one order holds all of them.
    const order = await plan({ quantity: String(oddNames.length) });
    const part = (name: string): Completion =>
      completionOf(order, { quantity: { amount: '1' }, final: false }, { id: name, number: name });

    // Act
    const first = [];
    for (const name of oddNames) first.push((await book(part(name))).alreadyBooked);
    const second = [];
    for (const name of oddNames) second.push((await book(part(name), nextAttempt())).alreadyBooked);

    // Assess
    expect(first).toEqual(oddNames.map(() => false));
    expect(second).toEqual(oddNames.map(() => true));
    const { good, bookings } = await target().books(order);
    expect([good, bookings]).toEqual([String(oddNames.length), oddNames.length]);
  });

  promise('recognises an amendment, whatever characters its key has', ['amendments'], async () => {
    // Prepare
    const order = await plan();

    for (const name of oddNames) {
      const amendment = amendmentOf(order, { notes: ['A late check'] });
      const book = () => target().connector().book(amendment, `${name}#recording#r`, firstAttempt());

      // Act
      const answers = [await book(), await book()];

      // Assess
      expect(
        answers.map(({ alreadyBooked }) => alreadyBooked),
        name,
      ).toEqual([false, true]);
    }
    const { notes } = await target().books(order);
    expect(notes.filter((text) => text.includes('A late check')).length).toBe(oddNames.length);
  });

  promise('does not accept a mark that somebody quotes as its own', ['marks', 'amendments'], async () => {
    // Prepare: a note quotes the mark of a booking that was never made.
    const order = await plan();
    const key = quantityKey(productOrderOf(order));
    const quoting = amendmentOf(order, {
      notes: [`See\n${target().mark?.(key)}\n`, `${target().mark?.(key)}`],
    });
    await target()
      .connector()
      .book(quoting, `${productOrderOf(order).id}#recording#quoting`, firstAttempt());

    // Act
    const receipt = await book(completionOf(order), nextAttempt());

    // Assess
    expect(receipt.alreadyBooked).toBe(false);
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  promise('creates one lot when two bookings bring the same number at once', ['lots'], async () => {
    // Prepare
    const orders = await Promise.all([1, 2, 3].map(() => plan({ article: target().articles.lots ?? '' })));
    const [first] = orders;
    if (!first) throw new Error('nothing was planned');
    const lot = `L-${productOrderOf(first).id.slice(0, 8)}`;
    const ofLot = (order: PlannedOrderRef) => completionOf(order, { lots: [{ number: lot }] });

    // Act: a failed attempt is repeated.
    const failures = await Promise.all(orders.map((order) => failureOf(book(ofLot(order)))));
    for (const [at, order] of orders.entries()) if (failures[at]) await book(ofLot(order), nextAttempt());

    // Assess
    const kept = target().keptLot?.(lot) ?? lot;
    for (const order of orders) {
      expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', lots: [kept] });
    }
    const lots = await target().lotsNamed?.(lot);
    if (cannot.lots === undefined && lots !== undefined) expect(lots).toBe(1);
  });

  promise('links an order of any number once', ['link'], async () => {
    // Prepare
    const order = await plan();

    for (const name of oddNames) {
      const link = () =>
        target().connector().linkProductOrder?.(order, { id: name, number: name }, firstAttempt());

      // Act
      await link();
      const once = (await target().books(order)).productOrders.length;
      await link();

      // Assess
      expect((await target().books(order)).productOrders.length, name).toBe(once);
    }
    // An ERP with room for only one product order shows the last one.
    const { productOrders } = await target().books(order);
    expect([1, oddNames.length]).toContain(productOrders.length);
  });
}

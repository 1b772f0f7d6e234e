import { expect } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import { compareDecimals, type Decimal } from '../../../../shared/model/quantity.ts';
import { attemptAfter, failureOf, newSignal, nextAttempt } from './attempts.ts';
import { completionOf, productOrderOf } from './completions.ts';
import type { Chapter, PlannedOrderRef } from './target.ts';

/** Its product order was made for 5. */
const madeFor = { amount: '5' };

export function changedTests({ target, plan, book, promise }: Chapter): void {
  /** The only booking of its product order, as the mapping makes it. */
  const all = (order: PlannedOrderRef, amount: Decimal) =>
    completionOf(order, { quantity: { amount }, madeFor });

  promise('leaves open what a planner has added since, and books it once', ['partial'], async () => {
    // Prepare
    const order = await plan();
    await target().changeQuantity(order, '12');

    // Act
    const receipts = [await book(all(order, '5')), await book(all(order, '5'), nextAttempt())];
    const between = await target().books(order);
    await book(completionOf(order, { quantity: { amount: '7' } }, productOrderOf(order, 2)));

    // Assess
    expect(receipts.map(({ alreadyBooked }) => alreadyBooked)).toEqual([false, true]);
    expect(between).toMatchObject({ state: 'open', good: '5', bookings: 1 });
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '12', bookings: 2 });
  });

  type MadeFor = () => Completion['madeFor'];
  const asListed: MadeFor = () => madeFor;
  for (const [what, now, built, state, told] of [
    ['closes an order that is for less now than was built', '3', '5', 'done', asListed],
    ['leaves open what is missing of an order that is for less now', '4', '3', 'open', asListed],
    ['closes an order that did not change, although less was built', '5', '3', 'done', asListed],
    [
      'closes an order when nobody knows what its product order was made for',
      '12',
      '3',
      'done',
      () => undefined,
    ],
    [
      'leaves a changed order open in its own unit',
      '12',
      '3',
      'open',
      () => ({ ...madeFor, unit: target().units.own }),
    ],
    [
      'closes an order that it cannot compare',
      '12',
      '3',
      'done',
      () => ({ ...madeFor, unit: target().units.foreign }),
    ],
  ] as const)
    promise(what, isClosedWithLess(built, now, state) ? ['partial', 'closing'] : ['partial'], async () => {
      // Prepare
      const order = await plan();
      if (now !== '5') await target().changeQuantity(order, now);
      const known = told();

      // Act
      await book(completionOf(order, { quantity: { amount: built }, ...(known ? { madeFor: known } : {}) }));

      // Assess
      expect(await target().books(order)).toMatchObject({ state, good: built, bookings: 1 });
    });

  promise(
    'books once, and closes nothing that is added, when any call is cut off after the ERP saw it',
    ['every-call', 'partial', 'read'],
    async () => {
      target().faults.reset();
      await book(all(await plan(), '3'));
      const calls = target().faults.callCount();

      for (let n = 1; n <= calls; n += 1) {
        // Prepare
        const order = await plan();
        target().faults.reset();
        target().faults.crashAt(n, 'after');
        const failure = await failureOf(book(all(order, '3')));
        const { bookings } = await target().books(order);
        // Once a booking has begun, some ERPs let no planner change the order.
        await target().changeQuantity(order, '12');
        const now = await target().connector().readOrder?.(order, newSignal());

        // Act
        await book(all(order, '3'), attemptAfter(failure));

        // Assess
        const { state, ...booked } = await target().books(order);
        expect(booked, `call ${n}`).toMatchObject({ good: '3', bookings: 1 });
        if (bookings === 0 && now?.quantity.amount === '12') expect(state, `call ${n}`).toBe('open');
      }
    },
  );
}

function isClosedWithLess(built: Decimal, ordered: Decimal, state: 'done' | 'open'): boolean {
  return state === 'done' && compareDecimals(built, ordered) < 0;
}

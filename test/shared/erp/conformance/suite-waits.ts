import { expect } from 'vitest';
import { Rejected, RetryLater } from '../../../../shared/model/errors.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { attemptAfter, failureOf, firstAttempt } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import { listOf } from './listing.ts';
import type { Chapter, PlannedOrderRef } from './target.ts';

/** Attempts that hang at the same call, one after the other. */
const hangs = 3;

/** Slow calls and locked orders, and capped pages. */
export function waitTests({ target, cannot, plan, book, promise }: Chapter): void {
  const all = (order: PlannedOrderRef) =>
    completionOf(order, {
      ...(cannot.scrap === undefined ? { quantity: { amount: '4' }, scrap: { amount: '1' } } : {}),
    });

  promise(
    'books once when the same call takes effect and is not answered, time after time',
    ['every-call'],
    async () => {
      // Prepare
      const reference = await plan();
      target().faults.reset();
      await book(all(reference));
      const calls = target().faults.callCount();
      const expected = await target().books(reference);

      for (let n = 1; n <= calls; n += 1) {
        const order = await plan();
        target().faults.reset();
        target().faults.crashAt(n, 'after');
        let failure = await failureOf(book(all(order)));
        const cut = target().faults.calls()[n - 1];
        target().faults.cutEvery((call) => call.url === cut?.url && call.body === cut.body, 'after');

        // Act
        let attempt = firstAttempt();
        for (let times = 1; times <= hangs && failure instanceof RetryLater; times += 1) {
          if (times === hangs) target().faults.reset();
          attempt = attemptAfter(failure, attempt);
          failure = await failureOf(book(all(order), attempt));
        }

        // Assess: if it cannot be decided, it goes to a person, with what was found.
        if (failure !== undefined) expect(failure, `call ${n}`).toBeInstanceOf(Rejected);
        const { good, scrap, bookings } = await target().books(order);
        expect({ good, scrap, bookings }, `call ${n}`).toEqual({
          good: expected.good,
          scrap: expected.scrap,
          bookings: expected.bookings,
        });
      }
    },
  );

  promise('lets only that order wait when a call on it exceeds the time limit', [], async () => {
    // Prepare: one call of the held order is not answered, while the same connector gets an answer for another order.
    const [held, free] = [await plan(), await plan()];
    const timeUp = new AbortController();
    const limits: AbortSignal[] = [];
    const timeout = () => limits.shift() ?? new AbortController().signal;
    const connector = target().connector({ clock: { ...systemClock, timeout } });
    const bookOn = (order: PlannedOrderRef) =>
      connector.book(completionOf(order), quantityKey(productOrderOf(order)), firstAttempt());
    await bookOn(await plan());
    target().faults.reset();
    limits.push(timeUp.signal);
    const arrived = Promise.withResolvers<void>();
    target().faults.beforeCall(1, () => {
      target().faults.hangNext();
      arrived.resolve();
    });
    // By then the first call of the other order was answered.
    target().faults.beforeCall(3, () => timeUp.abort());

    // Act
    const heldUp = failureOf(bookOn(held));
    await arrived.promise;
    const ofFree = await failureOf(bookOn(free));
    const failure = await heldUp;

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(ofFree).toBeUndefined();
    await book(completionOf(held), attemptAfter(failure));
    expect(await target().books(held)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  promise('lists every order of a server that caps its pages', ['page-cap'], async () => {
    // Prepare
    const planned = [];
    for (let n = 0; n < 7; n += 1) planned.push(await plan());
    await target().capPages?.(2);

    // Act
    const listing = listOf(target().connector({ pageSize: 5 }));
    const { numbers } = await listing.finally(() => target().capPages?.(undefined));

    // Assess
    expect(numbers).toEqual(expect.arrayContaining(planned.map(({ number }) => number)));
  });
}

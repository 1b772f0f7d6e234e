import { expect } from 'vitest';
import { Rejected, RetryLater } from '../../../../shared/model/errors.ts';
import type { ErpOrder } from '../../../../shared/model/orders.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { attemptAfter, failureOf, firstAttempt, newSignal } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import type { Chapter, ConnectorOptions, PlannedOrderRef } from './target.ts';

/** Attempts that hang at the same call, one after the other. */
const hangs = 3;

/** Slow calls and locked orders, capped pages and split orders. */
export function waitTests({ target, cannot, promise }: Chapter): void {
  const plan = (quantity = '5'): Promise<PlannedOrderRef> =>
    target().planOrder({ article: target().articles.plain, quantity });
  const bookAll = (order: PlannedOrderRef) => ({
    completion: completionOf(order, {
      ...(cannot.scrap === undefined ? { quantity: { amount: '4' }, scrap: { amount: '1' } } : {}),
    }),
    key: quantityKey(productOrderOf(order)),
  });
  async function listed(options: ConnectorOptions): Promise<ErpOrder[]> {
    const orders: ErpOrder[] = [];
    for await (const page of target().connector(options).releasedOrders(undefined, newSignal()))
      orders.push(...page.orders);
    return orders;
  }

  promise('books once when the same call takes effect and is not answered, time after time', [], async () => {
    // Prepare
    const reference = await plan();
    const undisturbed = bookAll(reference);
    target().faults.reset();
    await target().connector().book(undisturbed.completion, undisturbed.key, firstAttempt());
    const calls = target().faults.callCount();
    const expected = await target().books(reference);

    for (let n = 1; n <= calls; n += 1) {
      const order = await plan();
      const { completion, key } = bookAll(order);
      target().faults.reset();
      target().faults.crashAt(n, 'after');
      let failure = await failureOf(target().connector().book(completion, key, firstAttempt()));
      const cut = target().faults.calls()[n - 1];
      target().faults.cutEvery((call) => call.url === cut?.url && call.body === cut.body, 'after');

      // Act
      let attempt = firstAttempt();
      for (let times = 1; times <= hangs && failure instanceof RetryLater; times += 1) {
        if (times === hangs) target().faults.reset();
        attempt = attemptAfter(failure, attempt);
        failure = await failureOf(target().connector().book(completion, key, attempt));
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
  });

  promise('lets only that order wait when a call on it exceeds the time limit', [], async () => {
    // Prepare: one call of the held order is not answered, while the same connector gets an answer for another order.
    const [held, free] = [await plan(), await plan()];
    const timeUp = new AbortController();
    const limits: AbortSignal[] = [];
    const timeout = () => limits.shift() ?? new AbortController().signal;
    const connector = target().connector({ clock: { ...systemClock, timeout } });
    const book = (order: PlannedOrderRef) =>
      connector.book(completionOf(order), quantityKey(productOrderOf(order)), firstAttempt());
    await book(await plan());
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
    const heldUp = failureOf(book(held));
    await arrived.promise;
    const ofFree = await failureOf(book(free));
    const failure = await heldUp;

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(ofFree).toBeUndefined();
    const { completion, key } = { completion: completionOf(held), key: quantityKey(productOrderOf(held)) };
    await target().connector().book(completion, key, attemptAfter(failure));
    expect(await target().books(held)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  promise('lists every order of a server that caps its pages', ['page-cap'], async () => {
    // Prepare
    const planned = [];
    for (let n = 0; n < 7; n += 1) planned.push(await plan());
    await target().capPages?.(2);

    // Act
    const orders = await listed({ pageSize: 5 }).finally(() => target().capPages?.(undefined));

    // Assess
    const numbers = orders.map(({ number }) => number);
    expect(numbers).toEqual(expect.arrayContaining(planned.map(({ number }) => number)));
  });

  promise('lists each part of a split order by its own id and with its own quantity', ['split'], async () => {
    // Prepare
    const whole = await plan('9');
    const parts = (await target().splitOrder?.(whole, ['3', '3', '3'])) ?? [];

    // Act
    const orders = await listed({});

    // Assess: the first keeps its id, so it is recognised as the same order.
    expect(parts.length).toBe(3);
    expect(parts[0]?.id).toBe(whole.id);
    const found = parts.map(({ id }) => orders.filter((order) => order.id === id));
    expect(found.map((same) => same.map(({ quantity }) => quantity.amount))).toEqual([['3'], ['3'], ['3']]);
  });

  promise('books no more on an order than it has left after a split', ['split'], async () => {
    // Prepare: Azumuta built nine, as the order was when it was listed.
    const whole = await plan('9');
    await target().splitOrder?.(whole, ['3', '3', '3']);
    const before = await target().everything();

    // Act
    const failure = await failureOf(
      target()
        .connector()
        .book(
          completionOf(whole, { quantity: { amount: '9' } }),
          quantityKey(productOrderOf(whole)),
          firstAttempt(),
        ),
    );

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(failure).toMatchObject({ message: expect.stringMatching(/9.*3|3.*9/) });
    expect(await target().everything()).toEqual(before);
  });
}

import { expect } from 'vitest';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { compareDecimals } from '../../../../shared/model/quantity.ts';
import { failureOf, firstAttempt, newSignal, nextAttempt } from './attempts.ts';
import { completionOf, productOrderOf } from './completions.ts';
import { listOf } from './listing.ts';
import type { Chapter, PlannedOrder, PlannedOrderRef } from './target.ts';

export function listingTests({ target, cannot, plan, book, promise }: Chapter): void {
  async function planSome(count: number, given: Partial<PlannedOrder> = {}): Promise<PlannedOrderRef[]> {
    const orders: PlannedOrderRef[] = [];
    for (let n = 0; n < count; n += 1) orders.push(await plan(given));
    return orders;
  }
  const list = (pageSize?: number, since?: Watermark) =>
    listOf(target().connector(pageSize === undefined ? {} : { pageSize }), since);
  const now = async () => (await list()).watermark;

  promise('lists each released order once, with its number, article and quantity', [], async () => {
    // Prepare
    const planned = await planSome(5);

    // Act
    const { orders, numbers } = await list(2);

    // Assess
    for (const order of planned) {
      const found = orders.filter((one) => one.number === order.number);
      expect(found.length, `times that ${order.number} is listed`).toBe(1);
      expect(found[0]).toMatchObject({ article: order.article, state: 'released' });
      expect(compareDecimals(found[0]?.quantity.amount ?? '0', '5')).toBe(0);
    }
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  promise('lists the oldest change first', ['change-times'], async () => {
    // Prepare
    const newer = await plan({ changedAt: '2021-03-02T10:00:00Z' });
    const older = await plan({ changedAt: '2021-03-01T10:00:00Z' });

    // Act
    const { numbers } = await list(1);

    // Assess
    expect(numbers.indexOf(older.number)).toBeLessThan(numbers.indexOf(newer.number));
    expect(numbers).toContain(older.number);
  });

  for (const [promised, needs, count, changedAt] of [
    // Five equal times never fill whole pages of two.
    ['lists every order that shares a change time exactly once', 'change-times', 5, '2021-04-01T08:30:00Z'],
    ['lists an order that was never changed since it was created', 'never-changed', 3, null],
  ] as const)
    promise(promised, [needs], async () => {
      const planned = await planSome(count, { changedAt });

      const { numbers } = await list(2);

      for (const { number } of planned) expect(numbers.filter((one) => one === number)).toEqual([number]);
    });

  promise('resumes from the watermark of any page without missing an order', [], async () => {
    // Prepare
    const planned = new Set((await planSome(5)).map((order) => order.number));
    const { pages } = await list(2);

    for (const [at, page] of pages.entries()) {
      // Act
      const { numbers } = await list(2, page.watermark);

      // Assess
      const following = pages.slice(at + 1).flatMap(({ orders }) => orders.map(({ number }) => number));
      for (const number of following.filter((one) => planned.has(one)))
        expect(numbers, `resumed after page ${at + 1}`).toContain(number);
    }
  });

  promise('lists an order again when it changed after the watermark', [], async () => {
    // Prepare
    const first = await plan();
    await plan();
    const since = await now();
    await target().touch(first);

    // Act
    const { numbers } = await list(undefined, since);

    // Assess
    expect(numbers).toContain(first.number);
  });

  promise('lists nothing older than the watermark', ['changes'], async () => {
    // Prepare
    const [first, , last] = [await plan(), await plan(), await plan()];
    await target().touch(last);
    const since = await now();

    // Act
    const { numbers } = await list(undefined, since);

    // Assess: only orders at the watermark itself may come again.
    expect(numbers).not.toContain(first.number);
    expect([[], [last.number]]).toContainEqual(numbers);
  });

  promise('misses no order when orders change between two pages', [], async () => {
    // Prepare
    const planned = await planSome(5);
    const [first] = planned;
    const last = planned.at(-1);
    if (!first || !last) throw new Error('planned nothing');

    // Act
    const listed: string[] = [];
    let changed = false;
    let watermark: Watermark | undefined;
    for await (const page of target().connector({ pageSize: 2 }).releasedOrders(undefined, newSignal())) {
      watermark = page.watermark;
      listed.push(...page.orders.map((order) => order.number));
      // As soon as the first of ours was read, it moves to the end of the list, and so does the last.
      if (!changed && listed.includes(first.number)) {
        changed = true;
        await target().touch(first);
        await target().touch(last);
      }
    }
    // What changed meanwhile may be left for the next listing.
    listed.push(...(await list(2, watermark)).numbers);

    // Assess
    expect(changed).toBe(true);
    for (const { number } of planned) expect(listed).toContain(number);
  });

  promise('no longer lists a cancelled order as released', [], async () => {
    // Prepare
    const { number, ...order } = await plan();
    await target().cancelOrder({ ...order, number });

    // Act
    const { orders } = await list();

    // Assess
    expect(orders.filter((one) => one.number === number && one.state === 'released')).toEqual([]);
  });

  promise(
    'lists an order that was cancelled after the watermark as cancelled',
    ['cancelled-listed'],
    async () => {
      // Prepare
      const order = await plan();
      const since = await now();
      await target().cancelOrder(order);

      // Act
      const { orders } = await list(undefined, since);

      // Assess
      const found = orders.filter((one) => one.number === order.number);
      expect(found.map((one) => one.state)).toEqual(['cancelled']);
    },
  );

  promise('no longer lists an order that is done as released', [], async () => {
    const { number, ...order } = await plan();
    await book(completionOf({ ...order, number }));
    const { orders } = await list();
    expect(orders.filter((one) => one.number === number && one.state === 'released')).toEqual([]);
  });

  promise('ends a listing whose next page is always the same one', ['same-page'], async () => {
    // Prepare: a proxy that drops the query answers every listing with its first page.
    await planSome(3);
    let first: string | undefined;
    target().faults.rewriteAnswers((body) => {
      if (!body.includes(`"${target().rowFields.quantity}"`)) return body;
      first ??= body;
      return first;
    });

    // Act
    const failure = await failureOf(list(1));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
    expect(String(failure)).toMatch(
      /lists the same orders again and again: |the list of orders does not end; check /,
    );
    expect(target().faults.callCount()).toBeLessThan(25);
  });

  promise('stops reading once it is aborted', ['changes'], async () => {
    // Prepare
    await planSome(5);
    const abort = new AbortController();
    const pages = target().connector({ pageSize: 1 }).releasedOrders(undefined, abort.signal);

    // Act
    const iterator = pages[Symbol.asyncIterator]();
    await iterator.next();
    const calls = target().faults.callCount();
    abort.abort();

    // Assess
    await expect(iterator.next()).rejects.toThrow();
    expect(target().faults.callCount()).toBe(calls);
  });

  promise(
    'writes the product order into the ERP order once, however often it is linked',
    ['link'],
    async () => {
      // Prepare
      const order = await plan();
      const productOrder = productOrderOf(order);

      // Act
      for (const attempt of [firstAttempt(), firstAttempt(), nextAttempt()])
        await target().connector().linkProductOrder?.(order, productOrder, attempt);

      // Assess
      const { productOrders, state, bookings } = await target().books(order);
      expect(productOrders.length).toBe(1);
      expect([productOrder.id, productOrder.number, productOrder.url]).toContain(productOrders[0]);
      expect({ state, bookings }).toEqual({ state: 'open', bookings: 0 });
    },
  );

  if (cannot.link !== undefined) {
    promise('does not offer to link an order, so that nobody relies on it', [], async () => {
      expect(target().connector().linkProductOrder).toBeUndefined();
    });
  }
}

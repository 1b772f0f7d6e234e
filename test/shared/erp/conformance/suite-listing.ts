import { expect } from 'vitest';
import type { ErpConnector, ReleasedOrdersPage } from '../../../../shared/erp/connector.ts';
import type { ErpOrder, Watermark } from '../../../../shared/model/orders.ts';
import { compareDecimals } from '../../../../shared/model/quantity.ts';
import { firstAttempt, newSignal } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import type { Chapter, PlannedOrderRef } from './target.ts';

export function listingTests({ target, cannot, promise }: Chapter): void {
  async function plan(count: number, changedAt?: string | null): Promise<PlannedOrderRef[]> {
    const orders: PlannedOrderRef[] = [];
    for (let n = 0; n < count; n += 1) {
      const order = { article: target().articles.plain, quantity: '5' };
      orders.push(await target().planOrder(changedAt === undefined ? order : { ...order, changedAt }));
    }
    return orders;
  }

  promise('lists each released order once, with its number, article and quantity', [], async () => {
    // Prepare
    const planned = await plan(5);

    // Act
    const listed = ordersOf(await pagesOf(target().connector({ pageSize: 2 })));

    // Assess
    for (const order of planned) {
      const found = listed.filter((one) => one.number === order.number);
      expect(found.length, `times that ${order.number} is listed`).toBe(1);
      expect(found[0]).toMatchObject({ article: order.article, state: 'released' });
      expect(compareDecimals(found[0]?.quantity.amount ?? '0', '5')).toBe(0);
    }
    expect(new Set(listed.map((order) => order.number)).size).toBe(listed.length);
  });

  promise('lists the oldest change first', ['change-times'], async () => {
    // Prepare
    const [newer] = await plan(1, '2021-03-02T10:00:00Z');
    const [older] = await plan(1, '2021-03-01T10:00:00Z');

    // Act
    const listed = ordersOf(await pagesOf(target().connector({ pageSize: 1 }))).map((order) => order.number);

    // Assess
    expect(listed.indexOf(older?.number ?? '')).toBeLessThan(listed.indexOf(newer?.number ?? ''));
    expect(listed).toContain(older?.number);
  });

  promise('lists every order that shares a change time exactly once', ['change-times'], async () => {
    // Prepare: five equal times never fill whole pages of two.
    const planned = await plan(5, '2021-04-01T08:30:00Z');

    // Act
    const listed = ordersOf(await pagesOf(target().connector({ pageSize: 2 }))).map((order) => order.number);

    // Assess
    for (const { number } of planned) expect(listed.filter((one) => one === number)).toEqual([number]);
  });

  promise('lists an order that was never changed since it was created', ['never-changed'], async () => {
    // Prepare
    const planned = await plan(3, null);

    // Act
    const listed = ordersOf(await pagesOf(target().connector({ pageSize: 2 }))).map((order) => order.number);

    // Assess
    for (const { number } of planned) expect(listed.filter((one) => one === number)).toEqual([number]);
  });

  promise('resumes from the watermark of any page without missing an order', [], async () => {
    // Prepare
    const planned = new Set((await plan(5)).map((order) => order.number));
    const pages = await pagesOf(target().connector({ pageSize: 2 }));

    for (const [at, page] of pages.entries()) {
      // Act
      const resumed = ordersOf(await pagesOf(target().connector({ pageSize: 2 }), page.watermark));

      // Assess
      const expected = ordersOf(pages.slice(at + 1)).filter((order) => planned.has(order.number));
      const found = new Set(resumed.map((order) => order.number));
      for (const order of expected) expect(found, `resumed after page ${at + 1}`).toContain(order.number);
    }
  });

  promise('lists an order again when it changed after the watermark', [], async () => {
    // Prepare
    const [first] = await plan(2);
    if (!first) throw new Error('planned nothing');
    const watermark = (await pagesOf(target().connector())).at(-1)?.watermark;
    await target().touch(first);

    // Act
    const listed = ordersOf(await pagesOf(target().connector(), watermark));

    // Assess
    expect(listed.map((order) => order.number)).toContain(first.number);
  });

  promise('lists nothing older than the watermark', [], async () => {
    // Prepare
    const planned = await plan(3);
    const [first, , last] = planned;
    if (!first || !last) throw new Error('planned nothing');
    await target().touch(last);
    const watermark = (await pagesOf(target().connector())).at(-1)?.watermark;

    // Act
    const listed = ordersOf(await pagesOf(target().connector(), watermark)).map((order) => order.number);

    // Assess: only orders at the watermark itself may come again.
    expect(listed).not.toContain(first.number);
    expect([[], [last.number]]).toContainEqual(listed);
  });

  promise('misses no order when orders change between two pages', [], async () => {
    // Prepare
    const planned = await plan(5);
    const [first] = planned;
    const last = planned.at(-1);
    if (!first || !last) throw new Error('planned nothing');

    // Act
    const listed: string[] = [];
    let changed = false;
    for await (const page of target().connector({ pageSize: 2 }).releasedOrders(undefined, newSignal())) {
      listed.push(...page.orders.map((order) => order.number));
      // As soon as the first of ours was read, it moves to the end of the list, and so does the last.
      if (!changed && listed.includes(first.number)) {
        changed = true;
        await target().touch(first);
        await target().touch(last);
      }
    }

    // Assess
    expect(changed).toBe(true);
    for (const { number } of planned) expect(listed).toContain(number);
  });

  promise('no longer lists a cancelled order as released', [], async () => {
    // Prepare
    const [order] = await plan(1);
    if (!order) throw new Error('planned nothing');
    await target().cancelOrder(order);

    // Act
    const listed = ordersOf(await pagesOf(target().connector())).filter((one) => one.number === order.number);

    // Assess
    expect(listed.filter((one) => one.state === 'released')).toEqual([]);
  });

  promise(
    'lists an order that was cancelled after the watermark as cancelled',
    ['cancelled-listed'],
    async () => {
      // Prepare
      const [order] = await plan(1);
      if (!order) throw new Error('planned nothing');
      const watermark = (await pagesOf(target().connector())).at(-1)?.watermark;
      await target().cancelOrder(order);

      // Act
      const listed = ordersOf(await pagesOf(target().connector(), watermark));

      // Assess
      const found = listed.filter((one) => one.number === order.number);
      expect(found.map((one) => one.state)).toEqual(['cancelled']);
    },
  );

  promise('no longer lists an order that is done', [], async () => {
    // Prepare
    const [order] = await plan(1);
    if (!order) throw new Error('planned nothing');
    const productOrder = productOrderOf(order);
    await target().connector().book(completionOf(order), quantityKey(productOrder), firstAttempt());

    // Act
    const listed = ordersOf(await pagesOf(target().connector()));

    // Assess
    expect(listed.map((one) => one.number)).not.toContain(order.number);
  });

  promise('stops reading once it is aborted', [], async () => {
    // Prepare
    await plan(5);
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
      const [order] = await plan(1);
      if (!order) throw new Error('planned nothing');
      const productOrder = productOrderOf(order);

      // Act
      await target().connector().linkProductOrder?.(order, productOrder, firstAttempt());
      await target().connector().linkProductOrder?.(order, productOrder, firstAttempt());
      await target()
        .connector()
        .linkProductOrder?.(order, productOrder, { again: true, signal: newSignal() });

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

async function pagesOf(connector: ErpConnector, since?: Watermark): Promise<ReleasedOrdersPage[]> {
  const pages: ReleasedOrdersPage[] = [];
  for await (const page of connector.releasedOrders(since, newSignal())) pages.push(page);
  return pages;
}

function ordersOf(pages: readonly ReleasedOrdersPage[]): ErpOrder[] {
  return pages.flatMap((page) => page.orders);
}

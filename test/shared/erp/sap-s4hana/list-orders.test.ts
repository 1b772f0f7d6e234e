import { describe, expect, it } from 'vitest';
import { sapS4Hana } from '../../../../shared/erp/sap-s4hana/index.ts';
import { failureOf, newSignal } from '../conformance/attempts.ts';
import { asListed } from '../conformance/listing.ts';
import { startPlant } from './plant.ts';

describe('the list of orders', () => {
  it('lists orders that were changed behind those that never were', async () => {
    // Prepare: orders without a change time sort first.
    const { server, books, plan, listed } = startPlant();
    const unchanged = [1, 2, 3].map(() => books.plan('FG226', '5', null).ManufacturingOrder);
    const changed = [...Array(10)].map(() => plan().number);
    server.largestPage = 3;

    // Act
    const { numbers, watermark } = await listed(undefined, { pageSize: 100 });

    // Assess
    expect(numbers).toEqual([...unchanged, ...changed]);
    expect(watermark?.id).toBe(changed.at(-1));
  });

  it('ends with a page that is full, and with one that is empty, after one more call at most', async () => {
    // Prepare
    const { faults, plan, listed } = startPlant();

    for (const [orders, calls] of [
      [0, 1],
      [1, 1],
      [2, 2],
      [3, 2],
    ] as const) {
      while ((await listed()).numbers.length < orders) plan();
      faults.reset();

      // Act
      const { numbers } = await listed(undefined, { pageSize: 2 });

      // Assess
      expect([numbers.length, faults.callCount()]).toEqual([orders, calls]);
    }
  });

  it('ends when no row tells its position, and there is always a further page', async () => {
    // Prepare
    const { server, faults, plan, listed } = startPlant();
    for (let n = 0; n < 3; n += 1) plan();
    server.largestPage = 1;
    let link: string | undefined;
    faults.rewriteAnswers((body) => {
      link ??= JSON.parse(body).d.__next;
      return JSON.stringify({ d: { results: [null], __next: link } });
    });

    // Act
    const failure = await failureOf(listed());

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
    expect(String(failure)).toContain('SAP lists the same orders again and again');
  });
});

describe('times of a system that keeps local time', () => {
  it.each([
    [
      'after the watermark, west of UTC',
      'America/New_York',
      '2026-12-01T00:59:00Z',
      '2026-12-01T01:00:00Z',
      1,
    ],
    ['after the watermark, east of UTC', 'Asia/Tokyo', '2026-11-30T15:30:00Z', '2026-11-30T16:00:00Z', 1],
    ['before the watermark', 'America/New_York', '2026-12-01T01:00:00Z', '2026-12-01T00:30:00Z', 0],
  ])('lists an order that was never changed by its creation: %s', async (...row) => {
    // Prepare: its day there is not its day in UTC.
    const [, timeZone, changedAt, createdAt, times] = row;
    const { books, listed } = startPlant({ timeZone });
    books.setClock(createdAt);
    const order = books.plan('FG226', '5', null);

    // Act
    const { numbers } = await listed({ changedAt });

    // Assess
    expect(numbers).toEqual(Array(times).fill(order.ManufacturingOrder));
  });

  it('returns the instant of a change, and lists again from there', async () => {
    // Prepare
    const { books, listed } = startPlant({ timeZone: 'America/New_York' });
    const [, second] = ['2026-06-01T00:30:00Z', '2026-06-01T01:30:00Z'].map((at) =>
      books.plan('FG226', '5', at),
    );

    // Act
    const { watermark } = await listed();
    const again = await listed(watermark);

    // Assess
    expect(watermark).toEqual({ changedAt: '2026-06-01T01:30:00.000Z', id: second?.ManufacturingOrder });
    expect(again.numbers).toEqual([second?.ManufacturingOrder]);
  });

  it('misses no change in the hour that comes twice', async () => {
    // Prepare: read up to 02:50, and that order is gone; twenty minutes later it is 02:10.
    const { books, listed } = startPlant({ timeZone: 'Europe/Brussels' });
    books.plan('FG226', '5', '2026-10-25T00:50:00Z');
    const { watermark } = await listed();
    books.orders.pop();
    const later = books.plan('FG226', '5', '2026-10-25T01:10:00Z');

    // Act
    const { numbers, watermark: next } = await listed(watermark);

    // Assess
    expect(numbers).toEqual([later.ManufacturingOrder]);
    expect(Date.parse(next?.changedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(watermark?.changedAt ?? ''));
  });

  it.each(['Brussels', '+01:00', 'CET', ''])('refuses %j, which is no zone', (timeZone) => {
    const options = { url: 'https://sap.example.com', auth: 'basic', goodsMovements: 'none' } as const;

    expect(() => sapS4Hana({ ...options, timeZone })).toThrow(/\$\.timeZone: .*Europe\/Brussels/);
  });
});

describe('one order', () => {
  const completed = { OrderIsTechnicallyCompleted: 'X' };

  it.each([
    ['partly confirmed', { OrderIsPartiallyConfirmed: 'X' }, 'released'],
    ['not released', { OrderIsReleased: '' }, 'other'],
    ['confirmed', { OrderIsConfirmed: 'X' }, 'other'],
    ['completed before anything was confirmed', completed, 'cancelled'],
    ['completed after a part', { ...completed, OrderIsPartiallyConfirmed: 'X' }, 'other'],
    ['marked for deletion', { OrderIsMarkedForDeletion: 'X' }, 'cancelled'],
    ['of another plant', { ProductionPlant: '1720' }, 'other'],
    ['of another type', { ManufacturingOrderType: 'YBM9' }, 'other'],
  ])('that is %s is read as the listing would say it', async (_, fields, state) => {
    // Prepare
    const scope = { plant: '1710', orderTypes: ['YBM4'], orderFields: ['SalesOrder'] };
    const { books, connect, plan, listed } = startPlant(scope);
    const order = plan();
    books.change(books.find(order.number), fields);

    // Act
    const found = await connect().readOrder?.(order, newSignal());

    // Assess
    expect(found).toMatchObject({ number: order.number, state, attributes: { SalesOrder: '42' } });
    const { orders } = await listed({ changedAt: '2020-01-01T00:00:00.000Z' });
    expect(orders).toEqual(state === 'other' ? [] : [found && asListed(found)]);
  });
});

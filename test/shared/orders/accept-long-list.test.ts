import { beforeEach, describe, expect, it } from 'vitest';
import { overriding } from '../../support/overriding.ts';
import { each, startOrderStage, units } from './order-stage.ts';

const stage = await startOrderStage();
beforeEach(() => stage.sqs.forget());

describe('a long list', () => {
  const orders = (prefix: string) => Array.from({ length: 15 }, (_, at) => units(`${prefix}-${at}`, '20'));
  const how = { mapping: each, via: 'endpoint' } as const;

  it('is enqueued as it is written, each product order once', async () => {
    const answers = await stage.acceptAll(orders('LONG'), how);

    // Assess: about a hundred at a time, and those that eight orders at once have added meanwhile
    expect(answers.map(({ productOrders }) => productOrders.length)).toEqual(Array(15).fill(20));
    expect(new Set(stage.sqs.sent.map(({ body }) => body)).size).toBe(300);
    expect(stage.sqs.sent).toHaveLength(300);
    expect(Math.max(...stage.logged.measured('OrdersAccepted'))).toBeLessThanOrEqual(100 + 8 * 20);
  });

  it('is enqueued as far as it was written when the ledger fails, and no order in part', async () => {
    // Prepare
    const { ledger } = stage;
    const put: typeof ledger.orders.put = async (order) => {
      if (order.number === 'CUT-6/10') throw new Error('The ledger is down.');
      return ledger.orders.put(order);
    };

    // Act
    const failing = { ...ledger, orders: overriding(ledger.orders, { put }) };
    const taking = stage.acceptAll(orders('CUT'), { ...how, ledger: failing });
    await expect(taking).rejects.toThrow('The ledger is down.');

    // Assess
    const { sent } = stage.sqs;
    expect(sent.length).toBeGreaterThanOrEqual(60);
    expect(sent.filter(({ body }) => body.includes('CUT-6/'))).toEqual([]);
    for (const { body } of sent) expect(await ledger.orders.find(JSON.parse(body).number)).toBeDefined();
  });
});

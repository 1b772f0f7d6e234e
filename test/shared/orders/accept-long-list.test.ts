import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { createOrderAcceptor } from '../../../shared/orders/accept.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { testClock } from '../../support/clock.ts';
import { recordedLog, silent } from '../../support/logs.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { erpOrder } from '../../support/orders.ts';
import { overriding } from '../../support/overriding.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../../support/sqs.ts';

let sqs: SqsEndpoint;

beforeAll(async () => {
  sqs = await startSqsEndpoint();
});
afterAll(() => sqs?.stop());
beforeEach(() => sqs.forget());

describe('a long list', () => {
  const split = { split: { per: 'unit', book: 'each' } } as const;
  const orders = (prefix: string) =>
    Array.from({ length: 30 }, (_, at) =>
      erpOrder({ number: `${prefix}-${at}`, quantity: { amount: '20' } }),
    );

  function started() {
    const ledger = createLedger({
      table: modelledTable(),
      clock: testClock(),
      times: { settlingSeconds: 300 },
    });
    const dependencies = {
      ledger,
      log: silent,
      queues: createQueues(sqs.client),
      queueUrl: sqs.queueUrl('product-orders'),
      lookAgain: async () => {},
      map: (order: ErpOrder) => mapProductOrders(split, order),
    };
    return { ledger, dependencies };
  }

  it('is enqueued as it is written, each product order once', async () => {
    // Prepare
    const { dependencies } = started();
    const logged = recordedLog();

    // Act
    const answers = await createOrderAcceptor({ ...dependencies, log: logged.log }).acceptOrders(
      orders('LONG'),
      { via: 'endpoint' },
    );

    // Assess: about a hundred at a time, and those that eight orders at once have added meanwhile
    expect(answers.map(({ productOrders }) => productOrders.length)).toEqual(Array(30).fill(20));
    expect(new Set(sqs.sent.map(({ body }) => body)).size).toBe(600);
    expect(sqs.sent).toHaveLength(600);
    expect(Math.max(...logged.measured('OrdersAccepted'))).toBeLessThanOrEqual(100 + 8 * 20);
  });

  it('is enqueued as far as it was written when the ledger fails, and no order in part', async () => {
    // Prepare
    const { ledger, dependencies } = started();
    const put: typeof ledger.orders.put = async (order) => {
      if (order.number === 'CUT-6/10') throw new Error('The ledger is down.');
      return ledger.orders.put(order);
    };

    // Act
    const taking = createOrderAcceptor({
      ...dependencies,
      ledger: { ...ledger, orders: overriding(ledger.orders, { put }) },
    }).acceptOrders(orders('CUT'), { via: 'endpoint' });
    await expect(taking).rejects.toThrow('The ledger is down.');

    // Assess
    expect(sqs.sent.length).toBeGreaterThanOrEqual(60);
    expect(sqs.sent.filter(({ body }) => body.includes('CUT-6/'))).toEqual([]);
    for (const { body } of sqs.sent) expect(await ledger.orders.find(JSON.parse(body).number)).toBeDefined();
  });
});

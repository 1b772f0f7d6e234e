import { afterAll, beforeAll, expect, it } from 'vitest';
import { mapProductOrders } from '../../shared/integration/product-orders.ts';
import { createLedger } from '../../shared/ledger/ledger.ts';
import { takeIn } from '../../shared/orders/intake.ts';
import { createQueues } from '../../shared/platform/queue.ts';
import { testClock } from '../harness/clock.ts';
import { type LedgerStore, startLedgerStore } from '../harness/dynamodb.ts';
import { silent } from '../harness/logs.ts';
import { erpOrder } from '../harness/orders.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../harness/sqs.ts';

let store: LedgerStore;
let sqs: SqsEndpoint;

beforeAll(async () => {
  [store, sqs] = await Promise.all([startLedgerStore(), startSqsEndpoint()]);
});
afterAll(() => Promise.all([store.stop(), sqs.stop()]));

it('orders are taken in side by side and answered in their order; of one that is listed twice, the first counts', async () => {
  // Prepare
  const ledger = createLedger({ ...store, clock: testClock(), times: { settlingSeconds: 300 } });
  const parts = {
    ledger,
    log: silent,
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
    map: (order: Parameters<typeof mapProductOrders>[1]) => mapProductOrders({}, order),
  };
  const orders = Array.from({ length: 30 }, (_, at) => erpOrder({ number: `MO/${at}`, article: 'GEAR-01' }));
  const twice = [
    ...orders.slice(0, 15),
    erpOrder({ number: 'MO/3', article: 'GEAR-02' }),
    ...orders.slice(15),
  ];

  // Act
  const answers = await takeIn(twice, { via: 'pull' }, parts);

  // Assess
  expect(answers.map(({ number }) => number)).toEqual(twice.map(({ number }) => number));
  expect(answers[3]?.status).toBe('queued');
  expect(answers[15]?.status).toBe('conflict');
  expect((await ledger.orders.find('MO/3'))?.draft.article).toBe('GEAR-01');
  expect(answers.filter(({ status }) => status === 'queued')).toHaveLength(30);
});

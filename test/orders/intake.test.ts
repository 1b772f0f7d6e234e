import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../shared/integration/product-orders.ts';
import { orderKey } from '../../shared/ledger/keys.ts';
import { createLedger } from '../../shared/ledger/ledger.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';
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

describe('an order that is in the ledger and not created yet', () => {
  const numberOf = ({ body }: { readonly body: string }) => JSON.parse(body).number;

  async function started() {
    const ledger = createLedger({ ...store, clock: testClock(), times: { settlingSeconds: 300 } });
    sqs.forget();
    const parts = {
      ledger,
      log: silent,
      queues: createQueues(sqs.client),
      queueUrl: sqs.queueUrl('product-orders'),
      map: (order: ErpOrder) => mapProductOrders({}, order),
    };
    const tried = async (number: string, clean: boolean) => {
      const claimed = await ledger.steps.claim(orderKey(number), claimant);
      if (claimed.outcome !== 'claimed') throw new Error(`${number} is ${claimed.outcome}.`);
      if (clean) await ledger.steps.release(claimed.claim, 'Azumuta failed (503).');
      else await ledger.steps.leaveOpen(claimed.claim, 'Azumuta did not answer.');
    };
    return { ledger, parts, tried };
  }
  const claimant = { owner: 'o', messageId: 'm', endsAt: new Date('2026-11-24T08:01:00Z') };

  it('is enqueued again by each pull until it was tried, as its message may never have been sent', async () => {
    // Prepare
    const { parts, tried } = await started();
    const order = erpOrder({ number: 'MO/untried' });
    sqs.fail('SendMessageBatch', 500);
    await expect(takeIn([order], { via: 'pull' }, parts)).rejects.toThrow();

    // Act
    const second = await takeIn([order], { via: 'pull' }, parts);
    await tried('MO/untried', true);
    const third = await takeIn([order], { via: 'pull' }, parts);

    // Assess: an outage does not multiply it
    expect([second, third]).toMatchObject([[{ status: 'queued' }], [{ status: 'queued' }]]);
    expect(sqs.sent.map(numberOf)).toEqual(['MO/untried']);
  });

  it('is enqueued again for an ERP that asks again, tried or not', async () => {
    const { parts, tried } = await started();
    const order = erpOrder({ number: 'MO/asked' });
    await takeIn([order], { via: 'endpoint' }, parts);
    await tried('MO/asked', true);
    await takeIn([order], { via: 'endpoint' }, parts);
    expect(sqs.sent.map(numberOf)).toEqual(['MO/asked', 'MO/asked']);
  });

  it('takes what the ERP has changed since, and is enqueued with it', async () => {
    const { ledger, parts, tried } = await started();
    const number = 'MO/changed';
    await takeIn([erpOrder({ number, article: 'GEAR-01' })], { via: 'pull' }, parts);
    await tried(number, true);
    const [answer] = await takeIn([erpOrder({ number, article: 'GEAR-02' })], { via: 'pull' }, parts);
    expect(answer).toMatchObject({ status: 'queued' });
    expect(sqs.sent.map(numberOf)).toEqual([number, number]);
    expect(await ledger.orders.find(number)).toMatchObject({ draft: { article: 'GEAR-02' }, tried: false });
  });

  it('keeps its content while it may have been created with it: the change is a conflict', async () => {
    const { ledger, parts, tried } = await started();
    const number = 'MO/doubt';
    await takeIn([erpOrder({ number, article: 'GEAR-01' })], { via: 'pull' }, parts);
    await tried(number, false);
    const [answer] = await takeIn([erpOrder({ number, article: 'GEAR-02' })], { via: 'pull' }, parts);
    expect(answer).toMatchObject({ status: 'conflict' });
    expect((await ledger.orders.find(number))?.draft.article).toBe('GEAR-01');
  });
});

import { describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { createOrderAcceptor } from '../../../shared/orders/accept.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { testClock } from '../../support/clock.ts';
import { startLedgerStore } from '../../support/dynamodb.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { recordedLog, silent } from '../../support/logs.ts';
import { erpOrder } from '../../support/orders.ts';
import { startSqsEndpoint } from '../../support/sqs.ts';

const store = await startLedgerStore();
const sqs = await forAllTests(startSqsEndpoint());

it('accepts orders at the same time, and answers in their order; of one that is listed twice, the last counts', async () => {
  // Prepare
  const ledger = createLedger({ ...store, clock: testClock(), times: { settlingSeconds: 300 } });
  const dependencies = {
    ledger,
    log: silent,
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
    lookAgain: async () => {},
    map: (order: Parameters<typeof mapProductOrders>[1]) => mapProductOrders({}, order),
  };
  const orders = Array.from({ length: 30 }, (_, at) => erpOrder({ number: `MO/${at}`, article: 'GEAR-01' }));
  const twice = [
    ...orders.slice(0, 15),
    erpOrder({ number: 'MO/3', article: 'GEAR-02' }),
    ...orders.slice(15),
  ];

  // Act
  const answers = await createOrderAcceptor(dependencies).acceptOrders(twice, { via: 'pull' });

  // Assess
  expect(answers.map(({ number }) => number)).toEqual(twice.map(({ number }) => number));
  expect(answers[3]?.status).toBe('queued');
  expect(answers[15]?.status).toBe('queued');
  expect((await ledger.orders.find('MO/3'))?.draft.article).toBe('GEAR-02');
  expect(answers.filter(({ status }) => status === 'queued')).toHaveLength(31);
});

it('rejects an order that the ledger cannot hold, and accepts the others', async () => {
  // Prepare: 500 KB of parameters, more than an item of DynamoDB may have
  const ledger = createLedger({ ...store, clock: testClock(), times: { settlingSeconds: 300 } });
  const drawing = { Drawing: 'x'.repeat(500_000) };
  const dependencies = {
    ledger,
    log: silent,
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
    lookAgain: async () => {},
    map: (order: ErpOrder) => {
      const mapped = mapProductOrders({}, order);
      if (order.number !== 'BIG/2') return mapped;
      const [one] = mapped.productOrders;
      if (!one) throw new Error('An order becomes at least one.');
      return { ...mapped, productOrders: [{ ...one, draft: { ...one.draft, parameters: drawing } }] };
    },
  };
  const orders = ['BIG/1', 'BIG/2', 'BIG/3'].map((number) => erpOrder({ number }));

  // Act
  const answers = await createOrderAcceptor(dependencies).acceptOrders(orders, { via: 'endpoint' });

  // Assess
  expect(answers.map(({ status }) => status)).toEqual(['queued', 'rejected', 'queued']);
  expect(answers[1]?.productOrders[0]).toMatchObject({
    reason: expect.stringContaining('The ledger cannot hold this order'),
    cause: 'order-data',
  });
});

describe('an order that is in the ledger and not created yet', () => {
  const numberOf = ({ body }: { readonly body: string }) => JSON.parse(body).number;

  async function started() {
    const ledger = createLedger({ ...store, clock: testClock(), times: { settlingSeconds: 300 } });
    sqs.forget();
    const dependencies = {
      ledger,
      log: silent,
      queues: createQueues(sqs.client),
      queueUrl: sqs.queueUrl('product-orders'),
      lookAgain: async () => {},
      map: (order: ErpOrder) => mapProductOrders({}, order),
    };
    const tried = async (number: string, how: 'in vain' | 'in doubt' | 'with success') => {
      const claimed = await ledger.claims.claim(orderKey(number), claimant);
      if (claimed.outcome !== 'claimed') throw new Error(`${number} is ${claimed.outcome}.`);
      const { claim } = claimed;
      if (how === 'in vain') await ledger.claims.release(claim, 'Azumuta failed (503).');
      else if (how === 'in doubt') await ledger.claims.holdForSettling(claim, 'Azumuta did not answer.');
      else await ledger.claims.complete(claim, {}, { event: 'created' });
    };
    return { ledger, dependencies, tried };
  }
  const claimant = { owner: 'o', messageId: 'm', endsAt: new Date('2026-11-24T08:01:00Z') };

  it('is enqueued again by one pull only, as its message may never have been sent', async () => {
    // Prepare
    const { ledger, dependencies } = await started();
    const orders = [erpOrder({ number: 'MO/untried' })];
    sqs.fail('SendMessageBatch', 500);
    await expect(createOrderAcceptor(dependencies).acceptOrders(orders, { via: 'pull' })).rejects.toThrow();
    sqs.fail('SendMessageBatch', 500);
    await expect(createOrderAcceptor(dependencies).acceptOrders(orders, { via: 'pull' })).rejects.toThrow();

    // Act: its flow is paused, and every pull reads it again
    for (let pulls = 0; pulls < 3; pulls++) {
      expect(await createOrderAcceptor(dependencies).acceptOrders(orders, { via: 'pull' })).toMatchObject([
        { status: 'queued' },
      ]);
    }

    // Assess
    expect(sqs.sent.map(numberOf)).toEqual(['MO/untried']);
    expect(await ledger.orders.find('MO/untried')).toMatchObject({ state: 'waiting', enqueued: true });
  });

  it('is not enqueued again by a pull once it was tried, so that an outage does not multiply it', async () => {
    const { dependencies, tried } = await started();
    await createOrderAcceptor(dependencies).acceptOrders([erpOrder({ number: 'MO/tried' })], { via: 'pull' });
    await tried('MO/tried', 'in vain');
    await createOrderAcceptor(dependencies).acceptOrders([erpOrder({ number: 'MO/tried' })], { via: 'pull' });
    expect(sqs.sent.map(numberOf)).toEqual(['MO/tried']);
  });

  it('is enqueued again for an ERP that posts it again, tried or not', async () => {
    const { dependencies, tried } = await started();
    const order = erpOrder({ number: 'MO/asked' });
    await createOrderAcceptor(dependencies).acceptOrders([order], { via: 'endpoint' });
    await tried('MO/asked', 'in vain');
    await createOrderAcceptor(dependencies).acceptOrders([order], { via: 'endpoint' });
    expect(sqs.sent.map(numberOf)).toEqual(['MO/asked', 'MO/asked']);
  });

  it('is enqueued again when its ERP order was renamed, and keeps its number as another part was created', async () => {
    // Prepare: SQS took neither part, and a caller posted the first again
    const { ledger, dependencies, tried } = await started();
    const split = { split: { per: 'unit', book: 'each' } } as const;
    const inParts = { ...dependencies, map: (order: ErpOrder) => mapProductOrders(split, order) };
    const order = erpOrder({ number: 'MO/old', id: 'an id', quantity: { amount: '2' } });
    sqs.fail('SendMessageBatch', 500);
    await expect(createOrderAcceptor(inParts).acceptOrders([order], { via: 'endpoint' })).rejects.toThrow();
    await tried('MO/old/1', 'with success');

    // Act
    const [answer] = await createOrderAcceptor(inParts).acceptOrders([{ ...order, number: 'MO/new' }], {
      via: 'endpoint',
    });

    // Assess
    expect(answer?.productOrders.map(({ number, status }) => [number, status])).toEqual([
      ['MO/old/1', 'conflict'],
      ['MO/old/2', 'conflict'],
    ]);
    expect(answer?.productOrders[1]?.reason).toContain('MO/old/2 is about to be made');
    expect(sqs.sent.map(numberOf)).toEqual(['MO/old/2']);
    expect(await ledger.orders.find('MO/old/2')).toMatchObject({ state: 'waiting' });
  });

  it('gets the content that the ERP has changed since, and is enqueued', async () => {
    const { ledger, dependencies, tried } = await started();
    const number = 'MO/changed';
    await createOrderAcceptor(dependencies).acceptOrders([erpOrder({ number, article: 'GEAR-01' })], {
      via: 'pull',
    });
    await tried(number, 'in vain');
    const [answer] = await createOrderAcceptor(dependencies).acceptOrders(
      [erpOrder({ number, article: 'GEAR-02' })],
      { via: 'pull' },
    );
    expect(answer).toMatchObject({ status: 'queued' });
    expect(sqs.sent.map(numberOf)).toEqual([number, number]);
    expect(await ledger.orders.find(number)).toMatchObject({
      draft: { article: 'GEAR-02' },
      enqueued: false,
    });
  });

  it('is enqueued with new content even when that message cannot be sent at first', async () => {
    const { dependencies } = await started();
    const number = 'MO/changed twice';
    const pulled = (article: string) =>
      createOrderAcceptor(dependencies).acceptOrders([erpOrder({ number, article })], { via: 'pull' });
    await pulled('GEAR-01');
    await pulled('GEAR-01');
    sqs.forget();
    sqs.fail('SendMessageBatch', 500);
    await expect(pulled('GEAR-02')).rejects.toThrow();
    await pulled('GEAR-02');
    expect(sqs.sent.map(numberOf)).toEqual([number]);
  });

  it('gets more parts when the ERP wants more of them, and keeps those that were created', async () => {
    // Prepare
    const { dependencies, tried } = await started();
    const split = {
      ...dependencies,
      map: (order: ErpOrder) => mapProductOrders({ split: { per: 'unit', book: 'when-all-done' } }, order),
    };
    const order = (amount: string) => erpOrder({ number: 'MO/split', quantity: { amount } });
    await createOrderAcceptor(split).acceptOrders([order('2')], { via: 'pull' });
    for (const number of ['MO/split/1', 'MO/split/2']) await tried(number, 'with success');

    // Act
    const [answer] = await createOrderAcceptor(split).acceptOrders([order('3')], { via: 'pull' });

    // Assess
    expect(answer?.productOrders.map(({ number, status }) => `${number} ${status}`)).toEqual([
      'MO/split/1 exists',
      'MO/split/2 exists',
      'MO/split/3 queued',
    ]);
  });

  it('keeps its content while it may have been created with it: the change is a conflict', async () => {
    const { ledger, dependencies, tried } = await started();
    const number = 'MO/doubt';
    await createOrderAcceptor(dependencies).acceptOrders([erpOrder({ number, article: 'GEAR-01' })], {
      via: 'pull',
    });
    await tried(number, 'in doubt');
    const [answer] = await createOrderAcceptor(dependencies).acceptOrders(
      [erpOrder({ number, article: 'GEAR-02' })],
      { via: 'pull' },
    );
    expect(answer).toMatchObject({ status: 'conflict' });
    expect((await ledger.orders.find(number))?.draft.article).toBe('GEAR-01');
  });
});

it('alerts to a conflict and to an order that cannot be mapped once, and answers it each time', async () => {
  // Prepare
  const logged = recordedLog();
  const ledger = createLedger({ ...store, clock: testClock(), times: { settlingSeconds: 300 } });
  const dependencies = {
    ledger,
    log: logged.log,
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
    lookAgain: async () => {},
    map: (order: ErpOrder) => mapProductOrders({}, order),
  };
  await createOrderAcceptor(dependencies).acceptOrders([erpOrder({ number: 'TOLD' })], { via: 'pull' });
  await ledger.claims.claim(orderKey('TOLD'), {
    owner: 'o',
    messageId: 'm',
    endsAt: new Date('2026-11-24T08:01:00Z'),
  });
  const orders = [
    erpOrder({ number: 'TOLD', article: 'GEAR-02' }),
    erpOrder({ number: 'UNFIT', article: '' }),
    erpOrder({ number: 'X'.repeat(3000) }),
    erpOrder({ number: 'NEIGHBOUR' }),
  ];

  // Act
  const first = await createOrderAcceptor(dependencies).acceptOrders(orders, { via: 'pull' });
  const second = await createOrderAcceptor(dependencies).acceptOrders(orders, { via: 'pull' });

  // Assess
  const statuses = ['conflict', 'rejected', 'rejected', 'queued'];
  expect(first.map(({ status }) => status)).toEqual(statuses);
  expect(second).toEqual(first.map((answer) => ({ ...answer, news: 0 })));
  expect([logged.measured('OrderConflicts'), logged.measured('OrdersUnmapped')]).toEqual([[1], [1, 1]]);
});

import { beforeEach, describe, expect, it } from 'vitest';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import { erpOrder } from '../../support/orders.ts';
import { overriding } from '../../support/overriding.ts';
import { each, startOrderStage, units } from './order-stage.ts';

const stage = await startOrderStage();
beforeEach(() => {
  stage.sqs.forget();
  stage.logged.forget();
});

it('accepts orders at the same time, and answers in their order; of one that is listed twice, the last counts', async () => {
  // Prepare
  const orders = Array.from({ length: 30 }, (_, at) => erpOrder({ number: `MO/${at}`, article: 'GEAR-01' }));
  const again = erpOrder({ number: 'MO/3', article: 'GEAR-02' });
  const twice = [...orders.slice(0, 15), again, ...orders.slice(15)];

  // Act
  const answers = await stage.acceptAll(twice);

  // Assess
  expect(answers.map(({ number }) => number)).toEqual(twice.map(({ number }) => number));
  expect(answers.map(({ status }) => status)).toEqual(Array(31).fill('queued'));
  expect((await stage.ledger.orders.find('MO/3'))?.draft.article).toBe('GEAR-02');
});

describe('an order that is in the ledger and not created yet', () => {
  const sent = () => stage.sqs.sent.map(({ body }) => JSON.parse(body).number);
  const pulled = (number: string, article = 'GEAR-01') => stage.accept(erpOrder({ number, article }));

  it('is enqueued again by one pull only, as its message may never have been sent', async () => {
    // Prepare
    for (let times = 0; times < 2; times++) {
      stage.sqs.fail('SendMessageBatch', 500);
      await expect(pulled('MO/untried')).rejects.toThrow();
    }

    // Act: its flow is paused, and every pull reads it again
    for (let pulls = 0; pulls < 3; pulls++)
      expect(await pulled('MO/untried')).toMatchObject({ status: 'queued' });

    // Assess
    expect(sent()).toEqual(['MO/untried']);
    expect(await stage.ledger.orders.find('MO/untried')).toMatchObject({ state: 'waiting', enqueued: true });
  });

  it('is enqueued again by the next pull when SQS has refused the message of this one', async () => {
    // Prepare: no message was ever sent, and of these two SQS takes one
    const orders = ['MO/taken', 'MO/refused'].map((number) => erpOrder({ number }));
    stage.sqs.fail('SendMessageBatch', 500);
    await expect(stage.acceptAll(orders)).rejects.toThrow();
    const refused = productOrderMessage('MO/refused');
    stage.sqs.failOnce([refused, refused]);
    await expect(stage.acceptAll(orders)).rejects.toThrow('SQS did not take 1 of 2 product orders.');

    // Act
    for (let pulls = 0; pulls < 2; pulls++) await stage.acceptAll(orders);

    // Assess
    expect(sent()).toEqual(['MO/taken', 'MO/refused']);
  });

  it('is enqueued once a day for an ERP that posts it every five minutes while its message waits', async () => {
    // Prepare
    const order = erpOrder({ number: 'MO/every 5 minutes' });
    await stage.accept(order, { via: 'endpoint' });
    const day = 24 * 12;

    // Act
    for (let posts = 0; posts < 2 * day; posts++) {
      stage.clock.advance(5 * 60);
      expect(await stage.accept(order, { via: 'endpoint' })).toMatchObject({ status: 'queued' });
    }

    // Assess: as it came, again as it might be lost, and a day later
    expect(sent()).toEqual(Array(3).fill(order.number));
  });

  it.each([
    ['is not enqueued again by a pull once it was tried, so that an outage does not multiply it', 'pull', 1],
    ['is enqueued again for an ERP that posts it again, tried or not', 'endpoint', 2],
  ] as const)('%s', async (_, via, times) => {
    const order = erpOrder({ number: `MO/${via}` });
    await stage.accept(order, { via });
    await stage.attempt(order.number, 'failed');
    await stage.accept(order, { via });
    expect(sent()).toEqual(Array(times).fill(order.number));
  });

  it('is enqueued again when its ERP order was renamed, and keeps its number as another part was created', async () => {
    // Prepare: SQS took neither part, and a caller posted the first again
    const inParts = { mapping: each, via: 'endpoint' } as const;
    const order = { ...units('MO/old', '2'), id: 'an id' };
    stage.sqs.fail('SendMessageBatch', 500);
    await expect(stage.accept(order, inParts)).rejects.toThrow();
    await stage.attempt('MO/old/1', 'created');

    // Act
    const answer = await stage.accept({ ...order, number: 'MO/new' }, inParts);

    // Assess
    expect(stage.statuses(answer)).toEqual(['MO/old/1 conflict', 'MO/old/2 conflict']);
    expect(answer.productOrders[1]?.reason).toContain(
      'MO/old/2 is about to be made: ERP order MO/new (an id) is mapped to MO/new/1 to MO/new/2 (each) now',
    );
    // Azumuta is looked at for the one that is there: it may be renamed as the ERP wants it.
    expect(sent()).toEqual(['MO/old/1', 'MO/old/2']);
    expect(await stage.ledger.orders.find('MO/old/2')).toMatchObject({ state: 'waiting' });
  });

  it('gets the content that the ERP has changed since, and is enqueued', async () => {
    const number = 'MO/changed';
    await pulled(number);
    await stage.attempt(number, 'failed');
    expect(await pulled(number, 'GEAR-02')).toMatchObject({ status: 'queued' });
    expect(sent()).toEqual([number, number]);
    expect(await stage.ledger.orders.find(number)).toMatchObject({
      draft: { article: 'GEAR-02' },
      enqueued: false,
    });
  });
});

it('alerts to a conflict and to an order that cannot be mapped once, and answers it each time', async () => {
  // Prepare
  await stage.accept(erpOrder({ number: 'TOLD' }));
  await stage.attempt('TOLD', 'in doubt');
  const orders = [
    erpOrder({ number: 'TOLD', article: 'GEAR-02' }),
    erpOrder({ number: 'UNFIT', article: '' }),
    erpOrder({ number: 'X'.repeat(3000) }),
    erpOrder({ number: 'NEIGHBOUR' }),
  ];

  // Act
  const first = await stage.acceptAll(orders);
  const second = await stage.acceptAll(orders);

  // Assess
  const statuses = ['conflict', 'rejected', 'rejected', 'queued'];
  expect(first.map(({ status }) => status)).toEqual(statuses);
  expect(second).toEqual(first.map((answer) => ({ ...answer, news: 0 })));
  expect([stage.logged.measured('OrderConflicts'), stage.logged.measured('OrdersUnmapped')]).toEqual([
    [1],
    [1, 1],
  ]);
});

it('tells of a change time in the future, also of an order that is posted for the first time', async () => {
  const order = erpOrder({ number: 'AHEAD', changedAt: '2099-01-01T00:00:00.000Z' });
  expect(await stage.accept(order, { via: 'endpoint' })).toMatchObject({ status: 'queued' });
  const { concerns } = await stage.ledger.knownOrders.read('AHEAD');
  expect(concerns).toMatchObject([{ kind: 'time-ahead' }]);
});

it.each([
  { minutes: 30, later: 10 },
  { minutes: 120, later: 60 },
])('takes back an order whose change time was ahead by $minutes minutes', async ({ minutes, later }) => {
  // Prepare
  const number = `AHEAD BY ${minutes}`;
  const inMinutes = (count: number) => new Date(stage.clock.now().getTime() + count * 60_000).toISOString();
  await stage.accept(erpOrder({ number, changedAt: inMinutes(minutes) }), { via: 'endpoint' });

  // Act: by the right time
  stage.clock.advance(later * 60);
  const cancelled = erpOrder({ number, state: 'cancelled', changedAt: inMinutes(0) });
  await stage.accept(cancelled, { via: 'endpoint' });

  // Assess
  expect((await stage.ledger.orders.find(number))?.end?.how).toBe('withdrawn');
});

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
    const put: typeof ledger.orders.create = async (order) => {
      if (order.number === 'CUT-6/10') throw new Error('The ledger is down.');
      return ledger.orders.create(order);
    };

    // Act
    const failing = { ...ledger, orders: overriding(ledger.orders, { create: put }) };
    const taking = stage.acceptAll(orders('CUT'), { ...how, ledger: failing });
    await expect(taking).rejects.toThrow('The ledger is down.');

    // Assess
    const { sent } = stage.sqs;
    expect(sent.length).toBeGreaterThanOrEqual(60);
    expect(sent.filter(({ body }) => body.includes('CUT-6/'))).toEqual([]);
    for (const { body } of sent) expect(await ledger.orders.find(JSON.parse(body).number)).toBeDefined();
  });
});

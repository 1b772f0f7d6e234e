import { beforeEach, describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../../../shared/integration/mapping/product-orders.ts';
import { createLedger } from '../../../../shared/ledger/ledger.ts';
import {
  getOrder,
  type HttpApiDependencies,
  type OrderCall,
  postOrders,
} from '../../../../shared/orders/endpoint/http-api.ts';
import { createQueues } from '../../../../shared/platform/aws/queue.ts';
import { claimedOrder, rejectedFor } from '../../../support/bookings.ts';
import { type TestClock, testClock } from '../../../support/clock.ts';
import { startLedgerStore } from '../../../support/dynamodb.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { type HeardLog, recordedLog } from '../../../support/logs.ts';
import { modelledTable } from '../../../support/modelled-table.ts';
import { overriding } from '../../../support/overriding.ts';
import { startSqsEndpoint } from '../../../support/sqs.ts';

const current = 'CANARY-current-0123456789abcdef012345';
const previous = 'CANARY-previous-0123456789abcdef01234';

const store = await startLedgerStore();
const sqs = await forAllTests(startSqsEndpoint());
let logged: HeardLog;
let clock: TestClock;
let dependencies: HttpApiDependencies;
beforeEach(() => {
  sqs.forget();
  logged = recordedLog();
  clock = testClock();
  dependencies = {
    clock,
    mode: 'live',
    ledger: createLedger({ ...store, clock, settlingSeconds: 300 }),
    log: logged.log,
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
    lookAgain: async () => {},
    map: (order) => mapProductOrders({}, order),
    accept: () => true,
    key: async () => ({ current, previous }),
    mayCall: () => true,
  };
});

/** A call that posts this. */
const posting = (posted: unknown): OrderCall => ({
  apiKey: current,
  sourceIp: '192.0.2.1',
  waitSeconds: 0,
  body: Buffer.from(JSON.stringify(posted)),
});
const call = (number: string) => posting({ number, article: 'GEAR-01' });
const askFor = (number: string) => getOrder({ ...call('-'), number }, dependencies);

describe('the order endpoint', () => {
  it('answers 503 when SQS is down, and 202 to the same call once it is back', async () => {
    sqs.fail('SendMessageBatch', 500);
    const down = await postOrders(call('PO-down'), dependencies);
    const back = await postOrders(call('PO-down'), dependencies);
    expect(down).toMatchObject({
      statusCode: 503,
      body: { error: expect.stringContaining('same call again') },
    });
    expect(back).toMatchObject({ statusCode: 202, body: { orders: [{ status: 'queued' }] } });
    expect(sqs.sent).toHaveLength(1);
  });

  it('answers 503 when the ledger is down, to POST and to GET', async () => {
    const lost = await startLedgerStore();
    const ledger = createLedger({ ...lost, clock: testClock(), settlingSeconds: 300 });
    await lost.stop();
    const answers = [
      await postOrders(call('PO-1'), { ...dependencies, ledger }),
      await getOrder({ ...call('PO-1'), number: 'PO-1' }, { ...dependencies, ledger }),
    ];
    expect(answers).toMatchObject([{ statusCode: 503 }, { statusCode: 503 }]);
    expect(sqs.sent).toEqual([]);
  });
});

it('says in shadow with each answer about orders that nothing is written', async () => {
  const inShadow = { ...dependencies, mode: 'shadow' } as const;
  const posted = await postOrders(call('PO-shadow'), inShadow);
  const asked = await getOrder({ ...call('-'), number: 'PO-shadow' }, inShadow);
  const unknown = await getOrder({ ...call('-'), number: 'PO-unknown' }, inShadow);
  expect([posted.body.mode, asked.body.mode, unknown.body.mode]).toEqual(['shadow', 'shadow', undefined]);
  expect((await askFor('PO-shadow')).body).not.toHaveProperty('mode');
});

describe('the key of the order endpoint', () => {
  it.each([
    ['none', undefined, 'Send the key'],
    ['one that lacks a letter', current.slice(1), 'The key in X-API-Key is not valid.'],
    ['one with a letter too many', `${previous}x`, 'The key in X-API-Key is not valid.'],
    ['an empty one', '', 'Send the key'],
  ])('is refused when it is %s, and is never in the answer or the log', async (_, presented, why) => {
    const answer = await postOrders({ ...call('PO-1'), apiKey: presented }, dependencies);
    expect(answer).toMatchObject({ statusCode: 401, body: { error: expect.stringContaining(why) } });
    expect(sqs.sent).toEqual([]);
    expect(JSON.stringify(answer) + logged.lines.join()).not.toContain('CANARY');
  });
});

describe('an address that is not on the list', () => {
  it('is refused before its key is checked', async () => {
    const key = async () => {
      throw new Error('It was looked at.');
    };
    const answer = await postOrders(call('PO-1'), { ...dependencies, mayCall: () => false, key });
    expect(answer.statusCode).toBe(403);
    expect(sqs.sent).toEqual([]);
  });
});

describe('an ERP that prefers to wait', () => {
  const listOf = (prefix: string, count: number) =>
    posting(Array.from({ length: count }, (_, at) => ({ number: `${prefix}-${at}`, article: 'GEAR-01' })));
  /** The ledger, in which this happens before each look at an order. */
  const looking = (before: (number: string) => void) => {
    const { orders } = dependencies.ledger;
    const find: typeof orders.find = async (number) => {
      before(number);
      return orders.find(number);
    };
    return { ...dependencies.ledger, orders: overriding(orders, { find }) };
  };
  const secondsOf = async (work: Promise<unknown>, from = clock.now().getTime()) => {
    await work;
    return (clock.now().getTime() - from) / 1000;
  };

  it('is answered in time, however long each look takes', async () => {
    // Prepare: a ledger that takes a second for each read
    const ledger = looking(() => clock.advance(1));

    // Act
    const call = { ...listOf('SLOW', 60), waitSeconds: 25 };
    const lasted = await secondsOf(postOrders(call, { ...dependencies, ledger }));

    // Assess: reads that had begun may end
    expect(lasted).toBeGreaterThanOrEqual(25);
    expect(lasted).toBeLessThan(25 + 8);
  });

  it('waits less by the time that accepting its orders took', async () => {
    const map: typeof dependencies.map = (order) => {
      clock.advance(3);
      return dependencies.map(order);
    };
    expect(
      await secondsOf(postOrders({ ...call('WAITED'), waitSeconds: 10 }, { ...dependencies, map })),
    ).toBe(10);
  });

  it('has only those orders looked up that are still queued', async () => {
    // Prepare: the first is created at the first pause
    const looked: string[] = [];
    const ledger = looking((number) => looked.push(number));
    const sleep = async (ms: number) => {
      if (looked.length === 0) await created('LOOK-0');
      clock.advance(ms / 1000);
    };

    // Act
    const watched = { ...dependencies, ledger, clock: { ...clock, sleep } };
    const answer = await postOrders({ ...listOf('LOOK', 2), waitSeconds: 1 }, watched);

    // Assess
    expect(answer.body.orders?.map(({ status }) => status)).toEqual(['exists', 'queued']);
    expect(looked).toEqual(['LOOK-0', 'LOOK-1', 'LOOK-1', 'LOOK-1']);
  });

  async function created(number: string) {
    const { claims, claim } = await claimed(number);
    await claims.complete(claim, { productOrder: { id: 'p1', number } }, { event: 'created' });
  }
});

async function claimed(number: string) {
  const ledger = createLedger({ ...store, clock, settlingSeconds: 300 });
  return { claims: ledger.claims, claim: await claimedOrder(ledger, number) };
}

describe('a rejected order', () => {
  it('is answered with reason and cause, by which the ERP can group', async () => {
    // Prepare
    await postOrders(call('REFUSED'), dependencies);
    const { claims, claim } = await claimed('REFUSED');
    const why = { reason: 'Azumuta has no article GEAR-01.', cause: 'unknown-article' } as const;
    await claims.giveBack(claim, { error: rejectedFor(why), sent: true });

    // Act
    const refused = await askFor('REFUSED');

    // Assess
    expect(refused.body.orders?.[0]?.productOrders).toEqual([
      { number: 'REFUSED', status: 'rejected', stage: 'wanted', ...why },
    ]);
  });

  it('has the mapping as its cause when it cannot be mapped', async () => {
    const map: typeof dependencies.map = (order) => mapProductOrders({ article: () => '' }, order);
    const answer = await postOrders(call('UNMAPPED'), { ...dependencies, map });
    expect(answer.body.orders).toMatchObject([{ status: 'rejected', cause: 'configuration' }]);
  });
});

describe('an answer', () => {
  const mismatch = { path: '$.article', found: 'missing', expected: 'string' };
  const invalid = { reason: 'The order is invalid: see errors.', cause: 'order-data', errors: [mismatch] };
  const productOrders = [{ number: 'MO/1', status: 'queued' }];
  const queued = { number: 'MO/1', status: 'queued', productOrders, statusUrl: '/product-orders/MO%2F1' };

  it.each([
    ['its status URL', { number: 'MO/1', article: 'GEAR-01' }, 202, [queued]],
    ['the path of what is invalid', { number: 'MO/2' }, 422, [invalid]],
  ])('has for each order %s', async (_what, order, statusCode, orders) => {
    const answer = await postOrders(posting(order), dependencies);
    expect(answer).toMatchObject({ statusCode, body: { orders } });
  });

  it('names what differs of an order that may be in Azumuta', async () => {
    // Prepare
    await postOrders(call('CHANGED'), dependencies);
    await claimed('CHANGED');

    // Act
    const changed = posting({ number: 'CHANGED', article: 'GEAR-02' });
    const { statusCode, body: answer } = await postOrders(changed, dependencies);

    // Assess
    const reason = 'Product order CHANGED exists with other content: article is GEAR-01, wanted GEAR-02.';
    expect(statusCode).toBe(409);
    expect(answer.orders?.[0]?.productOrders).toMatchObject([{ reason, cause: 'conflict' }]);
  });

  it('leaves out the parts of an order that it has no more', async () => {
    // Prepare
    const mapping = { split: { per: 'unit', book: 'each' } } as const;
    const map: typeof dependencies.map = (order) => mapProductOrders(mapping, order);
    for (const quantity of [3, 2])
      await postOrders(posting({ number: 'SPLIT', article: 'GEAR-01', quantity }), { ...dependencies, map });

    // Act
    const answer = await askFor('SPLIT');

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: { orders: [{ status: 'queued' }] } });
    expect(answer.body.orders?.[0]?.productOrders.map(({ number }) => number)).toEqual([
      'SPLIT/1',
      'SPLIT/2',
    ]);
  });
});

describe('one bad order of a call', () => {
  const bodyOf = (fields: string) =>
    Buffer.from(
      `[{"number":"BEFORE","article":"GEAR-01"},{"number":"BAD","article":"GEAR-01",${fields}},{"number":"BEHIND","article":"GEAR-01"}]`,
    );

  it.each([
    ['half a character in its number', '"number":"MO\\ud83d"'],
    ['a number that is no text, and cannot become one', '"number":{"toString":1}'],
    ['a number that is nested without end', `"number":${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('is rejected with %s, and the others are accepted', async (_what, fields) => {
    const answer = await postOrders({ ...call('-'), body: bodyOf(fields) }, dependencies);
    expect(answer.statusCode).toBe(202);
    expect(answer.body.orders?.map(({ status }) => status)).toEqual(['queued', 'rejected', 'queued']);
    expect(answer.body.orders?.[1]?.errors).toHaveLength(1);
  });
});

const impossible = /^There can be no such order: its number (has|holds|begins or ends)/;
it.each([
  ['that was never received', 'MO/9999', /^No order MO\/9999 was received\.$/],
  ['with 3,000 characters', 'x'.repeat(3000), impossible],
  ['with half a character', 'MO\ud83d', impossible],
  ['with a control character', 'MO\u0000', impossible],
  ['with white space around it', 'MO/1 ', impossible],
])('answers 404 with the reason for a number %s', async (_what, number, why) => {
  expect(await askFor(number)).toMatchObject({
    statusCode: 404,
    body: { error: expect.stringMatching(why) },
  });
});

describe('a call that is too large', () => {
  const ofUnits = (orders: number, units: number) => {
    const list = Array.from({ length: orders }, (_, at) => {
      return { number: `BIG-${orders}-${at}`, article: 'GEAR-01', quantity: units };
    });
    const map: typeof dependencies.map = (order) =>
      mapProductOrders({ split: { per: 'unit', book: 'each', most: 1000 } }, order);
    const ledger = createLedger({ table: modelledTable(), clock, settlingSeconds: 300 });
    return postOrders(posting(list), { ...dependencies, ledger, map });
  };

  it.each([
    ['many orders', 501, 1, '501 orders in one call'],
    ['orders of many units', 11, 91, 'These orders become more than 1000 product orders'],
  ])(
    'is refused as a whole with %s, and the answer says how much is possible',
    async (_name, orders, units, reason) => {
      const answer = await ofUnits(orders, units);
      expect(answer.statusCode).toBe(413);
      expect(answer.body.error).toContain(reason);
      expect(answer.body.error).toContain('at most 500 are taken, which may become 1000 product orders');
      expect(sqs.sent).toEqual([]);
    },
  );

  it('is accepted when it just fits', async () => {
    expect(await ofUnits(1, 1000)).toMatchObject({ statusCode: 202 });
    expect(sqs.sent).toHaveLength(1000);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../shared/integration/product-orders.ts';
import { createLedger } from '../../shared/ledger/ledger.ts';
import { type EndpointParts, getOrder, postOrders } from '../../shared/orders/endpoint.ts';
import { createQueues } from '../../shared/platform/queue.ts';
import { testClock } from '../harness/clock.ts';
import { type LedgerStore, startLedgerStore } from '../harness/dynamodb.ts';
import { type HeardLog, heardLog } from '../harness/logs.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../harness/sqs.ts';

const current = 'CANARY-current-0123456789abcdef012345';
const previous = 'CANARY-previous-0123456789abcdef01234';

let store: LedgerStore;
let sqs: SqsEndpoint;
let heard: HeardLog;
let parts: EndpointParts;

beforeAll(async () => {
  [store, sqs] = await Promise.all([startLedgerStore(), startSqsEndpoint()]);
});
afterAll(() => Promise.all([store.stop(), sqs.stop()]));
beforeEach(() => {
  sqs.forget();
  heard = heardLog();
  parts = {
    ledger: createLedger({ ...store, clock: testClock(), times: { settlingSeconds: 300 } }),
    log: heard.log,
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
    map: (order) => mapProductOrders({}, order),
    apiKey: async () => ({ current, previous }),
    mayCall: () => true,
    pause: async () => undefined,
  };
});

const call = (number: string, apiKey: string | undefined = current) => ({
  apiKey,
  sourceIp: '192.0.2.1',
  body: Buffer.from(JSON.stringify({ number, article: 'GEAR-01' })),
  waitSeconds: 0,
});

describe('no 2xx before SQS confirms', () => {
  it('answers 503 when SQS is down, and 202 to the same call once it is back', async () => {
    sqs.fail('SendMessageBatch', 500);
    const down = await postOrders(call('PO-down'), parts);
    const back = await postOrders(call('PO-down'), parts);
    expect(down).toMatchObject({
      statusCode: 503,
      body: { error: expect.stringContaining('same call again') },
    });
    expect(back).toMatchObject({ statusCode: 202, body: { orders: [{ status: 'queued' }] } });
    expect(sqs.sent).toHaveLength(1);
  });

  it('answers 503 when the ledger is down, to posts and to looks', async () => {
    const lost = await startLedgerStore();
    const ledger = createLedger({ ...lost, clock: testClock(), times: { settlingSeconds: 300 } });
    await lost.stop();
    const answers = [
      await postOrders(call('PO-1'), { ...parts, ledger }),
      await getOrder({ ...call('PO-1'), number: 'PO-1' }, { ...parts, ledger }),
    ];
    expect(answers).toMatchObject([{ statusCode: 503 }, { statusCode: 503 }]);
    expect(sqs.sent).toEqual([]);
  });
});

describe('the key of the order endpoint', () => {
  it('may be either of two during rotation', async () => {
    const answers = [
      await postOrders(call('PO-a', current), parts),
      await postOrders(call('PO-b', previous), parts),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
  });

  it.each([
    ['none', undefined],
    ['one that lacks a letter', current.slice(1)],
    ['one with a letter too many', `${previous}x`],
    ['an empty one', ''],
  ])('is refused when it is %s, and never told in the answer or the log', async (_, presented) => {
    const answer = await postOrders({ ...call('PO-1'), apiKey: presented }, parts);
    expect(answer.statusCode).toBe(401);
    expect(sqs.sent).toEqual([]);
    expect(JSON.stringify(answer) + heard.lines.join()).not.toContain('CANARY');
  });
});

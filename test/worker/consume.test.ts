import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLedger, type Ledger } from '../../shared/ledger/ledger.ts';
import { Rejected, RetryLater } from '../../shared/model/errors.ts';
import { createQueues } from '../../shared/platform/queue.ts';
import { type Consumer, createWorker } from '../../shared/worker/consume.ts';
import { type TestClock, testClock } from '../harness/clock.ts';
import { type LedgerStore, startLedgerStore } from '../harness/dynamodb.ts';
import { type HeardLog, heardLog } from '../harness/logs.ts';
import { type SqsEndpoint, sqsRecord, startSqsEndpoint } from '../harness/sqs.ts';

let store: LedgerStore;
let sqs: SqsEndpoint;
let clock: TestClock;
let ledger: Ledger;
let heard: HeardLog;

beforeAll(async () => {
  store = await startLedgerStore();
  sqs = await startSqsEndpoint();
});
afterAll(async () => {
  await store.stop();
  await sqs.stop();
});
beforeEach(() => {
  clock = testClock();
  ledger = createLedger({ ...store, clock, times: { settlingSeconds: 300 } });
  heard = heardLog();
  sqs.forget();
});

/** Does to each message what its body says. */
const obeys: Consumer<string> = {
  stage: 'deliver-completion',
  parse: (body) => {
    if (body === 'unreadable')
      throw new Rejected('The message does not fit: $.key: found missing, expected string.');
    return body;
  },
  orderNumber: () => 'PO-1',
  work: async (body) => {
    if (body === 'retry') throw new RetryLater('The ERP failed (503).', { scope: 'target' });
    if (body === 'reject') throw new Rejected('Production MO/1 is cancelled.');
    if (body === 'bug') throw new TypeError('undefined is not a function');
  },
};

function worker(consumer: Consumer<string> = obeys) {
  return createWorker(consumer, {
    queueUrl: sqs.queueUrl('deliveries'),
    deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
    queues: createQueues(sqs.client),
    attempts: ledger.attempts,
    deadLetters: ledger.deadLetters,
    clock,
    random: () => 0.5,
    log: heard.log,
  });
}

const invocation = (remainingMs = 60_000) => ({
  awsRequestId: 'request',
  getRemainingTimeInMillis: () => remainingMs,
});
const failedIds = (response: { batchItemFailures: { itemIdentifier: string }[] }) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();

describe('a batch response holds exactly the retries', () => {
  it('for every pattern of success, retry, rejection, unreadable message and bug', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('success', 'retry', 'reject', 'unreadable', 'bug'), {
          minLength: 1,
          maxLength: 10,
        }),
        async (bodies) => {
          // Prepare
          sqs.forget();
          const records = bodies.map((body) => sqsRecord({ body }));

          // Act
          const response = await worker()({ Records: records }, invocation());

          // Assess
          const retried = records.filter(({ body }) => body === 'retry' || body === 'bug');
          const rejected = records.filter(({ body }) => body === 'reject' || body === 'unreadable');
          expect(failedIds(response)).toEqual(retried.map(({ messageId }) => messageId).sort());
          expect([...sqs.visibility.keys()].sort()).toEqual(
            retried.map(({ receiptHandle }) => receiptHandle).sort(),
          );
          expect(sqs.sent.map(({ attributes }) => attributes.messageId).sort()).toEqual(
            rejected.map(({ messageId }) => messageId).sort(),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('also when some visibilities cannot be changed: those come again at their old time', async () => {
    const records = [sqsRecord({ body: 'retry' }), sqsRecord({ body: 'retry' })];
    sqs.refuse([records[0]?.receiptHandle ?? '']);
    const response = await worker()({ Records: records }, invocation());
    expect(response.batchItemFailures).toHaveLength(2);
    expect(sqs.visibility.size).toBe(1);
  });
});

describe('a permanent rejection is dead-lettered on its first attempt', () => {
  it('with stage, order, reason and both times as message attributes, and in the ledger', async () => {
    // Prepare
    const record = sqsRecord({ body: 'reject' });

    // Act
    await worker()({ Records: [record] }, invocation());

    // Assess
    expect(sqs.sent).toEqual([
      {
        queue: 'dead-letters',
        body: 'reject',
        attributes: {
          stage: 'deliver-completion',
          orderNumber: 'PO-1',
          reason: 'Production MO/1 is cancelled.',
          messageId: record.messageId,
          firstAttemptAt: '2026-11-24T07:59:00.000Z',
          lastAttemptAt: '2026-11-24T08:00:00.000Z',
        },
      },
    ]);
    const journey = await ledger.journeys.of('PO-1');
    expect(journey).toContainEqual(
      expect.objectContaining({ event: 'dead-lettered', of: `dead letter ${record.messageId}` }),
    );
  });

  it('comes again when the dead-letter queue does not take it: nothing is lost', async () => {
    sqs.fail('SendMessage', 500);
    const response = await worker()({ Records: [sqsRecord({ body: 'reject' })] }, invocation());
    expect(response.batchItemFailures).toHaveLength(1);
  });

  it('never for refused credentials, however often', async () => {
    const consumer: Consumer<string> = {
      ...obeys,
      work: async () => {
        throw new RetryLater('The ERP refused our credentials (401).', {
          scope: 'target',
          unauthorized: true,
        });
      },
    };
    const response = await worker(consumer)(
      { Records: [sqsRecord({ body: 'x', receiveCount: 400 })] },
      invocation(),
    );
    expect(response.batchItemFailures).toHaveLength(1);
    expect(sqs.sent).toEqual([]);
  });
});

describe('a message does not wait for ever', () => {
  it('is dead-lettered after six days, with what it waited for', async () => {
    const sentAt = new Date(clock.now().getTime() - 6 * 86_400_000 - 1000);
    await worker()({ Records: [sqsRecord({ body: 'retry', sentAt, receiveCount: 500 })] }, invocation());
    expect(sqs.sent[0]?.attributes.reason).toBe('Waited too long: The ERP failed (503).');
  });

  it('waits on at five days', async () => {
    const sentAt = new Date(clock.now().getTime() - 5 * 86_400_000);
    const response = await worker()(
      { Records: [sqsRecord({ body: 'retry', sentAt, receiveCount: 500 })] },
      invocation(),
    );
    expect(response.batchItemFailures).toHaveLength(1);
    expect(sqs.sent).toEqual([]);
  });
});

describe('a poison message never takes its neighbours down', () => {
  it('works on a message alone whose earlier attempt never finished, and leaves the others untouched', async () => {
    // Prepare
    const poison = sqsRecord({ body: 'success', receiveCount: 3 });
    await ledger.attempts.begin(poison.messageId);
    const neighbours = [sqsRecord({ body: 'success', receiveCount: 3 }), sqsRecord({ body: 'success' })];
    const worked: string[] = [];
    const consumer: Consumer<string> = {
      ...obeys,
      work: async (_body, { owner }) => void worked.push(owner),
    };

    // Act
    const response = await worker(consumer)({ Records: [...neighbours, poison] }, invocation());

    // Assess
    expect(worked).toEqual([`request/${poison.messageId}`]);
    expect(failedIds(response)).toEqual(neighbours.map(({ messageId }) => messageId).sort());
    expect(await ledger.attempts.unfinished(poison.messageId)).toBe(0);
  });

  it('dead-letters it after five attempts that never finished', async () => {
    const poison = sqsRecord({ body: 'success', receiveCount: 8 });
    for (let i = 0; i < 5; i++) await ledger.attempts.begin(poison.messageId);
    await worker()({ Records: [poison] }, invocation());
    expect(sqs.sent[0]?.attributes.reason).toContain('5 attempts never finished');
  });

  it('dead-letters a bug after five tries, naming it', async () => {
    // Prepare
    const poison = sqsRecord({ body: 'bug', receiveCount: 1 });

    // Act
    for (let i = 0; i < 4; i++) await worker()({ Records: [poison] }, invocation());
    const before = sqs.sent.length;
    await worker()({ Records: [poison] }, invocation());

    // Assess
    expect(before).toBe(0);
    expect(sqs.sent[0]?.attributes.reason).toContain(
      'Internal error, 5 times (TypeError: undefined is not a function)',
    );
  });

  it('gives a bug all its tries, however often the message had to wait before', async () => {
    await worker()({ Records: [sqsRecord({ body: 'bug', receiveCount: 40 })] }, invocation());
    expect(sqs.sent).toEqual([]);
  });
});

describe('handlers finish or report before the deadline', () => {
  it('aborts calls under way and reports their records as unfinished', async () => {
    // Prepare: calls that would take for ever, and end when they are aborted
    const consumer: Consumer<string> = {
      ...obeys,
      work: (_body, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    };
    const records = [sqsRecord({ body: 'a' }), sqsRecord({ body: 'b' })];

    // Act
    const response = await worker(consumer)({ Records: records }, invocation(1600));

    // Assess
    expect(failedIds(response)).toEqual(records.map(({ messageId }) => messageId).sort());
  });

  it('reports even those whose work does not heed the abort', async () => {
    const consumer: Consumer<string> = { ...obeys, work: () => new Promise(() => undefined) };
    const response = await worker(consumer)({ Records: [sqsRecord({ body: 'a' })] }, invocation(1700));
    expect(response.batchItemFailures).toHaveLength(1);
  });
});

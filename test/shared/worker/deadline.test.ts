import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Rejected } from '../../../shared/model/errors.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { startServer } from '../../support/server.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, idsOf, invocation, never, stoppedTime, workerStage } from './stage.ts';

const stage = await workerStage();
stoppedTime();

/** The time that an invocation has. */
const lifeMs = 10_000;

/** The failed ids of a response that was sent with so much time left. */
async function failedWith(leftMs: number, responding: Promise<SQSBatchResponse>): Promise<string[]> {
  await stage.quiet();
  await vi.advanceTimersByTimeAsync(lifeMs - leftMs);
  return failedIds(await responding);
}

/** An AWS service that accepts every call and answers none. */
async function stalledService() {
  const { url } = await startServer(() => never());
  return {
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

describe('a worker near its deadline', () => {
  it('aborts calls under way and reports their records as unfinished', async () => {
    // Prepare: calls that would take for ever, and end when they are aborted
    const consumer = doing(
      (_body, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    );
    const records = [sqsRecord({ body: 'a' }), sqsRecord({ body: 'b' })];

    // Act
    const failed = await failedWith(1000, stage.worker(consumer)(batch(...records), invocation(lifeMs)));

    // Assess
    expect(failed).toEqual(idsOf(records));
  });

  it('reports records that were never begun, and writes nothing for them', async () => {
    // Prepare: as many hanging records as are worked on at the same time, and more behind them
    const hung = Array.from({ length: 5 }, () => sqsRecord({ body: 'hang' }));
    const behind = [sqsRecord({ body: 'success' }), sqsRecord({ body: 'success' })];

    // Act
    const failed = await failedWith(500, stage.worker()(batch(...hung, ...behind), invocation(lifeMs)));

    // Assess
    expect(failed).toEqual(idsOf([...hung, ...behind]));
    for (const { messageId } of [...hung, ...behind])
      expect(await stage.ledger.attempts.countUnfinished(messageId)).toBeUndefined();
  });

  it('reports all records when DynamoDB is too slow to show which are suspect', async () => {
    // Prepare
    const client = new DynamoDBClient(await stalledService());
    onTestFinished(() => client.destroy());
    const { attempts } = ledgerOn(new Table(client, 'ledger'), stage.clock).ledger;
    const records = [sqsRecord({ body: 'success', receiveCount: 2 }), sqsRecord({ body: 'success' })];

    // Act
    const responding = stage.worker(undefined, { attempts })(batch(...records), invocation(lifeMs));
    const failed = await failedWith(1, responding);

    // Assess
    expect(failed).toEqual(idsOf(records));
  });

  it('responds in time when SQS does not answer changes of visibility', async () => {
    // Prepare
    const client = new SQSClient({ ...(await stalledService()), useQueueUrlAsEndpoint: false });
    onTestFinished(() => client.destroy());
    const queues = createQueues(client);
    const records = [sqsRecord({ body: 'retry' }), sqsRecord({ body: 'success' })];

    // Act
    const responding = stage.worker(undefined, { queues })(batch(...records), invocation(lifeMs));
    const failed = await failedWith(1, responding);

    // Assess
    expect(failed).toEqual(idsOf(records.filter(({ body }) => body === 'retry')));
  });
});

it('writes and sends nothing after its response for work that was given up, however it ends', async () => {
  // Prepare
  const work = new Map(
    ['is rejected', 'fails', 'goes well'].map((body) => [body, Promise.withResolvers<void>()]),
  );
  const late = [...work.keys()].map((body) => sqsRecord({ body, receiveCount: 6 }));
  // One more unexpected failure, and it would be dead-lettered.
  for (const { messageId } of late)
    for (let i = 0; i < 4; i++) await stage.ledger.attempts.recordFailure(messageId, { unexpected: true });
  const consumer = doing(async (body) => {
    if (!work.has(body)) throw new Rejected('In time.', { causeCode: 'order-state' });
    await work.get(body)?.promise;
  });

  // Act
  const failed = await failedWith(500, stage.worker(consumer)(batch(...late), invocation(lifeMs)));
  work.get('is rejected')?.reject(new Rejected('Too late.', { causeCode: 'order-state' }));
  work.get('fails')?.reject(new Error('Too late.'));
  work.get('goes well')?.resolve();
  // This is rejected after them, in the same way: once its letter has arrived, theirs would have arrived, too.
  const inTime = sqsRecord({ body: 'in time', receiveCount: 6 });
  await stage.ledger.attempts.recordFailure(inTime.messageId, { unexpected: false });
  await stage.worker(consumer)(batch(inTime), invocation());

  // Assess
  expect(failed).toEqual(idsOf(late));
  expect(stage.sqs.sent.map(({ body }) => body)).toEqual(['in time']);
  const dead = await stage.ledger.deadLetters.listOfOrder('PO-1');
  expect(dead.map(({ messageId }) => messageId)).toEqual([inTime.messageId]);
  for (const { messageId } of late) expect(await stage.ledger.attempts.countUnfinished(messageId)).toBe(1);
});

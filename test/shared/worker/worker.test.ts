import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PartnerDown } from '../../../shared/model/errors.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, idsOf, invocation, workerStage } from './stage.ts';

const stage = await workerStage();

describe('a message that is retried', () => {
  it('waits as long as its failure says at least, and else for a backoff', async () => {
    // Prepare: the pause that the failure names
    const consumer = doing(async (seconds) => {
      throw new PartnerDown('The ERP failed (503).', {
        ...(seconds === '' ? {} : { afterSeconds: Number(seconds) }),
      });
    });
    const records = ['', '120', '40000', '43200'].map((body) => sqsRecord({ body, receiveCount: 1 }));

    // Act
    await stage.worker(consumer)(batch(...records), invocation());

    // Assess
    const seconds = records.map(({ receiptHandle }) => stage.sqs.visibility.get(receiptHandle));
    expect(seconds).toEqual([3, 122, 40_002, 42_598]);
  });

  it('waits longer after each failure, up to 10 to 15 minutes, however often it was given back besides', async () => {
    // Prepare
    const failures = [0, 1, 3, 5, 7, 19];
    const records = failures.map(() => sqsRecord({ body: 'retry', receiveCount: 20 }));
    for (const [at, { messageId }] of records.entries())
      for (let nth = 0; nth < (failures[at] ?? 0); nth += 1)
        await stage.ledger.attempts.recordFailure(messageId, { unexpected: false });

    // Act
    await stage.worker()(batch(...records), invocation());

    // Assess
    const seconds = records.map(({ receiptHandle }) => stage.sqs.visibility.get(receiptHandle));
    expect(seconds).toEqual([3, 5, 17, 65, 257, 750]);
  });

  it.each([
    ['SQS refuses to change that', (first: string) => stage.sqs.refuse([first]), 1],
    ['that call fails', () => stage.sqs.fail('ChangeMessageVisibilityBatch', 500), 0],
  ])('keeps its old visibility timeout when %s, and is in the response', async (_, prepare, changed) => {
    // Prepare
    const records = ['retry', 'success', 'bug'].map((body) => sqsRecord({ body }));
    prepare(records[0]?.receiptHandle ?? '');

    // Act
    const response = await stage.worker()(batch(...records), invocation());

    // Assess
    expect(failedIds(response)).toEqual(idsOf(records.filter(({ body }) => body !== 'success')));
    expect(stage.sqs.visibility.size).toBe(changed);
  });
});

describe('a dead letter', () => {
  it('is made by a rejection at the first attempt, with stage, order, partner, reason, cause and both times as attributes, and in ledger and log', async () => {
    // Prepare
    const record = sqsRecord({ body: 'reject' });

    // Act
    await stage.worker()(batch(record), invocation());

    // Assess
    expect(stage.sqs.sent).toEqual([
      {
        queue: 'dead-letters',
        body: 'reject',
        attributes: {
          stage: 'book-completion',
          orderNumber: 'PO-1',
          reason: 'Production MO/1 is cancelled.',
          cause: 'order-state',
          partner: 'erp',
          messageId: record.messageId,
          firstAttemptAt: '2026-11-24T07:59:00.000Z',
          lastAttemptAt: '2026-11-24T08:00:00.000Z',
        },
      },
    ]);
    const why = { reason: 'Production MO/1 is cancelled.', cause: 'order-state' };
    expect(await stage.ledger.deadLetters.listOfOrder('PO-1')).toContainEqual(
      expect.objectContaining({ messageId: record.messageId, ...why }),
    );
    // It is counted in the log, by its cause, and is no metric, which AWS would bill for each cause.
    const line: unknown = JSON.parse(stage.logged.lines.at(-1) ?? '');
    expect(line).toMatchObject({ ...why, DeadLettered: 1 });
    expect(line).not.toHaveProperty('_aws');
    const journey = await stage.ledger.journeys.readJourney('PO-1');
    expect(journey).toContainEqual(
      expect.objectContaining({ event: 'dead-lettered', of: `dead letter ${record.messageId}` }),
    );
  });

  it.each([
    [
      'keeps the time of the very first try of a replay',
      '2026-11-20T06:00:00.000Z',
      '2026-11-20T06:00:00.000Z',
    ],
    ['is made even with an unreadable time of the first try', 'long ago', '2026-11-24T07:59:00.000Z'],
  ])('%s', async (_, stringValue, firstAttemptAt) => {
    const messageAttributes = { firstAttemptAt: { dataType: 'String' as const, stringValue } };
    await stage.worker()(batch({ ...sqsRecord({ body: 'reject' }), messageAttributes }), invocation());
    expect(stage.sqs.sent).toMatchObject([{ queue: 'dead-letters', attributes: { firstAttemptAt } }]);
  });

  it('is tried again when the dead-letter queue does not take it: nothing is lost', async () => {
    stage.sqs.fail('SendMessage', 500);
    const response = await stage.worker()(batch(sqsRecord({ body: 'reject' })), invocation());
    expect(response.batchItemFailures).toHaveLength(1);
  });

  it('needs no person when it never arrived, and its message was retried and succeeded', async () => {
    // Prepare: another message of the order that is dead, and stays so
    const other = { messageId: 'other', orderNumber: 'PO-1', stage: 'book-completion', reason: 'no' };
    await stage.ledger.deadLetters.record(other);
    const messageId = randomUUID();
    stage.sqs.fail('SendMessage', 500);
    await stage.worker()(batch(sqsRecord({ messageId, body: 'reject' })), invocation());
    const before = await deadOf(messageId);

    // Act
    const again = sqsRecord({ messageId, body: 'success', receiveCount: 2 });
    await stage.worker()(batch(again), invocation());

    // Assess
    expect(before).toBe(true);
    expect(await deadOf(messageId)).toBe(false);
    expect(await deadOf('other')).toBe(true);
    expect(await stage.ledger.journeys.readJourney('PO-1')).toContainEqual(
      expect.objectContaining({ event: 'recovered', of: `dead letter ${messageId}` }),
    );
  });

  it('is not recorded for a message that waited and then succeeded', async () => {
    const again = sqsRecord({ body: 'success', receiveCount: 7 });
    await stage.worker()(batch(again), invocation());
    expect(await deadOf(again.messageId)).toBeUndefined();
  });
});

async function deadOf(messageId: string): Promise<boolean | undefined> {
  const letters = await stage.ledger.deadLetters.listOfOrder('PO-1');
  return letters.find((letter) => letter.messageId === messageId)?.isDead;
}

it('works on two copies of a message in one batch as two attempts, of which one gets the claim', async () => {
  // Prepare: SQS may deliver a message twice, and a receive may hold both
  const owners: string[] = [];
  const consumer = doing(async (_body, { owner }) => void owners.push(owner));
  const record = sqsRecord({ body: 'success' });

  // Act
  await stage.worker(consumer)(batch(record, record), invocation());

  // Assess
  expect(new Set(owners).size).toBe(2);
});

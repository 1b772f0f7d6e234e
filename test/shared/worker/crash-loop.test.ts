import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { concurrency } from '../../../shared/worker/policy.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, invocation, never, workerStage } from './stage.ts';

const stage = await workerStage();

/** A process that gets this batch, and dies during its first work. */
async function diesWith(...records: readonly SQSRecord[]): Promise<void> {
  const died = Promise.withResolvers<void>();
  const consumer = doing(async () => {
    died.resolve();
    await never();
  });
  void stage.worker(consumer)(batch(...records), invocation());
  await died.promise;
}

describe('a message that kills its process', () => {
  it('brings no suspicion on messages that were given back untouched, or failed with an error', async () => {
    // Prepare
    const poison = await stage.delivered({ body: 'success', receiveCount: 3, noted: 2 });
    const givenBack = sqsRecord({ body: 'success' });
    const failing = sqsRecord({ body: 'retry' });
    await stage.worker()(batch(poison, givenBack), invocation());
    await stage.worker()(batch(failing), invocation());
    const second = [givenBack, failing].map(({ messageId }) =>
      sqsRecord({ messageId, body: 'success', receiveCount: 2 }),
    );

    // Act: together
    const response = await stage.worker()(batch(...second), invocation());

    // Assess
    expect(failedIds(response)).toEqual([]);
  });

  // A batch of as many as are worked on together: a further one would not begin before one of them ends.
  it.each([...new Set([0, Math.floor(concurrency / 2), concurrency - 1])])(
    'is dead-lettered at place %i of a batch that is delivered again and again, and all others are done',
    async (place) => {
      // Prepare
      const waiting = new Map(
        Array.from({ length: concurrency }, (_, i) => [
          randomUUID(),
          { body: i === place ? 'kills' : 'good', receiveCount: 0 },
        ]),
      );
      const [killer = ''] = [...waiting].flatMap(([id, { body }]) => (body === 'kills' ? [id] : []));
      const begun = new Map<string, number>();
      const done: string[] = [];

      /** One process: it dies with all its work when it begins the killer. */
      async function deliver(): Promise<void> {
        const records = [...waiting].map(([messageId, message]) => {
          message.receiveCount += 1;
          return sqsRecord({ messageId, ...message });
        });
        const died = Promise.withResolvers<'died'>();
        const consumer = doing(async (body, { messageId, receiveCount }) => {
          begun.set(messageId, (begun.get(messageId) ?? 0) + 1);
          if (body === 'kills') died.resolve('died');
          // They are worked on together twice, so that they die with the killer.
          if (body === 'kills' || receiveCount <= 2) await never();
          done.push(messageId);
        });
        const response = await Promise.race([
          stage.worker(consumer)(batch(...records), invocation()),
          died.promise,
        ]);
        if (response === 'died') return;
        const again = failedIds(response);
        for (const messageId of waiting.keys()) if (!again.includes(messageId)) waiting.delete(messageId);
      }

      // Act
      for (let deliveries = 0; waiting.size > 0 && deliveries < 30; deliveries++) await deliver();

      // Assess
      expect([...waiting.keys()]).toEqual([]);
      expect(begun.get(killer)).toBe(5);
      begun.delete(killer);
      expect(Math.max(...begun.values())).toBeLessThanOrEqual(3);
      expect(done.sort()).toEqual([...begun.keys()].sort());
      expect(stage.sqs.sent.map(({ attributes }) => attributes)).toMatchObject([
        {
          messageId: killer,
          reason: expect.stringContaining('5 attempts never finished'),
          cause: 'internal-error',
        },
      ]);
    },
  );

  it('is not begun once more when it cannot be dead-lettered', async () => {
    // Prepare
    const poison = await stage.delivered({ body: 'kills', receiveCount: 7, noted: 5 });
    const begun: string[] = [];
    const consumer = doing(async (body) => void begun.push(body));
    stage.sqs.fail('SendMessage', 500);

    // Act
    const first = await stage.worker(consumer)(batch(poison), invocation());
    const second = await stage.worker(consumer)(batch(poison), invocation());

    // Assess
    expect([failedIds(first), failedIds(second)]).toEqual([[poison.messageId], []]);
    expect(begun).toEqual([]);
    expect(stage.sqs.sent[0]?.attributes.reason).toContain('5 attempts never finished');
  });

  it('is a suspect after its second attempt, whose beginning is noted', async () => {
    // Prepare: its first attempt has left no note
    const poison = await stage.delivered({ body: 'kills', receiveCount: 2, noted: undefined });

    // Act
    await diesWith(poison);

    // Assess
    expect(await stage.ledger.attempts.countUnfinished(poison.messageId)).toBe(2);
  });

  it('stays a suspect when there is no time left to begin it', async () => {
    const poison = await stage.delivered({ body: 'success', receiveCount: 3, noted: 2 });
    await stage.worker()(batch(poison), invocation(1000));
    expect(await stage.ledger.attempts.countUnfinished(poison.messageId)).toBe(2);
  });
});

describe('a message whose work fails on a bug', () => {
  it.each([
    new TypeError('undefined is not a function'),
    // Of AWS: our request was wrong.
    Object.assign(new Error('It is invalid'), { name: 'ValidationException', $metadata: {} }),
  ])('becomes a dead letter after five tries, with the name of the error: %s', async (bug) => {
    // Prepare
    const poison = sqsRecord({ body: 'x', receiveCount: 1 });
    const fails = doing(() => Promise.reject(bug));

    // Act
    for (let i = 0; i < 4; i++) await stage.worker(fails)(batch(poison), invocation());
    const before = stage.sqs.sent.length;
    await stage.worker(fails)(batch(poison), invocation());

    // Assess
    expect(before).toBe(0);
    expect(stage.sqs.sent[0]?.attributes).toMatchObject({
      reason: expect.stringContaining(`Internal error, 5 times (${bug.name}: ${bug.message})`),
      cause: 'internal-error',
    });
  });

  it('has all five tries, however often it had to wait before', async () => {
    await stage.worker()(batch(sqsRecord({ body: 'bug', receiveCount: 40 })), invocation());
    expect(stage.sqs.sent).toEqual([]);
  });
});

it('leaves nothing in the table for a message that succeeds at its first receive', async () => {
  const record = sqsRecord({ body: 'success' });
  await stage.worker()(batch(record), invocation());
  expect(await stage.ledger.attempts.countUnfinished(record.messageId)).toBeUndefined();
});

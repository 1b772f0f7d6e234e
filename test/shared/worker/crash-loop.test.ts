import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, idsOf, invocation, never, workerStage } from './stage.ts';

const stage = workerStage();

describe('a poison message never takes its neighbours down', () => {
  it('works on a message alone whose earlier attempt never finished, and leaves the others untouched', async () => {
    // Prepare
    const poison = await stage.delivered({ body: 'success', receiveCount: 3, noted: 1 });
    const waited = await stage.delivered({ body: 'success', receiveCount: 3, noted: 0 });
    const neighbours = [waited, sqsRecord({ body: 'success' })];
    const worked: string[] = [];
    const consumer = doing(async (_body, { messageId }) => void worked.push(messageId));

    // Act
    const response = await stage.worker(consumer)(batch(...neighbours, poison), invocation());

    // Assess
    expect(worked).toEqual([poison.messageId]);
    expect(failedIds(response)).toEqual(idsOf(neighbours));
    expect(await stage.ledger.attempts.unfinished(poison.messageId)).toBeUndefined();
  });

  it('gives its neighbours back before it is worked on: its process may die', async () => {
    // Prepare: a process that dies in the midst of the work
    const poison = await stage.delivered({ body: 'kills', receiveCount: 3, noted: 1 });
    const neighbours = [sqsRecord({ body: 'success' }), sqsRecord({ body: 'success' })];
    const died = Promise.withResolvers<void>();
    const consumer = doing(async () => {
      died.resolve();
      await never();
    });

    // Act
    void stage.worker(consumer)(batch(...neighbours, poison), invocation());
    await died.promise;

    // Assess
    expect([...stage.sqs.visibility]).toEqual(neighbours.map(({ receiptHandle }) => [receiptHandle, 1]));
  });

  it('does not suspect neighbours that were given back untouched, nor what failed in good order', async () => {
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

  it('suspects them on, when several are: one of them after the other is worked on alone', async () => {
    // Prepare
    const suspects = await Promise.all(
      [2, 3, 2].map((noted) => stage.delivered({ body: 'success', receiveCount: 4, noted })),
    );

    // Act
    await stage.worker()(batch(...suspects), invocation());

    // Assess
    const unfinished = await Promise.all(
      suspects.slice(1).map(({ messageId }) => stage.ledger.attempts.unfinished(messageId)),
    );
    expect(unfinished).toEqual([3, 2]);
  });

  it.each([0, 2, 4])(
    'delivered again and again with one at place %i that kills its process, all others are done and it is put aside',
    async (place) => {
      // Prepare
      const waiting = new Map(
        Array.from({ length: 5 }, (_, i) => [
          randomUUID(),
          { body: i === place ? 'kills' : 'good', receiveCount: 0 },
        ]),
      );
      const [killer = ''] = [...waiting].flatMap(([id, { body }]) => (body === 'kills' ? [id] : []));
      const begun = new Map<string, number>();
      const done: string[] = [];

      /** One process: it dies when it begins with the killer, and whatever else it is at. */
      async function deliver(): Promise<void> {
        const records = [...waiting].map(([messageId, message]) => {
          message.receiveCount += 1;
          return sqsRecord({ messageId, ...message });
        });
        const died = Promise.withResolvers<'died'>();
        const consumer = doing(async (body, { messageId, receiveCount }) => {
          begun.set(messageId, (begun.get(messageId) ?? 0) + 1);
          if (body === 'kills') died.resolve('died');
          // Twice they are worked on together, so that the killer's death is theirs.
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

  it('does not begin with it once more when it cannot be put aside', async () => {
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

  it('works on what was received by nobody together with others: that is no sign of a crash', async () => {
    // Prepare: as when its partner was unwell, Lambda is throttled, or a function cannot start
    const records = await Promise.all(
      [2, 400].map((receiveCount) => stage.delivered({ body: 'retry', receiveCount, noted: undefined })),
    );
    const begun: string[] = [];
    const consumer = doing(async (_body, { messageId }) => {
      begun.push(messageId);
      throw new RetryLater('The ERP failed (503).', { scope: 'partner' });
    });

    // Act
    await stage.worker(consumer)(batch(...records), invocation());

    // Assess
    expect(begun.toSorted()).toEqual(idsOf(records));
    const unfinished = records.map(({ messageId }) => stage.ledger.attempts.unfinished(messageId));
    expect(await Promise.all(unfinished)).toEqual([0, 0]);
  });

  it('suspects it at its second attempt, as its beginning is noted', async () => {
    // Prepare: its first attempt has left no note
    const poison = await stage.delivered({ body: 'kills', receiveCount: 2, noted: undefined });
    const died = Promise.withResolvers<void>();
    const consumer = doing(async () => {
      died.resolve();
      await never();
    });

    // Act
    void stage.worker(consumer)(batch(poison), invocation());
    await died.promise;

    // Assess
    expect(await stage.ledger.attempts.unfinished(poison.messageId)).toBe(2);
  });

  it('stays a suspect when its turn comes too late to begin', async () => {
    const poison = await stage.delivered({ body: 'success', receiveCount: 3, noted: 2 });
    await stage.worker()(batch(poison), invocation(1000));
    expect(await stage.ledger.attempts.unfinished(poison.messageId)).toBe(2);
  });
});

describe('a message that meets a bug', () => {
  it('is dead-lettered after five tries, with its name', async () => {
    // Prepare
    const poison = sqsRecord({ body: 'bug', receiveCount: 1 });

    // Act
    for (let i = 0; i < 4; i++) await stage.worker()(batch(poison), invocation());
    const before = stage.sqs.sent.length;
    await stage.worker()(batch(poison), invocation());

    // Assess
    expect(before).toBe(0);
    expect(stage.sqs.sent[0]?.attributes).toMatchObject({
      reason: expect.stringContaining('Internal error, 5 times (TypeError: undefined is not a function)'),
      cause: 'internal-error',
    });
  });

  it('which AWS calls invalid is one of ours, too', async () => {
    const invalid = Object.assign(new Error('One or more parameter values were invalid'), {
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    const consumer = doing(() => Promise.reject(invalid));
    const poison = sqsRecord({ body: 'x', receiveCount: 1 });
    for (let i = 0; i < 5; i++) await stage.worker(consumer)(batch(poison), invocation());
    expect(stage.sqs.sent[0]?.attributes.reason).toContain('Internal error, 5 times (ValidationException');
  });

  it('has all its tries, however often it had to wait before', async () => {
    await stage.worker()(batch(sqsRecord({ body: 'bug', receiveCount: 40 })), invocation());
    expect(stage.sqs.sent).toEqual([]);
  });
});

it('a message that goes well at its first receive leaves nothing in the table', async () => {
  const record = sqsRecord({ body: 'success' });
  await stage.worker()(batch(record), invocation());
  expect(await stage.ledger.attempts.unfinished(record.messageId)).toBeUndefined();
});

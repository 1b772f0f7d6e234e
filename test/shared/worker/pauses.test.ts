import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pause } from '../../../shared/ledger/records/pauses.ts';
import { pausedMs } from '../../../shared/worker/waiting-time.ts';
import type { WorkerDependencies } from '../../../shared/worker/worker.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, invocation, obeys, workerStage } from './stage.ts';

const stage = await workerStage();
const hour = 3600;
const day = 24 * hour;
const secondsAgo = (seconds: number) => new Date(stage.clock.now().getTime() - seconds * 1000);

/** A function of its own for each test, as all share a ledger. */
const newFunction = () => ({ ...obeys, stage: `book-completion-${randomUUID()}` });

/** Works on a message that was tried first so long ago, and fails. */
function triedSince(
  seconds: number,
  consumer = newFunction(),
  dependencies: Partial<WorkerDependencies> = {},
) {
  const record = sqsRecord({ body: 'retry', sentAt: secondsAgo(seconds), receiveCount: 500 });
  return stage.worker(consumer, dependencies)(batch(record), invocation());
}

async function pausedFor(functionName: string, seconds: number): Promise<void> {
  await stage.ledger.pauses.begin(functionName);
  stage.clock.advance(seconds);
  await stage.ledger.pauses.end(functionName);
}

const waitedTooLong = { reason: 'Waited too long: The ERP failed (503).' };

describe('the time that a message waits while its flow is paused', () => {
  it('does not count: it is retried after six days, of which five were paused', async () => {
    // Prepare
    const consumer = newFunction();
    await pausedFor(consumer.stage, 5 * day);
    stage.clock.advance(day / 2);

    // Act
    const response = await triedSince(6 * day + hour, consumer);

    // Assess
    expect(response.batchItemFailures).toHaveLength(1);
    expect(stage.sqs.sent).toEqual([]);
    expect(stage.logged.measured('WaitingSeconds')).toEqual([day + hour]);
  });

  it.each<[string, (own: string) => Promise<Partial<WorkerDependencies> | undefined>]>([
    ['it is another flow that was paused', async () => void (await pausedFor(newFunction().stage, 5 * day))],
    [
      'the pause has no end: what works is not paused',
      async (own) => void (await stage.ledger.pauses.begin(own)),
    ],
    ['the pauses cannot be read', async () => ({ pauses: { during: () => Promise.reject(new Error('-')) } })],
  ])('counts when %s', async (_, prepare) => {
    const consumer = newFunction();
    const dependencies = await prepare(consumer.stage);
    stage.clock.advance(5 * day);
    await triedSince(6 * day + hour, consumer, dependencies ?? {});
    expect(stage.sqs.sent).toMatchObject([{ attributes: waitedTooLong }]);
  });

  it.each([
    ['does not count before the first try: it is retried after a week', 7 * day, 1],
    ['counts after 13 days, so that it becomes a dead letter before SQS drops it', 13 * day + 1, 0],
  ])('%s', async (_, seconds, retried) => {
    const firstReceivedAt = stage.clock.now();
    const record = sqsRecord({ body: 'retry', sentAt: secondsAgo(seconds), firstReceivedAt });
    const response = await stage.worker()(batch(record), invocation());
    expect(response.batchItemFailures).toHaveLength(retried);
    expect(stage.sqs.sent).toMatchObject(retried ? [] : [{ attributes: waitedTooLong }]);
  });
});

describe('the paused part of an interval', () => {
  const at = (ms: number) => new Date(ms);
  const time = fc.integer({ min: 0, max: 30 });
  const pause = fc
    .tuple(time, time)
    // Clocks of two operators differ: pauses may overlap, or end before they began.
    .map(([from, until]): Pause => ({ from: at(from), until: at(until) }));

  it('counts what falls into any pause once', () => {
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 6 }), time, time, (pauses, from, until) => {
        const moments = Array.from({ length: Math.max(0, until - from) }, (_, n) => from + n);
        const paused = moments.filter((ms) => pauses.some((one) => +one.from <= ms && ms < +one.until));
        expect(pausedMs(pauses, from, until)).toBe(paused.length);
      }),
    );
  });
});

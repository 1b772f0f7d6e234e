import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import {
  batch,
  type Delivered,
  doing,
  failedIds,
  idsOf,
  invocation,
  obey,
  stoppedTime,
  workerStage,
} from './stage.ts';

const stage = await workerStage();
stoppedTime();

/** The rule: which records of a batch are begun, become dead letters, and are retried. By index. */
function ruleFor(messages: readonly Delivered[]) {
  const unfinished = ({ receiveCount, noted = 0 }: Delivered) => (receiveCount === 1 ? 0 : noted);
  const all = messages.map((message, index) => ({ ...message, index }));
  const readable = all.filter(({ body }) => body !== 'unreadable');
  const suspect = readable.find((message) => unfinished(message) > 0);
  const worked = suspect ? [suspect] : readable;
  const begun = worked.filter((message) => unfinished(message) < 5);
  const done = begun.filter(({ body }) => body === 'success');
  const dead = all.filter(
    (message) => message.body === 'unreadable' || (worked.includes(message) && !begun.includes(message)),
  );
  const letters = [...dead, ...begun.filter(({ body }) => body === 'reject')];
  return {
    begun,
    letters,
    again: all.filter((message) => !done.includes(message) && !letters.includes(message)),
    untouched: readable.filter((message) => !worked.includes(message)),
  };
}

const body = fc.constantFrom('success', 'retry', 'reject', 'unreadable', 'bug', 'hang');
const fresh = fc.record({ body, receiveCount: fc.constant(1), noted: fc.constant(undefined) });
const waited = fc.record({ body, receiveCount: fc.integer({ min: 2, max: 9 }), noted: fc.constant(0) });
const crashed = fc.record({
  body,
  receiveCount: fc.integer({ min: 2, max: 9 }),
  noted: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
});
const anyBatch = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fresh },
      { weight: 6, arbitrary: waited },
      { weight: 1, arbitrary: crashed },
    ),
    { minLength: 1, maxLength: 8 },
  )
  // With one more, those behind them would never begin: see deadline.test.ts.
  .filter((messages) => messages.filter((message) => message.body === 'hang').length < 5);

it('responds with exactly the records that are retried, for every pattern of outcomes, receives, and earlier attempts that never finished', async () => {
  await fc.assert(fc.asyncProperty(anyBatch, isWorkedByTheRule), { numRuns: 50 });
});

async function isWorkedByTheRule(messages: readonly Delivered[]): Promise<void> {
  // Prepare
  stage.sqs.forget();
  const records = await Promise.all(messages.map(stage.delivered));
  const rule = ruleFor(messages);
  const idsAt = (some: readonly { readonly index: number }[]) =>
    some.map(({ index }) => records[index]?.messageId).sort();
  const begun: string[] = [];
  const consumer = doing(async (text, attempt) => {
    begun.push(attempt.messageId);
    await obey(text);
  });

  // Act: work that hangs is given up when the rest is done
  const responding = stage.worker(consumer)(batch(...records), invocation(10_000));
  await stage.quiet();
  await vi.advanceTimersByTimeAsync(9500);
  const response = await responding;

  // Assess
  expect(failedIds(response)).toEqual(idsAt(rule.again));
  expect(begun.sort()).toEqual(idsAt(rule.begun));
  const hidden = records.filter(({ receiptHandle }) => stage.sqs.visibility.has(receiptHandle));
  expect(idsOf(hidden)).toEqual(idsAt(rule.again));
  const letters = stage.sqs.sent.map(({ attributes }) => attributes.messageId);
  expect(letters.sort()).toEqual(idsAt(rule.letters));
  for (const { index } of rule.untouched)
    expect(stage.sqs.visibility.get(records[index]?.receiptHandle ?? '')).toBe(1);
}

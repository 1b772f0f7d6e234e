import { expect, it } from 'vitest';
import { createEventSourceMapping, type InvocationEnd } from './event-source-mapping.ts';
import { main, queueStage, second } from './queue-stage.ts';

function mappedStage() {
  const stage = queueStage();
  return { ...stage, mapping: createEventSourceMapping(stage.model, main) };
}

it('receives at most one batch, and nothing from an empty queue', () => {
  const { mapping, send } = mappedStage();
  const empty = mapping.receive();
  for (const body of ['a', 'b', 'c']) send(body);

  const sizes = [2, 2, 2].map((most) => mapping.receive(most)).map((batch) => batch?.event.Records.length);

  expect(empty).toBeUndefined();
  expect(sizes).toEqual([2, 1, undefined]);
});

const failures = (...itemIdentifiers: (string | undefined)[]) => ({
  returned: { batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })) },
});

it.each<[string, (ids: Record<string, string>) => InvocationEnd, string]>([
  ['only those that are not reported as failed', ({ b }) => failures(b), 'b'],
  ['none, after an error or a timeout', () => 'failed', 'abc'],
])('deletes of the batch %s', (_, endOf, expected) => {
  // Prepare
  const { mapping, send, receive, pass } = mappedStage();
  const ids = Object.fromEntries(['a', 'b', 'c'].map((body) => [body, send(body)]));
  const batch = mapping.receive();

  // Act
  if (batch) mapping.finish(batch, endOf(ids));
  const hidden = receive();
  pass(30 * second);

  // Assess
  expect(hidden).toEqual([]);
  const again = receive().map(({ Body }) => Body);
  expect(again.sort().join('')).toBe(expected);
});

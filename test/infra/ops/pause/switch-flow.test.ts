import { expect, it } from 'vitest';
import { switchFlow } from '../../../../infra/ops/pause/switch-flow.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:completions';

/**
 * An account whose Lambda takes `slowness` looks to switch a mapping, as the real one does (it is `Disabling` for
 * some seconds). Another queue's mapping is in every list.
 */
async function account({ slowness = 0, mapped = true, refuses = false } = {}) {
  const updates: unknown[] = [];
  const state = { now: 'Enabled', next: 'Enabled', left: 0 };

  function update(wanted: { readonly Enabled: boolean }): Answer {
    if (state.left > 0)
      return refusal(
        400,
        'ResourceInUseException',
        'Cannot update the event source mapping while it is in use',
      );
    if (refuses)
      return refusal(
        403,
        'AccessDeniedException',
        'User is not authorized to perform: lambda:UpdateEventSourceMapping',
      );
    updates.push(wanted);
    const [now, next] = wanted.Enabled ? ['Enabling', 'Enabled'] : ['Disabling', 'Disabled'];
    Object.assign(state, { now, next, left: slowness });
    return { status: 202, body: { State: now } };
  }

  function mappings() {
    if (state.left > 0) state.left -= 1;
    else state.now = state.next;
    const mine = { UUID: 'u-1', EventSourceArn: queueArn, State: state.now };
    const other = { UUID: 'u-2', EventSourceArn: `${queueArn}-of-others`, State: 'Enabled' };
    return mapped ? [other, mine] : [other];
  }

  const { url: endpoint } = await startServer(({ method, headers, body }) => {
    if (String(headers['x-amz-target']).startsWith('AmazonSQS'))
      return { body: { Attributes: { QueueArn: queueArn, ApproximateNumberOfMessages: '3' } } };
    return method === 'PUT' ? update(JSON.parse(body)) : { body: { EventSourceMappings: mappings() } };
  });
  return {
    updates,
    target: onThisMachine({ CompletionsQueue: `${endpoint}/000000000000/completions` }, endpoint),
  };
}

const refusal = (status: number, type: string, Message: string): Answer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { Message },
});

const options = () => ({
  on: false,
  everyMs: 1,
  signal: new AbortController().signal,
  progress: (_: string): void => undefined,
});

it('waits until Lambda has paused the flow, however long that takes', async () => {
  // Prepare
  const { target, updates } = await account({ slowness: 4 });
  const told: string[] = [];

  // Act
  const outcome = await switchFlow(target, 'completions', {
    ...options(),
    progress: (text) => told.push(text),
  });

  // Assess
  expect(outcome).toMatchObject({ settled: true, already: false, states: ['Disabled'], waiting: 3 });
  expect(updates).toEqual([{ Enabled: false }]);
  expect(told).toContain('Waiting for Lambda: Disabling → Disabled');
});

it('resumes a flow that is being paused, after Lambda has finished that', async () => {
  // Prepare
  const { target, updates } = await account({ slowness: 3 });
  await switchFlow(target, 'completions', { ...options(), looks: 2 });

  // Act
  const outcome = await switchFlow(target, 'completions', { ...options(), on: true });

  // Assess
  expect(outcome.settled).toBe(true);
  expect(updates).toEqual([{ Enabled: false }, { Enabled: true }]);
});

it('does not switch a flow that is already on', async () => {
  const { target, updates } = await account();
  const outcome = await switchFlow(target, 'completions', { ...options(), on: true });
  expect(outcome).toMatchObject({ settled: true, already: true });
  expect(updates).toEqual([]);
});

it('stops waiting after the given number of looks, or when interrupted, and says that it is not done', async () => {
  // Prepare
  const [slow, interrupted] = [await account({ slowness: 1000 }), await account({ slowness: 1000 })];
  const ending = new AbortController();

  // Act
  const tooLong = await switchFlow(slow.target, 'completions', { ...options(), looks: 3 });
  const stopped = await switchFlow(interrupted.target, 'completions', {
    ...options(),
    signal: ending.signal,
    progress: () => ending.abort(),
  });

  // Assess
  expect(tooLong).toMatchObject({ settled: false, states: ['Disabling'] });
  expect(stopped.settled).toBe(false);
});

it('refuses to pause a queue that no function reads from', async () => {
  const { target } = await account({ mapped: false });
  await expect(switchFlow(target, 'completions', options())).rejects.toThrow(
    'its event source mapping is gone',
  );
});

it('passes on a refusal of AWS', async () => {
  const { target } = await account({ refuses: true });
  await expect(switchFlow(target, 'completions', options())).rejects.toThrow('not authorized');
});

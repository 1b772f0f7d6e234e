import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { switchFlow } from '../../../../infra/ops/pause/switch-flow.ts';
import { onThisMachine } from '../cli/targets.ts';

const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:bookings';

/**
 * An account whose Lambda takes `slowness` looks to switch a mapping, as the real one does (it is `Disabling` for
 * some seconds). Another queue's mapping is in every list.
 */
async function account({ slowness = 0, mapped = true, refuses = false } = {}) {
  const updates: unknown[] = [];
  const state = { now: 'Enabled', next: 'Enabled', left: 0 };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (String(request.headers['x-amz-target']).startsWith('AmazonSQS')) {
      const Attributes = { QueueArn: queueArn, ApproximateNumberOfMessages: '3' };
      return response.end(JSON.stringify({ Attributes }));
    }
    if (request.method === 'PUT') {
      if (state.left > 0) {
        response.writeHead(400, { 'x-amzn-errortype': 'ResourceInUseException' });
        return response.end('{"Message":"Cannot update the event source mapping while it is in use"}');
      }
      if (refuses) {
        response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' });
        return response.end(
          '{"Message":"User is not authorized to perform: lambda:UpdateEventSourceMapping"}',
        );
      }
      const update: { Enabled: boolean } = JSON.parse(body);
      updates.push(update);
      const [now, next] = update.Enabled ? ['Enabling', 'Enabled'] : ['Disabling', 'Disabled'];
      Object.assign(state, { now, next, left: slowness });
      return response.writeHead(202).end(JSON.stringify({ State: now }));
    }
    if (state.left > 0) state.left -= 1;
    else state.now = state.next;
    const mine = { UUID: 'u-1', EventSourceArn: queueArn, State: state.now };
    const other = { UUID: 'u-2', EventSourceArn: `${queueArn}-of-others`, State: 'Enabled' };
    return response.end(JSON.stringify({ EventSourceMappings: mapped ? [other, mine] : [other] }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is not a pipe's name.
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    updates,
    target: onThisMachine({ BookingsQueue: `${endpoint}/000000000000/bookings` }, endpoint),
  };
}

const options = () => ({
  on: false,
  everyMs: 1,
  signal: new AbortController().signal,
  progress: (_: string): void => undefined,
});

it('a flow is paused when Lambda says so, however long it takes', async () => {
  // Prepare
  const { target, updates } = await account({ slowness: 4 });
  const told: string[] = [];

  // Act
  const outcome = await switchFlow(target, 'bookings', {
    ...options(),
    progress: (text) => told.push(text),
  });

  // Assess
  expect(outcome).toMatchObject({ settled: true, already: false, states: ['Disabled'], waiting: 3 });
  expect(updates).toEqual([{ Enabled: false }]);
  expect(told).toContain('Waiting for Lambda: Disabling → Disabled');
});

it('a flow that is being paused right now goes on again once that is done', async () => {
  // Prepare
  const { target, updates } = await account({ slowness: 3 });
  await switchFlow(target, 'bookings', { ...options(), looks: 2 });

  // Act
  const outcome = await switchFlow(target, 'bookings', { ...options(), on: true });

  // Assess
  expect(outcome.settled).toBe(true);
  expect(updates).toEqual([{ Enabled: false }, { Enabled: true }]);
});

it('a flow that is on already is not switched again', async () => {
  const { target, updates } = await account();
  const outcome = await switchFlow(target, 'bookings', { ...options(), on: true });
  expect(outcome).toMatchObject({ settled: true, already: true });
  expect(updates).toEqual([]);
});

it('waiting ends after so many looks, or when the operator interrupts it, and says that it is not done', async () => {
  // Prepare
  const [slow, interrupted] = [await account({ slowness: 1000 }), await account({ slowness: 1000 })];
  const ending = new AbortController();

  // Act
  const tooLong = await switchFlow(slow.target, 'bookings', { ...options(), looks: 3 });
  const stopped = await switchFlow(interrupted.target, 'bookings', {
    ...options(),
    signal: ending.signal,
    progress: () => ending.abort(),
  });

  // Assess
  expect(tooLong).toMatchObject({ settled: false, states: ['Disabling'] });
  expect(stopped.settled).toBe(false);
});

it('a queue that nothing works on cannot be paused, and that is said', async () => {
  const { target } = await account({ mapped: false });
  await expect(switchFlow(target, 'bookings', options())).rejects.toThrow('its event source mapping is gone');
});

it('a refusal of AWS is passed on', async () => {
  const { target } = await account({ refuses: true });
  await expect(switchFlow(target, 'bookings', options())).rejects.toThrow('not authorized');
});

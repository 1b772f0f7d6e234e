import { expect, it } from 'vitest';
import { type SwitchOptions, switchAlarm, switchFlow } from '../../../../infra/ops/pause/switch-flow.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';
import { startAccount } from './account.ts';

async function account(options?: Parameters<typeof startAccount>[0]) {
  const { updates, target } = await startAccount(options);
  /** Pauses the flow, unless the options say otherwise. */
  const switched = (given: Partial<SwitchOptions> = {}) =>
    switchFlow(target, 'completions', { on: false, everyMs: 1, ...given });
  return { updates, target, switched };
}

it('waits until Lambda has paused the flow, however long that takes', async () => {
  // Prepare
  const { switched, updates } = await account({ slowness: 4 });
  const told: string[] = [];

  // Act
  const outcome = await switched({ progress: (text) => told.push(text) });

  // Assess
  expect(outcome).toMatchObject({ settled: true, already: false, states: ['Disabled'], waiting: 3 });
  expect(updates).toEqual([{ Enabled: false }]);
  expect(told).toContain('Waiting for Lambda: Disabling → Disabled');
});

it('resumes a flow that is being paused, after Lambda has finished that', async () => {
  const { switched, updates } = await account({ slowness: 3 });
  await switched({ looks: 2 });
  expect((await switched({ on: true })).settled).toBe(true);
  expect(updates).toEqual([{ Enabled: false }, { Enabled: true }]);
});

it('does not switch a flow that is already on', async () => {
  const { switched, updates } = await account();
  expect(await switched({ on: true })).toMatchObject({ settled: true, already: true });
  expect(updates).toEqual([]);
});

it('stops waiting after the given number of looks, or when interrupted, and says that it is not done', async () => {
  // Prepare
  const [slow, interrupted] = [await account({ slowness: 1000 }), await account({ slowness: 1000 })];
  const ending = new AbortController();

  // Act
  const tooLong = await slow.switched({ looks: 3 });
  const stopped = await interrupted.switched({ signal: ending.signal, progress: () => ending.abort() });

  // Assess
  expect(tooLong).toMatchObject({ settled: false, states: ['Disabling'] });
  expect(stopped.settled).toBe(false);
});

it.each([
  [
    'refuses to pause a queue that no function reads from',
    { mapped: false },
    'its event source mapping is gone',
  ],
  ['passes on a refusal of AWS', { refuses: true }, 'not authorized'],
])('%s', async (_, given, complaint) => {
  const { switched } = await account(given);
  await expect(switched()).rejects.toThrow(complaint);
});

it('disables the actions of the alarm of a paused flow, enables them on resume, and says why it could not', async () => {
  // Prepare: CloudWatch refuses the third call
  const denied = { status: 403, body: { __type: 'AccessDeniedException', message: 'not authorized' } };
  const { url, calls } = await startServer(() => (calls.length > 2 ? denied : {}));
  const target = { ...onThisMachine({ AlarmTopic: 'topic' }, url), local: false };

  // Act
  const outcomes = [];
  for (const on of [false, true, false]) outcomes.push(await switchAlarm(target, 'completions', on));
  const nowhere = onThisMachine({}, 'http://127.0.0.1:1');
  const here = await switchAlarm(nowhere, 'orders', false);
  const trying = await switchAlarm({ ...nowhere, local: false }, 'orders', false);

  // Assess: the local platform and stages for trying have no alarms
  expect([...outcomes, here, trying]).toEqual([
    ...[[], [], ['Its alarm QueueStalled could not be silenced (not authorized).']],
    ...[[], []],
  ]);
  const alarms = { AlarmNames: ['AzumutaErp-demo-local-QueueStalled-book-completion'] };
  expect(calls.slice(0, 2).map(({ headers, body }) => [headers['x-amz-target'], JSON.parse(body)])).toEqual([
    [expect.stringMatching(/\.DisableAlarmActions$/), alarms],
    [expect.stringMatching(/\.EnableAlarmActions$/), alarms],
  ]);
});

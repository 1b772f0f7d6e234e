import { expect, it } from 'vitest';
import { switchAlarm } from '../../../../infra/ops/pause/switch-flow.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

/** An account whose CloudWatch accepts or refuses every call. */
async function account({ refuses = false } = {}) {
  const refusal = { __type: 'AccessDeniedException', message: 'not authorized' };
  const { url, calls } = await startServer(() => (refuses ? { status: 403, body: refusal } : {}));
  return { target: { ...onThisMachine({}, url), local: false }, calls };
}

it('disables the actions of the alarm of a paused flow, and enables them on resume', async () => {
  // Prepare
  const { target, calls } = await account();

  // Act
  const outcomes = [
    await switchAlarm(target, 'completions', false),
    await switchAlarm(target, 'completions', true),
  ];

  // Assess
  expect(outcomes).toEqual([undefined, undefined]);
  const alarm = 'AzumutaErp-demo-local-QueueStalled-book-completion';
  expect(calls.map(({ headers, body }) => [headers['x-amz-target'], JSON.parse(body)])).toEqual([
    [expect.stringMatching(/\.DisableAlarmActions$/), { AlarmNames: [alarm] }],
    [expect.stringMatching(/\.EnableAlarmActions$/), { AlarmNames: [alarm] }],
  ]);
});

it('returns why the alarm could not be switched, and does not throw', async () => {
  const { target } = await account({ refuses: true });
  expect(await switchAlarm(target, 'orders', false)).toBe('not authorized');
});

it('does nothing on the local platform, which has no alarms', async () => {
  expect(await switchAlarm(onThisMachine({}, 'http://127.0.0.1:1'), 'orders', false)).toBeUndefined();
});

import { expect, it } from 'vitest';
import { quietAlarm } from '../../../../infra/ops/pause/quiet-alarm.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

/** An account, and what its CloudWatch was told; one that refuses says so. */
async function account({ refuses = false } = {}) {
  const refusal = { __type: 'AccessDeniedException', message: 'not authorized' };
  const { url, calls } = await startServer(() => (refuses ? { status: 403, body: refusal } : {}));
  return { target: { ...onThisMachine({}, url), local: false }, calls };
}

it('a paused flow keeps its own alarm from mailing, and a resumed one lets it', async () => {
  // Prepare
  const { target, calls } = await account();

  // Act
  const outcomes = [await quietAlarm(target, 'bookings', false), await quietAlarm(target, 'bookings', true)];

  // Assess
  expect(outcomes).toEqual([undefined, undefined]);
  const alarm = 'AzumutaErp-demo-local-QueueStalled-book-completion';
  expect(calls.map(({ headers, body }) => [headers['x-amz-target'], JSON.parse(body)])).toEqual([
    [expect.stringMatching(/\.DisableAlarmActions$/), { AlarmNames: [alarm] }],
    [expect.stringMatching(/\.EnableAlarmActions$/), { AlarmNames: [alarm] }],
  ]);
});

it('who may not switch alarms is told, and the flow is paused all the same', async () => {
  const { target } = await account({ refuses: true });
  expect(await quietAlarm(target, 'orders', false)).toBe('not authorized');
});

it('on this machine there is no alarm to keep quiet', async () => {
  expect(await quietAlarm(onThisMachine({}, 'http://127.0.0.1:1'), 'orders', false)).toBeUndefined();
});

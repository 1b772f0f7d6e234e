import {
  CloudWatchClient,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
} from '@aws-sdk/client-cloudwatch';
import { sentenceOf } from '../cli/command.ts';
import type { Target } from '../cli/target.ts';
import { stageOfQueue } from '../dead-letters/dead-letter.ts';
import { type Flow, pausable } from './switch-flow.ts';

/** The alarm that would ring for a flow that is paused: nobody takes messages from its queue. */
export const alarmOfPause = (stackName: string, flow: Flow): string =>
  `${stackName}-QueueStalled-${stageOfQueue(pausable[flow].queue)}`;

/**
 * Keeps the alarm of a paused flow from mailing, or lets it mail again. Its state goes on, and is told by its next change.
 * @returns why that could not be done: the flow is switched nevertheless.
 */
export async function quietAlarm(
  { aws, local, stackName }: Pick<Target, 'aws' | 'local' | 'stackName'>,
  flow: Flow,
  on: boolean,
): Promise<string | undefined> {
  // There are no alarms on this machine.
  if (local) return undefined;
  const cloudwatch = new CloudWatchClient(aws);
  const AlarmNames = [alarmOfPause(stackName, flow)];
  try {
    if (on) await cloudwatch.send(new EnableAlarmActionsCommand({ AlarmNames }));
    else await cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames }));
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  } finally {
    cloudwatch.destroy();
  }
}

import { reasonOf } from '../../../../shared/model/errors.ts';
import type { AccessControl } from '../iam/access-control.ts';
import type { LocalStack } from '../template/local-stack.ts';
import { invoke } from './invoke.ts';
import { rateMilliseconds } from './schedule-rate.ts';

/**
 * EventBridge Scheduler: invokes the target of every enabled schedule with the schedule's own role, first one
 * period after the start.
 * @returns what ends it.
 */
export function startSchedules(
  { schedules, region }: LocalStack,
  access: AccessControl,
  awsEndpoint: string,
  log: (line: string) => void,
): () => void {
  const timers = schedules
    .filter(({ enabled }) => enabled)
    .map(({ name, targetArn, input, expression }) => {
      const { credentials } = access.principal('schedule', name);
      const failed = (why: string) => log(`scheduler: ${name} could not invoke ${targetArn}: ${why}`);
      const fire = () => {
        invoke(awsEndpoint, { region, credentials }, targetArn, input, 'Event').then(
          ({ status }) => status === 202 || failed(`it was answered ${status}`),
          (error: unknown) => failed(reasonOf(error)),
        );
      };
      return setInterval(fire, rateMilliseconds(expression, name));
    });
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

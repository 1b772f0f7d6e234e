import { reasonOf } from '../../../../shared/model/errors.ts';
import { invokeAtEndpoint } from '../aws-endpoint/client.ts';
import { principalIn } from '../iam/principals.ts';
import type { Services } from '../services.ts';
import { minuteMs, readTimes, type ScheduleTimes } from './schedule-times.ts';

/** Invokes each enabled target with the schedule's own role, from one period after the start. @returns what ends it. */
export function startSchedules({ stack, awsEndpoint, log }: Services): () => void {
  const { region } = stack;
  const ends = stack.schedules
    .filter(({ State }) => State === 'ENABLED')
    .map((schedule) => {
      const { name, Target: target } = schedule;
      const { accessKeyId } = principalIn(stack, 'schedule', name).credentials;
      const failed = (why: string) => log(`scheduler: ${name} could not invoke ${target.Arn}: ${why}`);
      const fire = () => {
        invokeAtEndpoint(awsEndpoint, { accessKeyId, region }, target.Arn, target.Input).then(
          ({ status }) => status === 200 || failed(`it was answered ${status}`),
          (error: unknown) => failed(reasonOf(error)),
        );
      };
      return startTimer(readTimes(schedule), fire);
    });
  return () => {
    for (const end of ends) end();
  };
}

function startTimer(times: ScheduleTimes, fire: () => void): () => void {
  if ('everyMs' in times) {
    const timer = setInterval(fire, times.everyMs);
    return () => clearInterval(timer);
  }
  let timer: NodeJS.Timeout;
  const waitForMinuteAfter = (instant: number) => {
    const minute = (Math.floor(instant / minuteMs) + 1) * minuteMs;
    timer = setTimeout(() => {
      if (times.isDue(new Date(minute))) fire();
      // A timer may ring a millisecond early, and a computer may have slept.
      waitForMinuteAfter(Math.max(minute, Date.now()));
    }, minute - Date.now());
  };
  waitForMinuteAfter(Date.now());
  return () => clearTimeout(timer);
}

import { reasonOf } from '../../../../shared/model/errors.ts';
import { invokeAtEndpoint } from '../aws-endpoint/client.ts';
import { principalIn } from '../iam/principals.ts';
import type { Services } from '../services.ts';

/** Invokes each enabled target with the schedule's own role, first one period after the start. @returns what ends it. */
export function startSchedules({ stack, awsEndpoint, log }: Services): () => void {
  const { region } = stack;
  const timers = stack.schedules
    .filter(({ State }) => State === 'ENABLED')
    .map(({ name, Target: { Arn, Input }, ScheduleExpression }) => {
      const { accessKeyId } = principalIn(stack, 'schedule', name).credentials;
      const failed = (why: string) => log(`scheduler: ${name} could not invoke ${Arn}: ${why}`);
      const fire = () => {
        invokeAtEndpoint(awsEndpoint, { accessKeyId, region }, Arn, Input).then(
          ({ status }) => status === 200 || failed(`it was answered ${status}`),
          (error: unknown) => failed(reasonOf(error)),
        );
      };
      return setInterval(fire, rateMilliseconds(ScheduleExpression, name));
    });
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

/** setInterval counts in 32 bits, a little under 25 days. */
const maxIntervalMs = 2 ** 31 - 1;

/** EventBridge Scheduler itself has no seconds, but an override of a local run may. */
const units: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Of `rate(5 minutes)`. @throws Error for cron() and at(), and for rates that a timer cannot keep. */
export function rateMilliseconds(expression: string, schedule: string): number {
  const [, amount, unit = ''] = /^rate\((\d+) (second|minute|hour|day)s?\)$/.exec(expression.trim()) ?? [];
  const milliseconds = Number(amount) * (units[unit] ?? Number.NaN);
  if (milliseconds > 0 && milliseconds <= maxIntervalMs) return milliseconds;
  throw new Error(
    `The schedule ${schedule} runs at ${expression}: local runs know rate(n minutes|hours|days) up to 24 days only.`,
  );
}

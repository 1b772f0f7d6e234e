import { labelOf } from './template/local-stack.ts';
import type { LocalStack } from './template/read-stack.ts';

type Overridden = Pick<LocalStack, 'name' | 'functions' | 'queues' | 'mappings' | 'schedules'>;

/** What a local run shortens, so that what takes an hour in an account takes seconds here. */
export interface Overrides {
  /** Longest timeout of any function. */
  readonly functionTimeoutSeconds?: number;
  /** Longest visibility timeout of a queue that feeds a function. */
  readonly visibilityTimeoutSeconds?: number;
  /** Seconds between two runs of a schedule, by its name in the stack. */
  readonly scheduleSeconds?: Readonly<Record<string, number>>;
  /** New values for variables that the functions have (`SETTLING_SECONDS`, a partner's base URL). */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Times are never made longer. @throws Error for a variable that no function has: it would change nothing. */
export function overrideStack<Stack extends Overridden>(stack: Stack, overrides: Overrides) {
  const { environment = {}, scheduleSeconds = {} } = overrides;
  for (const name of Object.keys(environment)) {
    if (!stack.functions.some((candidate) => Object.hasOwn(candidate.environment, name)))
      throw new Error(`No function of ${stack.name} has the variable ${name}: nothing to override.`);
  }
  const sources = new Set(stack.mappings.map(({ queueName }) => queueName));
  const { functionTimeoutSeconds = Number.POSITIVE_INFINITY } = overrides;
  return {
    ...stack,
    functions: stack.functions.map((lambda) => ({
      ...lambda,
      timeoutSeconds: Math.min(lambda.timeoutSeconds, functionTimeoutSeconds),
      environment: Object.fromEntries(
        Object.entries(lambda.environment).map(([name, value]) => [name, environment[name] ?? value]),
      ),
    })),
    queues: stack.queues.map((queue) => {
      if (!sources.has(queue.name)) return queue;
      // SQS's default is 30 seconds.
      const given = Number(queue.attributes.VisibilityTimeout ?? 30);
      const seconds = Math.min(given, overrides.visibilityTimeoutSeconds ?? given);
      return { ...queue, attributes: { ...queue.attributes, VisibilityTimeout: String(seconds) } };
    }),
    schedules: stack.schedules.map((schedule) => {
      const seconds = scheduleSeconds[labelOf(schedule)];
      return seconds === undefined
        ? schedule
        : { ...schedule, ScheduleExpression: `rate(${seconds} seconds)` };
    }),
  };
}

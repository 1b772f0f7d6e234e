import { type LocalStack, labelOfResource } from './template/read-stack.ts';

/** What a local run shortens, so that what takes an hour in an account takes seconds here. */
export interface Overrides {
  /** Longest timeout of any function. */
  readonly functionTimeoutSeconds?: number;
  /** Longest visibility timeout of a queue that sets one, as those that feed a function do. */
  readonly visibilityTimeoutSeconds?: number;
  /** Seconds between two runs of a schedule, by its name in the stack. */
  readonly scheduleSeconds?: Readonly<Record<string, number>>;
  /** New values for variables that the functions have (`SETTLING_SECONDS`, a partner's base URL). */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Times are never made longer. @throws Error for a variable that no function has: it would change nothing. */
export function overrideStack(stack: LocalStack, overrides: Overrides): LocalStack {
  const { environment = {}, scheduleSeconds = {} } = overrides;
  const { functionTimeoutSeconds = Infinity, visibilityTimeoutSeconds = Infinity } = overrides;
  for (const name of Object.keys(environment)) {
    if (!stack.functions.some((candidate) => Object.hasOwn(candidate.Environment.Variables, name)))
      throw new Error(`No function of ${stack.name} has the variable ${name}: nothing to override.`);
  }
  return {
    ...stack,
    functions: stack.functions.map((lambda) => ({
      ...lambda,
      Timeout: Math.min(functionTimeoutSeconds, lambda.Timeout),
      Environment: {
        Variables: Object.fromEntries(
          Object.entries(lambda.Environment.Variables).map(([name, value]) => [
            name,
            environment[name] ?? value,
          ]),
        ),
      },
    })),
    queues: stack.queues.map(({ VisibilityTimeout: given, ...queue }) => ({
      ...queue,
      VisibilityTimeout: given && Math.min(visibilityTimeoutSeconds, given),
    })),
    schedules: stack.schedules.map((schedule) => {
      const seconds = scheduleSeconds[labelOfResource(schedule)];
      return seconds ? { ...schedule, ScheduleExpression: `rate(${seconds} seconds)` } : schedule;
    }),
  };
}

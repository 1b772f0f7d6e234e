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

/**
 * The stack with its waiting times shortened, and one sentence for each difference to what would be deployed. Times
 * are never made longer.
 * @throws Error for a variable that no function has: it would change nothing.
 */
export function overrideStack<Stack extends Overridden>(stack: Stack, overrides: Overrides) {
  const { environment = {}, scheduleSeconds = {} } = overrides;
  const changes: string[] = [];
  for (const name of Object.keys(environment)) {
    if (!stack.functions.some((candidate) => Object.hasOwn(candidate.environment, name)))
      throw new Error(`No function of ${stack.name} has the variable ${name}: nothing to override.`);
  }
  const sources = new Set(stack.mappings.map(({ queueName }) => queueName));
  return {
    stack: {
      ...stack,
      functions: stack.functions.map(overrideFunction),
      queues: stack.queues.map((queue) => (sources.has(queue.name) ? overrideQueue(queue) : queue)),
      schedules: stack.schedules.map(overrideSchedule),
    },
    changes,
  };

  function shorten(what: string, seconds: number, limit = Number.POSITIVE_INFINITY): number {
    if (seconds <= limit) return seconds;
    changes.push(`${what}: ${limit} s instead of ${seconds} s.`);
    return limit;
  }

  function overrideFunction(lambda: LocalStack['functions'][number]) {
    const label = labelOf(lambda);
    const timeout = shorten(`${label}: timeout`, lambda.timeoutSeconds, overrides.functionTimeoutSeconds);
    const variables = Object.entries(lambda.environment).map(([name, value]) => {
      const next = environment[name] ?? value;
      // The message leaves the value out, as a variable may hold a credential.
      if (next !== value) changes.push(`${label}: ${name} has a local value.`);
      return [name, next];
    });
    return { ...lambda, timeoutSeconds: timeout, environment: Object.fromEntries(variables) };
  }

  function overrideQueue(queue: LocalStack['queues'][number]) {
    // SQS's default is 30 seconds.
    const { VisibilityTimeout: given = '30' } = queue.attributes;
    const what = `${labelOf(queue)}: visibility timeout`;
    const seconds = shorten(what, Number(given), overrides.visibilityTimeoutSeconds);
    return { ...queue, attributes: { ...queue.attributes, VisibilityTimeout: String(seconds) } };
  }

  function overrideSchedule(schedule: LocalStack['schedules'][number]) {
    const label = labelOf(schedule);
    const seconds = scheduleSeconds[label];
    if (seconds === undefined) return schedule;
    changes.push(`${label}: every ${seconds} s instead of ${schedule.ScheduleExpression}.`);
    return { ...schedule, ScheduleExpression: `rate(${seconds} seconds)` };
  }
}

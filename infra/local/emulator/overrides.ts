import { type LocalStack, labelOf } from './template/local-stack.ts';

/** What a local run shortens, so that a story that takes an hour in an account takes seconds here. */
export interface Overrides {
  /** Longest timeout of any function. */
  readonly functionTimeoutSeconds?: number;
  /** Longest visibility timeout of a queue that feeds a function. */
  readonly visibilityTimeoutSeconds?: number;
  /** Longest batching window of an event source mapping. */
  readonly batchingWindowSeconds?: number;
  /** Seconds between two runs of a schedule, by its name in the stack. */
  readonly scheduleSeconds?: Readonly<Record<string, number>>;
  /** New values for variables that the functions have (`SETTLING_SECONDS`, a partner's base URL). */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The stack with its waiting times shortened, and one sentence for each thing that differs from what would
 * be deployed. Times are only ever made shorter.
 * @throws Error for a variable that no function has: it would change nothing.
 */
export function overrideStack(
  stack: LocalStack,
  overrides: Overrides,
): { readonly stack: LocalStack; readonly changes: readonly string[] } {
  const changes: string[] = [];
  const shorten = (what: string, seconds: number, limit = Number.POSITIVE_INFINITY) => {
    if (seconds <= limit) return seconds;
    changes.push(`${what}: ${limit} s instead of ${seconds} s.`);
    return limit;
  };

  const environment = overrides.environment ?? {};
  for (const name of Object.keys(environment)) {
    if (!stack.functions.some((candidate) => Object.hasOwn(candidate.environment, name))) {
      throw new Error(`No function of ${stack.name} has the variable ${name}: nothing to override.`);
    }
  }
  const replace = (of: string, name: string, value: string) => {
    const next = environment[name] ?? value;
    // The values stay out of the summary: a variable may hold a credential.
    if (next !== value) changes.push(`${of}: ${name} has a local value.`);
    return next;
  };

  const sources = new Set(stack.mappings.map(({ queueName }) => queueName));
  const functions = stack.functions.map((lambda) => ({
    ...lambda,
    timeoutSeconds: shorten(
      `${labelOf(lambda)}: timeout`,
      lambda.timeoutSeconds,
      overrides.functionTimeoutSeconds,
    ),
    environment: Object.fromEntries(
      Object.entries(lambda.environment).map(([name, value]) => [
        name,
        replace(labelOf(lambda), name, value),
      ]),
    ),
  }));
  const queues = stack.queues.map((queue) => {
    if (!sources.has(queue.name)) return queue;
    const seconds = shorten(
      `${labelOf(queue)}: visibility timeout`,
      visibilityTimeout(queue.attributes),
      overrides.visibilityTimeoutSeconds,
    );
    return { ...queue, attributes: { ...queue.attributes, VisibilityTimeout: String(seconds) } };
  });
  const mappings = stack.mappings.map((mapping) => ({
    ...mapping,
    windowSeconds: shorten(
      `${mapping.queueName}: batching window`,
      mapping.windowSeconds,
      overrides.batchingWindowSeconds,
    ),
  }));
  const schedules = stack.schedules.map((schedule) => {
    const seconds = overrides.scheduleSeconds?.[labelOf(schedule)];
    if (seconds === undefined) return schedule;
    changes.push(`${labelOf(schedule)}: every ${seconds} s instead of ${schedule.expression}.`);
    return { ...schedule, expression: `rate(${seconds} seconds)` };
  });
  return { stack: { ...stack, functions, queues, mappings, schedules }, changes };
}

/** SQS's default is 30 seconds. */
function visibilityTimeout(attributes: Readonly<Record<string, string>>): number {
  return Number(attributes.VisibilityTimeout ?? '30');
}

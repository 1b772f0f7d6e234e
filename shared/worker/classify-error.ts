import { Rejected, RetryLater, reasonOf } from '../model/errors.ts';

/** An internal error is tried so often before its message is put aside: it may have been a passing one. */
const maxBugs = 5;

/**
 * What to do about anything that was thrown.
 * @param bugs How many attempts at the message ended with an unexpected error so far.
 */
export function classifyError(thrown: unknown, bugs: number, signal: AbortSignal): RetryLater | Rejected {
  if (isVerdict(thrown)) return thrown;
  if (signal.aborted) return outOfTime(thrown);
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const said = `${name}: ${reasonOf(thrown, 300)}`;
  if (bugs >= maxBugs) {
    return new Rejected(`Internal error, ${bugs} times (${said}). Please report it.`, {
      code: 'internal-error',
      cause: thrown,
    });
  }
  return new RetryLater(`Internal error (${said}).`, { scope: 'order', cause: thrown });
}

export function isVerdict(thrown: unknown): thrown is RetryLater | Rejected {
  return thrown instanceof RetryLater || thrown instanceof Rejected;
}

/** A failure of our own table, queue or secrets: AWS is unwell, which no message is to blame for. */
export function isAwsFailure(thrown: unknown): boolean {
  // ValidationException means our request was malformed, so it is not an AWS outage.
  return thrown instanceof Error && '$metadata' in thrown && thrown.name !== 'ValidationException';
}

/** The deadline of the invocation came first. */
export function outOfTime(cause?: unknown): RetryLater {
  return new RetryLater('Out of time in this invocation.', { scope: 'order', afterSeconds: 1, cause });
}

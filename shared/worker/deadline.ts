import type { Invocation } from '../platform/aws/lambda.ts';
import type { Clock } from '../platform/clock.ts';
import { lastMomentsMs } from './policy.ts';

export type Deadline = ReturnType<typeof deadlineOf>;

/** An invocation, and its end in three steps. */
export function deadlineOf(invocation: Invocation, clock: Pick<Clock, 'timeout'>) {
  const remainingMs = invocation.getRemainingTimeInMillis();
  // With no time left nothing begins at all.
  const allButLast = (keptMs: number) =>
    remainingMs <= keptMs ? AbortSignal.abort() : clock.timeout(remainingMs - keptMs);
  const signal = allButLast(lastMomentsMs.aborting);
  const givenUp = allButLast(lastMomentsMs.givingUp);
  const overdue = whenAborted(givenUp).then(() => 'overdue' as const);
  const closing = whenAborted(allButLast(lastMomentsMs.responding));
  return {
    invocation,
    /** Aborts calls under way. */
    signal,
    /** Resolves when work that has not stopped on the abort is given up. */
    overdue,
    isOverdue: () => givenUp.aborted,
    /** The result of the promise, or undefined once the response must be sent. */
    whileOpen: <T>(promise: Promise<T>): Promise<T | undefined> => Promise.race([promise, closing]),
  };
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

import type { Clock } from '../platform/clock.ts';
import { lastMs } from './policy.ts';

export type Deadline = ReturnType<typeof deadlineIn>;

/**
 * The end of an invocation, in three steps.
 * @param remainingMs Until Lambda kills the invocation.
 */
export function deadlineIn(remainingMs: number, clock: Pick<Clock, 'timeout'>) {
  // With no time left nothing begins at all.
  const allButLast = (keptMs: number) =>
    remainingMs <= keptMs ? AbortSignal.abort() : clock.timeout(remainingMs - keptMs);
  const signal = allButLast(lastMs.aborting);
  const givenUp = allButLast(lastMs.givingUp);
  const overdue = aborted(givenUp).then(() => 'overdue' as const);
  const closing = aborted(allButLast(lastMs.responding));
  return {
    /** Aborts calls under way. */
    signal,
    /** Resolves when work that has not stopped on the abort is given up. */
    overdue,
    isOverdue: () => givenUp.aborted,
    /** The result of the promise, or undefined once the response must be sent. */
    whileOpen: <T>(promise: Promise<T>): Promise<T | undefined> => Promise.race([promise, closing]),
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

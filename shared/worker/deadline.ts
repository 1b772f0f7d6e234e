import type { Clock } from '../platform/clock.ts';

/** Time kept at the end of an invocation to abort, await and report. */
const reportingMs = 1500;
/** Work that has not stopped on the abort by then is given up. */
const givingUpMs = 750;
/** Nothing is awaited any longer: the response itself must be sent. */
const respondingMs = 200;

export type Deadline = ReturnType<typeof deadlineIn>;

/**
 * The end of an invocation, in three steps.
 * @param remainingMs Until Lambda kills the invocation.
 */
export function deadlineIn(remainingMs: number, clock: Pick<Clock, 'timeout'>) {
  // With no time left nothing begins at all.
  const allButLast = (keptMs: number) =>
    remainingMs <= keptMs ? AbortSignal.abort() : clock.timeout(remainingMs - keptMs);
  const signal = allButLast(reportingMs);
  const givenUp = allButLast(givingUpMs);
  const overdue = aborted(givenUp).then(() => 'overdue' as const);
  const closing = aborted(allButLast(respondingMs));
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

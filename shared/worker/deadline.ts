import type { Clock } from '../platform/clock.ts';

/** Time kept at the end of an invocation to abort, await and report. */
const reportingMs = 1500;
/** What has not heeded the abort by then is given up. */
const givingUpMs = 750;
/** Nothing is awaited any longer: the response itself must get out. */
const respondingMs = 200;

/** The end of an invocation, in three steps. */
export interface Deadline {
  /** Aborts calls under way. */
  readonly signal: AbortSignal;
  /** Resolves when work that has not heeded the abort is given up. */
  readonly overdue: Promise<'overdue'>;
  readonly isOverdue: () => boolean;
  /** What the promise resolves with, or undefined once the response must get out. */
  readonly whileOpen: <T>(promise: Promise<T>) => Promise<T | undefined>;
}

/** @param remainingMs Until Lambda kills the invocation. */
export function deadlineIn(remainingMs: number, clock: Pick<Clock, 'timeout'>): Deadline {
  // With no time left nothing begins at all.
  const allButLast = (keptMs: number) =>
    remainingMs <= keptMs ? AbortSignal.abort() : clock.timeout(remainingMs - keptMs);
  const signal = allButLast(reportingMs);
  const givenUp = allButLast(givingUpMs);
  const overdue = aborted(givenUp).then(() => 'overdue' as const);
  const closing = aborted(allButLast(respondingMs));
  return {
    signal,
    overdue,
    isOverdue: () => givenUp.aborted,
    whileOpen: (promise) => Promise.race([promise, closing]),
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

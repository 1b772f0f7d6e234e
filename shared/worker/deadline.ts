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
  readonly cancel: () => void;
}

/** @param remainingMs Until Lambda kills the invocation. */
export function deadlineIn(remainingMs: number): Deadline {
  const abort = new AbortController();
  const overdue = Promise.withResolvers<'overdue'>();
  const closing = Promise.withResolvers<undefined>();
  let isOverdue = false;
  // With no time left nothing begins at all.
  if (remainingMs <= reportingMs) abort.abort();
  const timers = [
    setTimeout(() => abort.abort(), Math.max(0, remainingMs - reportingMs)),
    setTimeout(
      () => {
        isOverdue = true;
        overdue.resolve('overdue');
      },
      Math.max(0, remainingMs - givingUpMs),
    ),
    setTimeout(() => closing.resolve(undefined), Math.max(0, remainingMs - respondingMs)),
  ];
  return {
    signal: abort.signal,
    overdue: overdue.promise,
    isOverdue: () => isOverdue,
    whileOpen: (promise) => Promise.race([promise, closing.promise]),
    cancel: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '../../../shared/model/errors.ts';

/** A message that failed often is retried after up to 15 minutes; only what hangs takes longer than this. */
const longestWaitMs = 16 * 60_000;

/**
 * Tries again, as a person or a partner would when a process was just killed or a fault has hit the call.
 * @throws the last failure after a time in which nothing but a hanging plant makes no progress.
 */
export async function persistently<T>(act: () => Promise<T>): Promise<T> {
  const until = performance.now() + longestWaitMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (performance.now() > until) {
        throw new Error(`Still failing after ${longestWaitMs / 60_000} minutes: ${reasonOf(error)}`, {
          cause: error,
        });
      }
      await pause(200);
    }
  }
}

/** Waits until nothing is left to do, or nothing has become less for longer than any retry waits. An error of `left` counts as not yet. */
export async function untilNone(left: () => Promise<number>, everyMs: number): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  for (let since = performance.now(); performance.now() - since < longestWaitMs; await pause(everyMs)) {
    const now = await left().catch(() => least);
    if (now <= 0) return;
    if (now < least) since = performance.now();
    least = Math.min(least, now);
  }
}

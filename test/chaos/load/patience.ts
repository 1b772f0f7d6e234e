import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '../../../shared/model/errors.ts';

/**
 * Tries again, as a person or a partner would when a process was just killed.
 * @throws the last failure after `withinMs`.
 */
export async function persistently<T>(act: () => Promise<T>, withinMs = 60_000): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (performance.now() > until) {
        throw new Error(`Still failing after ${withinMs / 1000} s: ${reasonOf(error)}`, { cause: error });
      }
      await pause(200);
    }
  }
}

/** Checks until it is true; false when that takes longer than `withinMs`. An error of `look` counts as not yet. */
export async function comesTrue(
  look: () => Promise<boolean>,
  withinMs: number,
  everyMs = 500,
): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (;;) {
    if (await look().catch(() => false)) return true;
    if (performance.now() > until) return false;
    await pause(everyMs);
  }
}

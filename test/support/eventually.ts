import { setTimeout as wait } from 'node:timers/promises';

/**
 * What `look` returns as soon as it is neither undefined nor false; it may throw until then.
 * @throws Error when that takes longer than `withinMs`.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  withinMs = 15_000,
): Promise<Exclude<T, undefined | false>> {
  const until = performance.now() + withinMs;
  for (;;) {
    let last: unknown;
    try {
      const seen = await look();
      if (isThere(seen)) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) throw new Error(`Did not happen within ${withinMs} ms.`, { cause: last });
    await wait(25);
  }
}

function isThere<T>(value: T): value is Exclude<T, undefined | false> {
  return value !== undefined && value !== false;
}

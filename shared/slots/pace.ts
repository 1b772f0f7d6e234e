import type { Clock } from '../platform/clock.ts';
import type { Pace } from '../platform/heard-answers.ts';

/** When the holder of one slot makes its calls. */
export interface Pacer {
  readonly pace: Pace;
  /** Epoch milliseconds from which the next call may leave, whoever makes it. */
  readonly nextAt: () => number;
}

/** Networks hold one call up longer than the next: a little less is sent, so that no more arrives in any minute. */
const slack = 1.02;
/** Clocks of containers are apart by less. */
const clocksDifferMs = 5000;

/** A slot makes one call in so many milliseconds. */
export function intervalMsOf(atOnce: number, perSecond: number): number {
  return (atOnce / perSecond) * 1000 * slack;
}

/**
 * @param freeSince When the one before might have made its next call, by its own clock: an interval from now is late
 * enough by any clock.
 */
export function createPacer(
  intervalMs: number,
  freeSince: number | undefined,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Pacer {
  const now = () => clock.now().getTime();
  const surelyFreeAt = freeSince === undefined ? 0 : freeSince + clocksDifferMs;
  let nextAt = Math.min(now() + intervalMs, Math.max(now(), surelyFreeAt));

  return {
    nextAt: () => nextAt,
    async pace(signal) {
      // Taken before it has come: of several requests at once, each gets a moment of its own.
      const at = Math.max(nextAt, now());
      nextAt = at + intervalMs;
      const waitMs = at - now();
      if (waitMs > 0 && !signal?.aborted) await sleepUnlessAborted(waitMs, signal, clock);
    },
  };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined, clock: Pick<Clock, 'sleep'>) {
  const aborted = Promise.withResolvers<void>();
  const stop = () => aborted.resolve();
  signal?.addEventListener('abort', stop, { once: true });
  await Promise.race([clock.sleep(ms), aborted.promise]);
  signal?.removeEventListener('abort', stop);
}

import { type Clock, clocksDifferMs } from '../platform/clock.ts';
import type { Pace } from '../platform/track-answers.ts';

/** When the holder of one slot makes its calls. */
export interface Pacer {
  readonly pace: Pace;
  /** Epoch milliseconds from which the next call may leave, whoever makes it. */
  readonly nextAt: () => number;
}

/**
 * One request after the other, each an interval after the answer to the one before: so no two of a slot reach the
 * partner within it, however long the network holds one up.
 * @param nextCallAt When the next call may leave, by the clock of whoever had the slot before: an interval from now is
 * late enough by any clock. Undefined for one that nobody has had.
 */
export function createPacer(
  intervalMs: number,
  nextCallAt: number | undefined,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Pacer {
  const now = () => clock.now().getTime();
  const byAnyClock = nextCallAt === undefined ? 0 : nextCallAt + clocksDifferMs;
  let nextAt = Math.min(now() + intervalMs, Math.max(now(), byAnyClock));
  let last: Promise<unknown> = Promise.resolve();

  async function untilNext(signal: AbortSignal | undefined): Promise<void> {
    const waitMs = nextAt - now();
    if (waitMs > 0 && !signal?.aborted) await sleepUnlessAborted(waitMs, signal, clock);
  }

  return {
    nextAt: () => nextAt,
    pace(signal, send) {
      const sent = last
        .then(() => untilNext(signal))
        .then(send)
        .finally(() => {
          nextAt = now() + intervalMs;
        });
      last = sent.catch(() => undefined);
      return sent;
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

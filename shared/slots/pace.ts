import { type Clock, clocksDifferMs } from '../platform/clock.ts';
import type { Pace } from '../platform/track-answers.ts';

export type Pacer = ReturnType<typeof createPacer>;

/**
 * Paces the calls of one slot: one request after the other, each an interval after the answer to the one before. So no
 * two requests of a slot reach the partner within an interval, however long the network delays one.
 * @param nextCallAt When the next call may leave, by the clock of the holder before: an interval from now is late enough
 * by any clock. Undefined for a slot that nobody has had.
 */
export function createPacer(
  intervalMs: number,
  nextCallAt: number | undefined,
  clock: Pick<Clock, 'now' | 'sleep'>,
) {
  const now = () => clock.now().getTime();
  const byAnyClock = nextCallAt === undefined ? 0 : nextCallAt + clocksDifferMs;
  let nextAt = Math.min(now() + intervalMs, Math.max(now(), byAnyClock));
  let last: Promise<unknown> = Promise.resolve();

  async function untilNext(signal: AbortSignal | undefined): Promise<void> {
    const waitMs = nextAt - now();
    if (waitMs > 0 && !signal?.aborted) await sleepUnlessAborted(waitMs, signal, clock);
  }

  const pace: Pace = (signal, send) => {
    const sent = last
      .then(() => untilNext(signal))
      .then(send)
      .finally(() => {
        nextAt = now() + intervalMs;
      });
    last = sent.catch(() => undefined);
    return sent;
  };

  return {
    pace,
    /** Epoch milliseconds from which the next call of the slot may leave. */
    nextAt: () => nextAt,
  };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined, clock: Pick<Clock, 'sleep'>) {
  const aborted = Promise.withResolvers<void>();
  const stop = () => aborted.resolve();
  signal?.addEventListener('abort', stop, { once: true });
  await Promise.race([clock.sleep(ms), aborted.promise]);
  signal?.removeEventListener('abort', stop);
}

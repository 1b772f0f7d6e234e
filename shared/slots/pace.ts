import { type Clock, clocksDifferMs } from '../platform/clock.ts';
import type { Pace } from '../platform/track-answers.ts';

/**
 * Paces the calls of one slot: one request after the other, each an interval after the answer to the one before. So no
 * two requests of a slot reach the partner within an interval, however long the network delays one.
 */
export class Pacer {
  readonly pace: Pace;
  /** Epoch milliseconds from which the next call of the slot may leave. */
  nextAt: number;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param nextCallAt When the next call may leave, by the clock of the holder before: an interval from now is late
   * enough by any clock. Undefined for a slot that nobody has had.
   */
  constructor(intervalMs: number, nextCallAt: number | undefined, clock: Pick<Clock, 'now' | 'sleep'>) {
    const now = () => clock.now().getTime();
    const byAnyClock = nextCallAt === undefined ? 0 : nextCallAt + clocksDifferMs;
    this.nextAt = Math.min(now() + intervalMs, Math.max(now(), byAnyClock));
    this.pace = (signal, send) => {
      const sent = this.#last
        .then(() => sleepUnlessAborted(this.nextAt - now(), signal, clock))
        .then(send)
        .finally(() => {
          this.nextAt = now() + intervalMs;
        });
      this.#last = sent.catch(() => undefined);
      return sent;
    };
  }
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined, clock: Pick<Clock, 'sleep'>) {
  if (ms <= 0 || signal?.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const stop = () => aborted.resolve();
  signal?.addEventListener('abort', stop, { once: true });
  await Promise.race([clock.sleep(ms), aborted.promise]);
  signal?.removeEventListener('abort', stop);
}

import type { Clock } from '../platform/clock.ts';
import type { Pace } from '../platform/http.ts';

/**
 * Paces the requests of one slot: each leaves an interval after the answer to the one before, the first an interval
 * after the slot was taken, as its holder before may have had an answer right then. So no two of a slot reach the
 * partner within an interval, however long the network delays one.
 */
export function pacedBy(intervalMs: number, clock: Pick<Clock, 'now' | 'sleep'>): Pace {
  const now = () => clock.now().getTime();
  let nextAt = now() + intervalMs;
  let last: Promise<unknown> = Promise.resolve();
  return (signal, send) => {
    const sent = last
      .then(() => (nextAt > now() ? clock.sleep(nextAt - now(), signal) : undefined))
      .then(send)
      .finally(() => {
        nextAt = now() + intervalMs;
      });
    last = sent.catch(() => undefined);
    return sent;
  };
}

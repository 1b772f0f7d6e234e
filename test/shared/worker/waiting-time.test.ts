import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pause } from '../../../shared/ledger/records/pauses.ts';
import { pausedMs } from '../../../shared/worker/waiting-time.ts';

describe('the paused part of an interval', () => {
  const at = (ms: number) => new Date(ms);
  const time = fc.integer({ min: 0, max: 30 });
  const pause = fc
    .tuple(time, time)
    // Clocks of two operators differ: pauses may overlap, or end before they began.
    .map(([from, until]): Pause => ({ from: at(from), until: at(until) }));

  it('counts what falls into any pause once', () => {
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 6 }), time, time, (pauses, from, until) => {
        const moments = Array.from({ length: Math.max(0, until - from) }, (_, n) => from + n);
        const paused = moments.filter((ms) => pauses.some((one) => +one.from <= ms && ms < +one.until));
        expect(pausedMs(pauses, from, until)).toBe(paused.length);
      }),
    );
  });
});

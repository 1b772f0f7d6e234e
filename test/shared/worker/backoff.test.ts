import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Wait } from '../../../shared/model/errors.ts';
import {
  secondsInBacklog,
  secondsInOutage,
  secondsUntilRetry,
  secondsUntilSlot,
  secondsUntilTurn,
} from '../../../shared/worker/backoff.ts';
import { backoffDefaults, maxVisibility } from '../../../shared/worker/policy.ts';

const randomness = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the seconds until a message is retried', () => {
  it('are between a second and 15 minutes where nothing asks for more, and 10 minutes at least after many failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), randomness, (failures, random) => {
        const seconds = secondsUntilRetry({ afterSeconds: undefined }, failures, random);
        expect(seconds).toBeGreaterThanOrEqual(failures < 9 ? 1 : 600);
        expect(seconds).toBeLessThanOrEqual(backoffDefaults.capSeconds);
      }),
    );
  });

  it('are as many after the first failure as after many where it is to be retried seldom, and no fewer than it asks for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), randomness, (failures, random) => {
        const seldom = secondsUntilRetry({ retry: 'seldom' }, failures, random);
        expect(seldom).toBe(secondsUntilRetry({}, 1000, random));
        const asked = { retry: 'seldom', afterSeconds: 3600 } as const;
        expect(secondsUntilRetry(asked, failures, random)).toBeGreaterThanOrEqual(3600);
      }),
    );
  });

  it('stay a few for a lock of our own, as the other booking takes a moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), randomness, (receives, random) => {
        const lock = { awaits: 'our-lock', afterSeconds: undefined } as const;
        const seconds = secondsUntilTurn(lock, receives, random);
        expect(seconds).toBeGreaterThanOrEqual(2);
        expect(seconds).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('are few for a slot of a partner at first, and grow so little that six days are over before SQS’s thousand receives', () => {
    const waits = Array.from({ length: 1000 }, (_, at) => secondsUntilSlot(at + 1, 0.5));
    expect(waits.slice(0, 30).every((seconds) => seconds >= 2 && seconds <= 3)).toBe(true);
    expect(waits.reduce((sum, seconds) => sum + seconds)).toBeGreaterThan(6 * 86_400);
    expect(Math.max(...waits)).toBeLessThanOrEqual(900);
    expect([secondsUntilSlot(1, 0), secondsUntilSlot(1, 0.99)]).toEqual([1, 3]);
  });

  it.each<Pick<Wait, 'awaits' | 'afterSeconds'>>([
    { awaits: 'turn', afterSeconds: undefined },
    { awaits: 'our-lock', afterSeconds: undefined },
    { awaits: 'turn', afterSeconds: 60 },
    { awaits: 'partner', afterSeconds: 300 },
  ])('are as many as a wait asks for, %o, and six days are over before SQS’s thousand receives', (wait) => {
    const waits = Array.from({ length: 1000 }, (_, at) => secondsUntilTurn(wait, at + 1, 0.5));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(wait.afterSeconds ?? 2);
    expect(waits[0]).toBeLessThanOrEqual((wait.afterSeconds ?? 0) + 4);
    expect(waits.reduce((sum, seconds) => sum + seconds)).toBeGreaterThan(6 * 86_400);
  });

  it('reach to the next probe of an outage, and are never much longer than the outage has lasted', () => {
    const anyOutage = fc.record({
      left: fc.integer({ min: 1, max: 3600 }),
      soFar: fc.integer({ min: 0, max: 500_000 }),
    });
    fc.assert(
      fc.property(anyOutage, fc.integer({ min: 1, max: 1000 }), randomness, (outage, receives, random) => {
        const seconds = secondsInOutage(outage, receives, random);
        expect(seconds).toBeGreaterThanOrEqual(outage.left);
        const longest = Math.max(outage.left + 4, Math.min(900, Math.max(8, 2 * outage.soFar)));
        expect(seconds).toBeLessThanOrEqual(longest);
      }),
    );
  });

  it('are fewer for a smaller backlog, and a quarter of the age at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 600_000 }),
        fc.integer({ min: 1, max: 9 }),
        randomness,
        (age, together, random) => {
          const seconds = secondsInBacklog(age, together, random);
          expect(seconds).toBeGreaterThanOrEqual(1);
          expect(seconds).toBeLessThanOrEqual(Math.min(900, Math.ceil(age / 4)));
          expect(seconds).toBeLessThanOrEqual(secondsInBacklog(age, together + 1, random));
        },
      ),
    );
  });

  it.each([undefined, 1, 60, 3600, 43_200, 86_400])(
    'differ by chance, so that messages which failed together are not retried together, which must wait for %s s',
    (afterSeconds) => {
      const [early, late] = [0, 0.99].map((random) => secondsUntilRetry({ afterSeconds }, 5, random));
      expect(late).toBeGreaterThan(early ?? 0);
      // The jitter is full.
      if (afterSeconds === undefined) expect(early).toBe(1);
    },
  );

  it('add up to six days before SQS’s thousand receives, with any random numbers', () => {
    let waited = 0;
    let receives = 0;
    while (waited < 6 * 86_400) {
      receives += 1;
      waited += secondsUntilRetry({ afterSeconds: undefined }, receives, 0);
    }
    expect(receives).toBeLessThan(900);
  });

  it('are at least Retry-After, up to what SQS allows: it counts its 12 hours from the receive, minutes ago', () => {
    expect(maxVisibility).toBe(12 * 3600 - 600);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 50 }),
        randomness,
        (after, receives, random) => {
          const seconds = secondsUntilRetry({ afterSeconds: after }, receives, random);
          expect(seconds).toBeGreaterThanOrEqual(Math.min(after, maxVisibility - 10));
          expect(seconds).toBeLessThanOrEqual(maxVisibility);
        },
      ),
    );
  });
});

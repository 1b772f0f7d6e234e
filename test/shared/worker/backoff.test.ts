import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffDefaults,
  maxVisibility,
  secondsInBacklog,
  secondsInOutage,
  secondsUntilRetry,
  secondsUntilSlot,
} from '../../../shared/worker/backoff.ts';

const randomness = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff has jitter and stays under the cap', () => {
  it('never waits longer than 15 minutes without a floor, nor less than a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), randomness, (receives, random) => {
        const seconds = secondsUntilRetry({ afterSeconds: undefined }, receives, random);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(backoffDefaults.capSeconds);
      }),
    );
  });

  it('spreads later waits over 10 to 15 minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 9, max: 1000 }), randomness, (receives, random) => {
        const seconds = secondsUntilRetry({ afterSeconds: undefined }, receives, random);
        expect(seconds).toBeGreaterThanOrEqual(600);
        expect(seconds).toBeLessThanOrEqual(900);
      }),
    );
  });

  it('stays at a few seconds for a lock of our own, however often: the other one is done in a moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), randomness, (receives, random) => {
        const lock = { afterSeconds: undefined, forOurLock: true };
        const seconds = secondsUntilRetry(lock, receives, random);
        expect(seconds).toBeGreaterThanOrEqual(2);
        expect(seconds).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('is short for a slot of a partner at first, and grows so little that six days are over before SQS’s thousand receives', () => {
    const waits = Array.from({ length: 1000 }, (_, at) => secondsUntilSlot(at + 1, 0.5));
    expect(waits.slice(0, 30).every((seconds) => seconds >= 2 && seconds <= 3)).toBe(true);
    expect(waits.reduce((sum, seconds) => sum + seconds)).toBeGreaterThan(6 * 86_400);
    expect(Math.max(...waits)).toBeLessThanOrEqual(900);
    expect([secondsUntilSlot(1, 0), secondsUntilSlot(1, 0.99)]).toEqual([1, 3]);
  });

  it('waits for an outage at least until its end is looked for, and never much longer than it has lasted', () => {
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

  it('comes again from a backlog sooner the fewer there are, and after a quarter of its age at most', () => {
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

  it('differs with chance, so that messages which failed together do not come again together', () => {
    const waits = [0, 0.25, 0.5, 0.75, 0.99].map((random) =>
      secondsUntilRetry({ afterSeconds: undefined }, 5, random),
    );
    expect(new Set(waits).size).toBe(waits.length);
  });

  it('may come again at once after an early failure: the jitter is full', () => {
    expect(secondsUntilRetry({ afterSeconds: undefined }, 5, 0)).toBe(1);
  });

  it.each([1, 60, 3600, 43_200, 86_400])('spreads what was told to wait for %i s, too', (afterSeconds) => {
    const early = secondsUntilRetry({ afterSeconds }, 1, 0);
    const late = secondsUntilRetry({ afterSeconds }, 1, 0.99);
    expect(late).toBeGreaterThan(early);
  });

  it('asks for no wait that SQS refuses: it counts its 12 hours from the receive, minutes ago', () => {
    const longest = secondsUntilRetry({ afterSeconds: 12 * 3600 }, 1, 0.99);
    expect(longest).toBeLessThanOrEqual(12 * 3600 - 600);
    expect(longest).toBeGreaterThan(11 * 3600);
  });

  it('reaches the six days of patience before SQS’s thousand receives, however chance falls', () => {
    let waited = 0;
    let receives = 0;
    while (waited < 6 * 86_400) {
      receives += 1;
      waited += secondsUntilRetry({ afterSeconds: undefined }, receives, 0);
    }
    expect(receives).toBeLessThan(900);
  });

  it('takes Retry-After as a floor, up to what SQS allows', () => {
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

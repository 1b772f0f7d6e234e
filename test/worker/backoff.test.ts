import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDefaults, secondsUntilRetry } from '../../shared/worker/backoff.ts';

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

  it('differs with chance, so that messages which failed together do not come again together', () => {
    const waits = [0, 0.25, 0.5, 0.75, 0.99].map((random) =>
      secondsUntilRetry({ afterSeconds: undefined }, 5, random),
    );
    expect(new Set(waits).size).toBe(waits.length);
  });

  it('takes Retry-After as a floor, and SQS’s 12 hours as a ceiling', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 50 }),
        randomness,
        (after, receives, random) => {
          const seconds = secondsUntilRetry({ afterSeconds: after }, receives, random);
          expect(seconds).toBeGreaterThanOrEqual(Math.min(after, 43_200));
          expect(seconds).toBeLessThanOrEqual(43_200);
        },
      ),
    );
  });
});

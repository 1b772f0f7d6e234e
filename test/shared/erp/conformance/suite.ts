import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { bookingTests } from './suite-booking.ts';
import { exactlyOnceTests } from './suite-exactly-once.ts';
import { failureTests } from './suite-failures.ts';
import { listingTests } from './suite-listing.ts';
import { markTests } from './suite-marks.ts';
import { refusalTests } from './suite-refusals.ts';
import { partTests } from './suite-split-orders.ts';
import { unreadableTests } from './suite-unreadable-orders.ts';
import { waitTests } from './suite-waits.ts';
import type { Cannot, Chapter, ErpConformanceTarget } from './target.ts';

/** Long enough for a loop over every call of a booking against a real ERP. */
const testTimeoutMs = 180_000;

/**
 * Runs every promise of the ERP port against one connector and one server. Call it at the top level of a
 * test file; `makeTarget` runs once, its `close` at the end.
 * @param cannot What this ERP cannot do, each with the reason.
 */
export function describeErpConformance(
  name: string,
  makeTarget: () => Promise<ErpConformanceTarget>,
  cannot: Cannot = {},
): void {
  describe(`${name} keeps the promises of the ERP port`, () => {
    let running: ErpConformanceTarget | undefined;
    const target = (): ErpConformanceTarget => {
      if (!running) throw new Error(`${name}: the target did not start.`);
      return running;
    };
    const chapter: Chapter = {
      target,
      cannot,
      promise(promised, needs, test) {
        const lacking = needs.find((capability) => cannot[capability] !== undefined);
        const title = lacking ? `${promised} (not here: ${cannot[lacking]})` : promised;
        it.skipIf(lacking !== undefined)(title, test, testTimeoutMs);
      },
    };

    beforeAll(async () => {
      running = await makeTarget();
    }, testTimeoutMs);
    beforeEach(() => target().faults.reset());
    afterAll(async () => running?.close());

    describe('listing released orders', () => listingTests(chapter));
    describe('listing orders that cannot be read', () => unreadableTests(chapter));
    describe('booking a completion', () => bookingTests(chapter));
    describe('booking it part by part', () => partTests(chapter));
    describe('refusing before it writes', () => refusalTests(chapter));
    describe('knowing its own marks', () => markTests(chapter));
    describe('waiting, and pieces', () => waitTests(chapter));
    describe('booking it exactly once', () => exactlyOnceTests(chapter));
    describe('failing', () => failureTests(chapter));
  });
}

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { firstAttempt } from './attempts.ts';
import { quantityKey } from './completions.ts';
import { complaintsOfCells } from './open-cells.ts';
import { bookingTests } from './suite-booking.ts';
import { changedTests } from './suite-changed-orders.ts';
import { componentTests } from './suite-components.ts';
import { detailTests } from './suite-details.ts';
import { exactlyOnceTests } from './suite-exactly-once.ts';
import { failureTests } from './suite-failures.ts';
import { leafTests } from './suite-leaves.ts';
import { listingTests } from './suite-listing.ts';
import { markTests } from './suite-marks.ts';
import { readingTests } from './suite-reading.ts';
import { refusalTests } from './suite-refusals.ts';
import { shadowTests } from './suite-shadow.ts';
import { partTests } from './suite-split-orders.ts';
import { unreadableTests } from './suite-unreadable-orders.ts';
import { waitTests } from './suite-waits.ts';
import type { Cannot, Chapter, ErpConformanceTarget } from './target.ts';

/** Long enough for a loop over every call of a booking against a real ERP. */
const testTimeoutMs = 180_000;

const chapters = {
  listing: ['listing released orders', listingTests],
  unreadable: ['listing orders that cannot be read', unreadableTests],
  reading: ['reading one order', readingTests],
  booking: ['booking a completion', bookingTests],
  details: ['booking what the shop floor recorded besides', detailTests],
  leaves: ['dropping no field that was recorded', leafTests],
  components: ['taking components from stock', componentTests],
  parts: ['booking an order part by part', partTests],
  changed: ['booking an order that a planner has changed', changedTests],
  refusing: ['refusing before it writes', refusalTests],
  marks: ['recognising its own marks', markTests],
  waiting: ['waiting for slow or locked orders, and capped pages', waitTests],
  once: ['booking exactly once', exactlyOnceTests],
  failing: ['failing', failureTests],
  shadow: ['in shadow', shadowTests],
} as const satisfies Record<string, readonly [string, (chapter: Chapter) => void]>;

export type ChapterName = keyof typeof chapters;

/**
 * Runs every promise of the ERP port against one connector and one server. Call it at the top level of a
 * test file; `makeTarget` runs once, its `close` at the end.
 * @param cannot What this ERP cannot do, each with the reason.
 * @param only The chapters to run, for a configuration that differs little from another one. Default: all. It runs in shadow
 *   in any case.
 */
export function describeErpConformance(
  name: string,
  makeTarget: () => Promise<ErpConformanceTarget>,
  cannot: Cannot = {},
  only?: readonly ChapterName[],
): void {
  describe(`${name} keeps the promises of the ERP port`, () => {
    let running: ErpConformanceTarget | undefined;
    const asked = new Set<string>();
    const target = (): ErpConformanceTarget => {
      if (!running) throw new Error(`${name}: the target did not start.`);
      return running;
    };
    const chapter: Chapter = {
      target,
      cannot,
      plan: (order) => target().planOrder({ article: target().articles.plain, quantity: '5', ...order }),
      book: (completion, attempt = firstAttempt()) =>
        target().connector().book(completion, quantityKey(completion.productOrder), attempt),
      promise(promised, needs, test) {
        const lacking = needs.find((capability) => cannot[capability] !== undefined);
        const title = lacking ? `${promised} (not here: ${cannot[lacking]?.reason})` : promised;
        for (const capability of needs) asked.add(capability);
        it.skipIf(lacking !== undefined)(title, test, testTimeoutMs);
      },
    };

    beforeAll(async () => {
      running = await makeTarget();
    }, testTimeoutMs);
    beforeEach(() => target().faults.reset());
    afterAll(() => running?.close?.());

    for (const [each, [title, tests]] of Object.entries(chapters)) {
      const isChosen = only === undefined || only.some((one) => one === each);
      if (isChosen || each === 'shadow') describe(title, () => tests(chapter));
    }

    it('leaves nothing out without a reason and its source', () => {
      expect(complaintsOfCells(cannot, only ? undefined : asked)).toEqual([]);
    });
  });
}

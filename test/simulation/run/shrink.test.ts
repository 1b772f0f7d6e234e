import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawScenario } from '../scenario/scenario.ts';
import { allOf, type Kept, reduced, shrink } from './shrink.ts';

const always = () => true;

describe('shrink', () => {
  it('finds exactly what a failure needs, whatever that is', async () => {
    const needs = fc
      .tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 1, max: 5 }))
      .chain(([happenings, orders]) =>
        fc.record({
          all: fc.constant({
            happenings: Array.from({ length: happenings }, (_, at) => at),
            orders: Array.from({ length: orders }, (_, at) => at),
          }),
          happenings: fc.subarray(Array.from({ length: happenings }, (_, at) => at)),
          orders: fc.subarray(
            Array.from({ length: orders }, (_, at) => at),
            { minLength: 1 },
          ),
        }),
      );
    await fc.assert(
      fc.asyncProperty(needs, async ({ all, happenings, orders }) => {
        const fails = async (kept: Kept) =>
          happenings.every((one) => kept.happenings.includes(one)) &&
          orders.every((one) => kept.orders.includes(one));

        const kept = await shrink(all, fails, always);

        expect(kept).toEqual({ happenings, orders });
      }),
    );
  });

  it('keeps what has failed when its time is over', async () => {
    const all = { happenings: [0, 1, 2, 3], orders: [0] };
    let tries = 0;

    const kept = await shrink(
      all,
      async () => true,
      () => tries++ < 1,
    );

    expect(kept).toEqual({ happenings: [2, 3], orders: [0] });
  });
});

describe('reduced', () => {
  it('leaves a scenario as it is when all is kept', () => {
    const scenario = drawScenario(7);

    expect(reduced(scenario, allOf(scenario))).toEqual(scenario);
  });

  it('leaves out what happens to an order that is left out, and counts the others anew', () => {
    const scenario = {
      ...drawScenario(7),
      orders: [order(1), order(2)],
      happenings: [
        { kind: 'planner cancels', order: 0, at: 5 },
        { kind: 'planner cancels', order: 1, at: 6 },
        { kind: 'ERP restarts', at: 7 },
      ] as const,
    };

    const { orders, happenings } = reduced(scenario, { happenings: [0, 1, 2], orders: [1] });

    expect(orders).toEqual([order(2)]);
    expect(happenings).toEqual([
      { kind: 'planner cancels', order: 0, at: 6 },
      { kind: 'ERP restarts', at: 7 },
    ]);
  });
});

function order(quantity: number) {
  return { article: 'plain', quantity, scrap: 0, releasedAt: 1, builtAfter: 1 } as const;
}

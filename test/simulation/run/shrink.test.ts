import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawScenario } from '../scenario/scenario.ts';
import { type Kept, reduced, shrink } from './shrink.ts';

const always = () => true;

describe('shrink', () => {
  it('finds exactly the events and orders that a failure needs', async () => {
    const needs = fc
      .tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 1, max: 5 }))
      .chain(([events, orders]) =>
        fc.record({
          all: fc.constant({
            events: Array.from({ length: events }, (_, at) => at),
            orders: Array.from({ length: orders }, (_, at) => at),
          }),
          events: fc.subarray(Array.from({ length: events }, (_, at) => at)),
          orders: fc.subarray(
            Array.from({ length: orders }, (_, at) => at),
            { minLength: 1 },
          ),
        }),
      );
    await fc.assert(
      fc.asyncProperty(needs, async ({ all, events, orders }) => {
        const fails = async (kept: Kept) =>
          events.every((one) => kept.events.includes(one)) &&
          orders.every((one) => kept.orders.includes(one));

        const kept = await shrink(all, fails, always);

        expect(kept).toEqual({ events, orders });
      }),
    );
  });

  it('returns the smallest failing part so far when the time is over', async () => {
    const all = { events: [0, 1, 2, 3], orders: [0] };
    let tries = 0;

    const kept = await shrink(
      all,
      async () => true,
      () => tries++ < 1,
    );

    expect(kept).toEqual({ events: [2, 3], orders: [0] });
  });
});

describe('reduced', () => {
  it('removes the events of a removed order, and renumbers the other orders', () => {
    const scenario = {
      ...drawScenario(7),
      orders: [order(1), order(2)],
      events: [
        { kind: 'planner cancels', order: 0, at: 5 },
        { kind: 'planner cancels', order: 1, at: 6 },
        { kind: 'ERP restarts', at: 7 },
      ] as const,
    };

    const { orders, events } = reduced(scenario, { events: [0, 1, 2], orders: [1] });

    expect(orders).toEqual([order(2)]);
    expect(events).toEqual([
      { kind: 'planner cancels', order: 0, at: 6 },
      { kind: 'ERP restarts', at: 7 },
    ]);
  });
});

function order(quantity: number) {
  return { article: 'plain', quantity, scrap: 0, releasedAt: 1, builtAfter: 1 } as const;
}

import type { Happening } from '../scenario/happening.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What is left of a scenario: places in its happenings and in its orders, from 0. */
export interface Kept {
  readonly happenings: readonly number[];
  readonly orders: readonly number[];
}

export function allOf({ happenings, orders }: Scenario): Kept {
  return { happenings: [...happenings.keys()], orders: [...orders.keys()] };
}

/** The scenario with nothing but what is kept; what happens to an order that is left out is left out, too. */
export function reduced(scenario: Scenario, kept: Kept): Scenario {
  const newPlaces = new Map(kept.orders.map((order, place) => [order, place] as const));
  return {
    ...scenario,
    orders: kept.orders.flatMap((place) => scenario.orders[place] ?? []),
    happenings: kept.happenings.flatMap((place): readonly Happening[] => {
      const happening = scenario.happenings[place];
      if (!happening) return [];
      if (!('order' in happening)) return [happening];
      const order = newPlaces.get(happening.order);
      return order === undefined ? [] : [{ ...happening, order }];
    }),
  };
}

/**
 * The least that still fails, as far as it is found in time.
 * @param fails Whether it fails with nothing but what is kept. All of it is known to fail.
 * @param mayGoOn Asked before each try.
 */
export async function shrink(
  all: Kept,
  fails: (kept: Kept) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<Kept> {
  let { happenings, orders } = all;
  const failsIn = async (kept: Kept) => mayGoOn() && (await fails(kept));
  for (let before = -1; before !== happenings.length + orders.length; ) {
    before = happenings.length + orders.length;
    happenings = await fewest(happenings, (some) => failsIn({ happenings: some, orders }));
    orders = await fewest(orders, async (some) => some.length > 0 && failsIn({ happenings, orders: some }));
  }
  return { happenings, orders };
}

/**
 * Leaves out halves, then quarters, down to each by itself. Source: Zeller, Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input" (ddmin).
 */
async function fewest(
  all: readonly number[],
  fails: (some: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let kept = all;
  for (let size = Math.ceil(kept.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await fails(without)) kept = without;
      else at += size;
    }
  }
  return kept;
}

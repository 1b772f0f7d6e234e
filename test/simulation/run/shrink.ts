import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioEvent } from '../scenario/scenario-event.ts';

/** The selected part of a scenario: indexes of its events and of its orders, from 0. */
export interface Kept {
  readonly events: readonly number[];
  readonly orders: readonly number[];
}

export function allOf({ events, orders }: Scenario): Kept {
  return { events: [...events.keys()], orders: [...orders.keys()] };
}

/** The scenario with the selected part only. Events of orders that are left out are left out as well. */
export function reduced(scenario: Scenario, kept: Kept): Scenario {
  const newPlaces = new Map(kept.orders.map((order, place) => [order, place] as const));
  return {
    ...scenario,
    orders: kept.orders.flatMap((place) => scenario.orders[place] ?? []),
    events: kept.events.flatMap((place): readonly ScenarioEvent[] => {
      const event = scenario.events[place];
      if (!event) return [];
      if (!('order' in event)) return [event];
      const order = newPlaces.get(event.order);
      return order === undefined ? [] : [{ ...event, order }];
    }),
  };
}

/**
 * The smallest part that still fails, as far as it can be found in time.
 * @param fails Whether a part of the scenario fails. The whole scenario is known to fail.
 * @param mayGoOn Called before each try.
 */
export async function shrink(
  all: Kept,
  fails: (kept: Kept) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<Kept> {
  let { events, orders } = all;
  const failsIn = async (kept: Kept) => mayGoOn() && (await fails(kept));
  for (let before = -1; before !== events.length + orders.length; ) {
    before = events.length + orders.length;
    events = await fewest(events, (some) => failsIn({ events: some, orders }));
    orders = await fewest(orders, async (some) => some.length > 0 && failsIn({ events, orders: some }));
  }
  return { events, orders };
}

/**
 * Leaves out halves, then quarters, down to single elements. Source: Zeller, Hildebrandt, "Simplifying and Isolating
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

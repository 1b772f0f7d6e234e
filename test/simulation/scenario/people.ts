import { beginning, dueDate, minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { actsOf } from './acts.ts';
import { postOrder } from './erp-posts.ts';
import { startOperator } from './operator.ts';
import type { ReleasedOrder } from './released-order.ts';
import type { PlannedOrder } from './scenario.ts';

/** The planners, the operators and the administrators. */
export interface People {
  /** By their place in the scenario, once they are released. */
  readonly orders: readonly ReleasedOrder[];
  /** Whether all that they were going to do is done, or given up. */
  readonly areDone: () => boolean;
}

/** What people do, and the accidents that come at a time of their own. */
export function startPeople(world: World): People {
  const { time, scenario, erp, timeline } = world;
  const orders: ReleasedOrder[] = [];
  let toDo = 0;
  /** Something is to be done until this is called. */
  const begun = () => {
    toDo += 1;
    return () => {
      toDo -= 1;
    };
  };
  const atMinute = (minute: number, act: () => void) => {
    const done = begun();
    time.at(beginning + minute * minuteMs, () => {
      act();
      done();
    });
  };

  function release(place: number, planned: PlannedOrder): void {
    const { article, quantity } = planned;
    const ref = erp.plan({ article, quantity: String(quantity), dueDate });
    const order: ReleasedOrder = { planned, ref, quantity, changes: [], later: new Set() };
    orders[place] = order;
    timeline.note('planner', () => `releases ${ref.number}: ${quantity} of ${article}`);
    if (scenario.via === 'endpoint') postOrder(world, order, begun());
    startOperator(world, order, begun());
  }

  for (const [place, planned] of scenario.orders.entries())
    atMinute(planned.releasedAt, () => release(place, planned));
  for (const happening of scenario.happenings)
    for (const { at, act } of actsOf(happening, world, { orders, begun })) atMinute(at, act);
  return { orders, areDone: () => toDo === 0 };
}

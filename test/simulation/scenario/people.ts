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
    const mine = scenario.happenings.filter((one) => 'order' in one && one.order === place);
    const late = mine.find((one) => one.kind === 'ERP commits late');
    const ref = world.written(late?.minutes ?? 0, () =>
      erp.plan({ article, quantity: String(quantity), dueDate }),
    );
    const order: ReleasedOrder = { planned, ref, quantity, changes: [], later: new Set() };
    if (mine.some((one) => one.kind === 'somebody types its number')) typeNumberOf(order);
    orders[place] = order;
    timeline.note('planner', () => `releases ${ref.number}: ${quantity} of ${article}`);
    if (scenario.via === 'endpoint') postOrder(world, order, begun());
    startOperator(world, order, begun());
  }

  function typeNumberOf({ ref, changes }: ReleasedOrder): void {
    const other = Object.values(erp.articles).find((one) => one !== ref.article);
    const number = scenario.split === 'one' ? ref.number : `${ref.number}/1`;
    if (other === undefined || !world.azumuta.typeByHand(number, other)) return;
    timeline.note('operator', () => `types ${number} of ${other}`);
    changes.push('somebody types its number');
  }

  for (const [place, planned] of scenario.orders.entries())
    atMinute(planned.releasedAt, () => release(place, planned));
  for (const happening of scenario.happenings)
    for (const { at, act } of actsOf(happening, world, { orders, begun })) atMinute(at, act);
  return { orders, areDone: () => toDo === 0 };
}

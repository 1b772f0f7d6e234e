import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { actsOf } from './acts.ts';
import { discardOfGivenUp, endByPerson } from './end-by-person.ts';
import { postOrder } from './erp-posts.ts';
import { AdviceFollower } from './follow-advice.ts';
import { startOperator } from './operator.ts';
import { isAbout, type ReleasedOrder, type ScenarioState } from './released-order.ts';
import type { PlannedOrder } from './setting.ts';

/** The planners, the operators and the administrators. */
export interface People {
  /** By their place in the scenario, once they are released; orders that a planner split off come after those. */
  readonly orders: readonly ReleasedOrder[];
  /** Whether everything that they intended is done or given up. */
  readonly areDone: () => boolean;
  /** Has an ERP that posts its orders post those of dead letters once more, as two calls may overtake each other. */
  readonly post: (letters: readonly { readonly order: string; readonly body: string }[]) => void;
  /** They end what they mean to end, if there is something to end by now. */
  readonly endWhatTheyMeant: () => void;
  /** Who does what the advice says, once a day from the day on which the person began. */
  readonly follower: AdviceFollower;
  /** The person does what is told by now, or only reads it, if the journey has such a person. */
  readonly followAdvice: () => void;
  readonly readAdvice: () => void;
}

/** Starts the people, and the accidents that have a time of their own. */
export function startPeople(world: World): People {
  const { time, scenario, timeline, beginning } = world;
  const orders: ReleasedOrder[] = [];
  let openTasks = 0;
  /** Registers something to do. The returned function marks it as done. */
  const addTask = () => {
    openTasks += 1;
    return () => {
      openTasks -= 1;
    };
  };
  const atMinute = (minute: number, act: () => void) => {
    const done = addTask();
    time.at(beginning + minute * minuteMs, () => {
      act();
      done();
    });
  };
  const state: ScenarioState = {
    orders,
    addTask,
    meant: new Set(),
    followAdvice() {
      const over = addTask();
      // As a step of its own: where nothing else is planned, a run would end before the person has read.
      time.after(minuteMs, () => void follower.follow().finally(over));
    },
    addOrder(order) {
      orders[Math.max(orders.length, scenario.orders.length)] = order;
      addOrder(order);
    },
  };

  const follower = new AdviceFollower(world, state);

  function addOrder(order: ReleasedOrder): void {
    if (scenario.via === 'endpoint') postOrder(world, order, addTask());
    startOperator(world, order, state);
  }

  for (const [place, planned] of scenario.orders.entries())
    atMinute(planned.releasedAt, () => {
      const order = release(place, planned, world);
      orders[place] = order;
      shareNumber(order, orders[place - 1], world);
      timeline.note(
        'planner',
        () => `releases ${order.ref.number}: ${planned.quantity} of ${planned.article}`,
      );
      addOrder(order);
    });
  for (const event of scenario.events)
    for (const { at, act } of actsOf(event, world, state)) atMinute(at, act);
  return {
    orders,
    areDone: () => openTasks === 0,
    follower,
    followAdvice: () => follower.isThere && state.followAdvice(),
    readAdvice() {
      const over = addTask();
      if (follower.isThere) time.after(minuteMs, () => void follower.read().finally(over));
      else over();
    },
    endWhatTheyMeant() {
      for (const event of state.meant) endByPerson(event, world, state);
      discardOfGivenUp(world, state);
    },
    post(letters) {
      if (scenario.via !== 'endpoint') return;
      for (const order of orders)
        if (
          order &&
          !order.isWithheld &&
          letters.some(({ order: number, body }) => isAbout({ numbers: [number], body }, order, world))
        )
          if (world.erp.books(order.ref).state === 'open') postOrder(world, order, addTask());
    },
  };
}

function release(place: number, planned: PlannedOrder, world: World): ReleasedOrder {
  const { erp, scenario, happens, dueDate } = world;
  const { article, quantity } = planned;
  const own = scenario.events.filter((one) => 'order' in one && one.order === place);
  const late = own.find((one) => one.kind === 'ERP commits late');
  const other = own.find((one) => one.kind === 'operator records other figures');
  const shared = own.find((one) => one.kind === 'planner shares a number');
  const step = own.find((one) => one.kind === 'step is renamed in Azumuta');
  const missing = own.find((one) => one.kind === 'article is missing in Azumuta');
  const atOnce = own.find((one) => one.kind === 'operators finish all parts at once');
  const forgets = own.find((one) => one.kind === 'operator forgets to complete it');
  for (const one of [late, other, step, missing, atOnce, forgets]) if (one) happens(one);
  const ref = world.written(late?.minutes ?? 0, () =>
    erp.plan({ article, quantity: String(quantity), dueDate }),
  );
  return {
    planned,
    ref,
    numbers: new Set([ref.number]),
    family: ref.number,
    quantity,
    dueDate,
    isWithheld: false,
    postedAt: 0,
    figures: other?.figures,
    accepted: new Set(),
    mostWanted: quantity,
    renamedStep: step && (step.until ? 'corrected once told' : 'corrected soon'),
    areBuiltAtOnce: atOnce !== undefined,
    isForgotten: forgets !== undefined,
    changes: shared ? ['planner shares a number'] : [],
    typed: new Set(),
    removed: [],
    later: new Set(),
    corrected: new Map(),
    reworked: [],
    done: [],
  };
}

/** Makes the configuration map an order to the number of the previous one. */
function shareNumber(order: ReleasedOrder, other: ReleasedOrder | undefined, world: World): void {
  if (!order.changes.includes('planner shares a number')) return;
  if (!other) return void order.changes.pop();
  for (const one of world.scenario.events) if (one.kind === 'planner shares a number') world.happens(one);
  world.mapTo(order.ref, other.ref.number);
  order.numbers.add(other.ref.number);
  other.changes.push('planner shares a number');
}

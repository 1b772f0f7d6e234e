import type { World } from '../world/world.ts';
import { postOrder } from './erp-posts.ts';
import { betweenMs } from './operator.ts';
import type { ReleasedOrder } from './released-order.ts';
import type { Happening } from './scenario.ts';
import { wordsOf } from './words.ts';

/** Something that is done at a minute of the scenario. */
interface Act {
  readonly at: number;
  readonly act: () => void;
}

interface Stage {
  readonly orders: readonly ReleasedOrder[];
  /** Something is to be done until what this answers is called. */
  readonly begun: () => () => void;
}

/**
 * What is done for a happening, and when; nothing for one that decides what becomes of calls, messages, triggers and
 * runs: that is asked for where those are made.
 */
export function actsOf(happening: Happening, world: World, stage: Stage): readonly Act[] {
  const { plant, erp } = world;
  switch (happening.kind) {
    case 'outage':
      return span(happening, world, [
        () => world.setOutage(happening.partner, happening),
        () => world.setOutage(happening.partner, undefined),
      ]);
    case 'indexes lag':
      return span(happening, world, [() => world.setIndexLag(happening.seconds), () => world.setIndexLag(0)]);
    case 'flow is paused': {
      const poller = plant.pollers[happening.queue];
      return span(happening, world, [poller.pause, poller.resume]);
    }
    case 'order is locked':
      return span(happening, world, [
        () => onOrder(happening, stage, ({ ref }) => erp.lock(ref)),
        () => onOrder(happening, stage, ({ ref }) => erp.unlock(ref)),
      ]);
    case 'secret is rotated':
      return once(happening, world, () => world.rotate(happening.partner));
    case 'ERP restarts':
      return once(happening, world, erp.restart);
    case 'call':
    case 'message comes twice':
    case 'trigger':
    case 'run':
    case 'somebody types its number':
    case 'ERP commits late':
      return [];
    case 'trigger of an open order':
      return [
        { at: happening.at, act: () => onOrder(happening, stage, (order) => triggerTooEarly(order, world)) },
      ];
    default:
      return [
        {
          at: happening.at,
          act: () => onOrder(happening, stage, (order) => change(order, happening, world, stage)),
        },
      ];
  }
}

function triggerTooEarly({ ref }: ReleasedOrder, world: World): void {
  const open = world.madeFor(ref).find(({ status }) => status !== 'completed');
  if (open) world.azumuta.triggerAgain(open.number);
}

type Spanning = Extract<Happening, { readonly at: number; readonly minutes: number }>;

function span(
  happening: Spanning,
  { happens, timeline }: World,
  [begin, end]: readonly [() => void, () => void],
): readonly Act[] {
  const { at, minutes, kind } = happening;
  const note = (what: string) => timeline.note('accident', () => `${what}: ${wordsOf(happening)}`);
  return [
    {
      at,
      act() {
        // An outage has happened once a call meets it.
        if (kind !== 'outage') happens(happening);
        note('begins');
        begin();
      },
    },
    {
      at: at + minutes,
      act() {
        note('is over');
        end();
      },
    },
  ];
}

function once(
  happening: Extract<Happening, { kind: 'secret is rotated' | 'ERP restarts' }>,
  { happens, timeline }: World,
  act: () => void,
): readonly Act[] {
  return [
    {
      at: happening.at,
      act() {
        happens(happening);
        timeline.note('accident', () => wordsOf(happening));
        act();
      },
    },
  ];
}

function onOrder(
  { order }: { readonly order: number },
  { orders }: Stage,
  act: (order: ReleasedOrder) => void,
): void {
  const released = orders[order];
  if (released) act(released);
}

type Change = Extract<Happening, { kind: `planner ${string}` | `operator ${string}` }>;

/** Does it, and notes it if it could be done. An ERP that posts its orders posts what has changed. */
function change(order: ReleasedOrder, happening: Change, world: World, { begun }: Stage): void {
  const isDone = isChanged(order, happening, world, begun);
  const { kind } = happening;
  world.timeline.note('people', () => `${kind} (${order.ref.number})${isDone ? '' : ': cannot be done'}`);
  if (!isDone) return;
  world.happens(happening);
  order.changes.push(kind);
  if (world.scenario.via === 'endpoint' && kind === 'planner changes the quantity')
    postOrder(world, order, begun());
}

function isChanged(order: ReleasedOrder, happening: Change, world: World, begun: Stage['begun']): boolean {
  const { erp, azumuta } = world;
  const { ref } = order;
  switch (happening.kind) {
    case 'planner changes the quantity':
      if (!erp.changeQuantity(ref, String(happening.quantity))) return false;
      order.quantity = happening.quantity;
      return true;
    case 'planner cancels':
      return erp.cancel(ref);
    case 'planner finishes it by hand':
      return erp.finishByHand(ref);
    case 'planner renames':
      return erp.rename?.(ref, `${ref.number}-new`) ?? false;
    case 'operator renames': {
      const [first] = world.madeFor(ref);
      // Nobody could know it again before the ledger has its id, were the answer to its creation lost.
      return (
        first !== undefined &&
        world.isKnown(first) &&
        azumuta.rename(first.number, `${first.number}-R`) !== undefined
      );
    }
    case 'operator opens it again':
      return isOpenedAgain(order, world, begun);
    default:
      return happening satisfies never;
  }
}

/** Something was forgotten: it is recorded in addition, without a quantity. */
function isOpenedAgain({ ref, later }: ReleasedOrder, world: World, begun: Stage['begun']): boolean {
  const { azumuta, time, timeline } = world;
  const done = world.madeFor(ref).find(({ status }) => status === 'completed');
  if (!done || azumuta.reopen(done.number) === undefined) return false;
  const before = new Set(done.recordings.map(({ id }) => id));
  const over = begun();
  time.after(betweenMs, () => {
    timeline.note('operator', () => `completes ${done.number} again, with what was forgotten`);
    const again = azumuta.complete(done.number, { id: done.id, quantity: null, recordings: 1 });
    for (const { id } of again?.recordings ?? []) if (!before.has(id)) later.add(id);
    over();
  });
  return true;
}

import type { World } from '../world/world.ts';
import { discardOne, pauseFlow, sendAgain } from './administrators.ts';
import type { Happening } from './happening.ts';
import { operatorDoes } from './operators.ts';
import { plannerDoes } from './planners.ts';
import type { ReleasedOrder } from './released-order.ts';
import type { Stage } from './stage.ts';
import { wordsOf } from './words.ts';

/** Something that is done at a minute of the scenario. */
interface Act {
  readonly at: number;
  readonly act: () => void;
}

/**
 * What is done for a happening, and when; nothing for one that decides what becomes of calls, messages, triggers and
 * runs, or of what an order is released with: that is asked for where those are made.
 */
export function actsOf(happening: Happening, world: World, stage: Stage): readonly Act[] {
  switch (happening.kind) {
    case 'call':
    case 'message comes twice':
    case 'delete is lost':
    case 'trigger':
    case 'run':
    case 'operator records other figures':
    case 'planner shares a number':
    case 'ERP commits late':
      return [];
    case 'outage':
    case 'indexes lag':
    case 'flow is paused':
    case 'order is locked':
    case 'secret is rotated':
      return spanOf(happening, world, stage);
    default:
      return [{ at: happening.at, act: actOf(happening, world, stage) }];
  }
}

type Lasting = Extract<Happening, { readonly at: number; readonly minutes: number }>;
type Single = Exclude<Extract<Happening, { readonly at: number }>, Lasting>;

function spanOf(happening: Lasting, world: World, stage: Stage): readonly Act[] {
  const { at, minutes } = happening;
  let end: () => void;
  const begin = () => {
    const { kind } = happening;
    world.timeline.note('accident', () => `begins: ${wordsOf(happening)}`);
    // An outage has happened once a call meets it.
    if (kind !== 'outage') world.happens(happening);
    end = began(happening, world, stage);
  };
  return [
    { at, act: begin },
    {
      at: at + minutes,
      act() {
        world.timeline.note('accident', () => `is over: ${wordsOf(happening)}`);
        end();
      },
    },
  ];
}

/** Begins it. @returns what ends it. */
function began(happening: Lasting, world: World, stage: Stage): () => void {
  switch (happening.kind) {
    case 'outage':
      world.setOutage(happening.partner, { how: happening.how, by: happening });
      return () => world.setOutage(happening.partner, undefined);
    case 'indexes lag':
      world.setIndexLag(happening.seconds);
      return () => world.setIndexLag(0);
    case 'flow is paused':
      return pauseFlow(happening.queue, world);
    case 'order is locked': {
      const order = stage.orders[happening.order];
      if (order) world.erp.lock(order.ref);
      return () => order && world.erp.unlock(order.ref);
    }
    case 'secret is rotated': {
      const tell = world.rotate(happening.partner);
      if (happening.first === 'partner') return tell;
      // The old one is refused, and the new one until the partner has spread it.
      tell();
      world.setOutage(happening.partner, { how: 'refuses our credentials', by: happening });
      return () => world.setOutage(happening.partner, undefined);
    }
    default:
      return happening satisfies never;
  }
}

function actOf(happening: Single, world: World, stage: Stage): () => void {
  const { kind } = happening;
  const { erp, plant, timeline, happens } = world;
  switch (kind) {
    case 'ERP restarts':
      return noted(erp.restart);
    case 'ERP ignores a booking':
      return noted(erp.ignoreNextBooking);
    case 'items expire':
      return noted(() => plant.table.expire());
    case 'dead letters are sent again':
      return () => {
        happens(happening);
        for (let left = happening.twice ? 2 : 1; left > 0; left -= 1) sendAgain(world, stage);
      };
    case 'trigger of an open order':
      return () => triggerTooEarly(happening, world, stage);
    case 'dead letter is discarded':
      return () => discardOne(world, stage, () => happens(happening));
    default:
      return () => {
        const order = stage.orders[happening.order];
        if (order) change(order, happening, world, stage);
      };
  }

  function noted(act: () => void): () => void {
    return () => {
      timeline.note('accident', () => wordsOf(happening));
      happens(happening);
      act();
    };
  }
}

/** Somebody pressed the button too early. */
function triggerTooEarly(
  happening: Extract<Single, { kind: 'trigger of an open order' }>,
  world: World,
  { orders }: Stage,
): void {
  const order = orders[happening.order];
  const open = order && world.madeFor(order.ref).find(({ status }) => status !== 'completed');
  if (!open) return;
  world.happens(happening);
  world.azumuta.triggerAgain(open.number);
}

type Change = Extract<
  Single,
  { readonly order: number; readonly kind: `planner ${string}` | `operator ${string}` }
>;

/** Does it, and notes it if it could be done. */
function change(order: ReleasedOrder, happening: Change, world: World, stage: Stage): void {
  const { kind } = happening;
  const { number } = order.ref;
  const wasKnown = isTakenIn(order, world);
  const isDone = isPlanners(happening)
    ? plannerDoes(order, happening, world, stage)
    : operatorDoes(order, happening, world, stage);
  world.timeline.note('people', () => `${kind} (${number})${isDone ? '' : ': cannot be done'}`);
  if (!isDone) return;
  world.happens(happening);
  if (wasKnown || order.typed.size > 0 || !isForgotten.has(kind)) order.changes.push(kind);
}

/** Before anybody has taken an order in, or typed it by hand, this is as if it had been so from the beginning. */
const isForgotten: ReadonlySet<Happening['kind']> = new Set([
  'planner changes the quantity',
  'planner renames',
]);

/** Whether the ledger has it, or is about to. */
function isTakenIn({ numbers, ref }: ReleasedOrder, { plant, scenario }: World): boolean {
  if (scenario.via === 'endpoint' || plant.functions['pull-product-orders'].running() > 0) return true;
  const keys = new Set([`id ${ref.id}`, ...[...numbers].map((number) => `number ${number}`)]);
  return plant.table.items().some(({ pk }) => keys.has(String(pk).replace('ERP-ORDER#', '')));
}

type Planners = Extract<Change, { readonly kind: `planner ${string}` }>;

function isPlanners(happening: Change): happening is Planners {
  return happening.kind.startsWith('planner');
}

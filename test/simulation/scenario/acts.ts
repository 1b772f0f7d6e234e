import type { World } from '../world/world.ts';
import { closePlant, pauseFlow, sendAgain } from './administrators.ts';
import { endByPerson } from './end-by-person.ts';
import { postOrder } from './erp-posts.ts';
import { correctRecording, operatorDoes } from './operators.ts';
import { plannerDoes } from './planners.ts';
import type { ReleasedOrder, ScenarioState } from './released-order.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import { wordsOf } from './words.ts';

/** Something that happens at a minute of the scenario. */
interface Act {
  readonly at: number;
  readonly act: () => void;
}

/**
 * The acts of an event, and when they take place. An event has none if it affects calls, messages, triggers or runs, or
 * the release of an order: the code that makes those looks it up.
 */
export function actsOf(event: ScenarioEvent, world: World, state: ScenarioState): readonly Act[] {
  if (!('at' in event)) return [];
  return 'minutes' in event
    ? spanOf(event, world, state)
    : [{ at: event.at, act: actOf(event, world, state) }];
}

type Lasting = Extract<ScenarioEvent, { readonly at: number; readonly minutes: number }>;
type Single = Exclude<Extract<ScenarioEvent, { readonly at: number }>, Lasting>;

function spanOf(event: Lasting, world: World, state: ScenarioState): readonly Act[] {
  const { at, minutes } = event;
  let end: () => void;
  const begin = () => {
    const { kind } = event;
    world.timeline.note('accident', () => `begins: ${wordsOf(event)}`);
    // An outage counts as happened once a call meets it.
    if (kind !== 'outage') world.happens(event);
    end = beginEvent(event, world, state);
  };
  return [
    { at, act: begin },
    {
      at: at + minutes,
      act() {
        world.timeline.note('accident', () => `is over: ${wordsOf(event)}`);
        end();
      },
    },
  ];
}

/** Begins the event. @returns a function that ends it. */
function beginEvent(event: Lasting, world: World, state: ScenarioState): () => void {
  switch (event.kind) {
    case 'outage':
      world.setOutage(event.partner, { how: event.how, by: event });
      return () => world.setOutage(event.partner, undefined);
    case 'indexes lag':
      world.setIndexLag(event.seconds);
      return () => world.setIndexLag(0);
    case 'flow is paused':
      return pauseFlow(event.flow, world);
    case 'plant is closed':
      return closePlant(event.minutes, world);
    case 'nothing is received':
      return world.plant.pollers[event.queue].switchOff();
    case 'order is locked': {
      const order = state.orders[event.order];
      if (order) world.erp.lock(order.ref);
      return () => order && world.erp.unlock(order.ref);
    }
    case 'secret is rotated': {
      const tell = world.rotate(event.partner);
      if (event.first === 'partner') return tell;
      // The old secret is refused, and so is the new one until the partner has distributed it.
      tell();
      world.setOutage(event.partner, { how: 'refuses our credentials', by: event });
      return () => world.setOutage(event.partner, undefined);
    }
    default:
      return event satisfies never;
  }
}

function actOf(event: Single, world: World, state: ScenarioState): () => void {
  const { kind } = event;
  const { erp, plant, timeline, happens } = world;
  switch (kind) {
    case 'ERP restarts':
      return noted(erp.restart);
    case 'ERP ignores a booking':
      return noted(erp.ignoreNextBooking);
    case 'configuration is deployed anew':
      return noted(() => world.deploy(event.adds));
    case 'items expire':
      return noted(() => plant.table.expire());
    case 'dead letters are sent again':
      return () => {
        happens(event);
        for (let left = event.twice ? 2 : 1; left > 0; left -= 1) sendAgain(world, state);
      };
    case 'person follows the advice':
      return () => {
        happens(event);
        state.followAdvice();
      };
    case 'trigger of an open order':
      return () => triggerTooEarly(event, world, state);
    case 'ERP sends a built order again':
      return () => sendBuiltAgain(event, world, state);
    case 'recording is corrected afterwards':
      return () => correctRecording(event, world, state);
    case 'person gives up an order':
    case 'person gives up a part':
    case 'person settles':
    case 'person has it made again':
    case 'dead letter is discarded':
      return () => endByPerson(event, world, state);
    default:
      return () => {
        const order = state.orders[event.order];
        if (order) change(order, event, world, state);
      };
  }

  function noted(act: () => void): () => void {
    return () => {
      timeline.note('accident', () => wordsOf(event));
      happens(event);
      act();
    };
  }
}

/** Somebody sent a trigger before the product order was completed. */
function triggerTooEarly(
  event: Extract<Single, { kind: 'trigger of an open order' }>,
  world: World,
  { orders }: ScenarioState,
): void {
  const order = orders[event.order];
  const open = order && world.madeFor(order.ref).find(({ status }) => status !== 'completed');
  if (!open) return;
  world.happens(event);
  world.azumuta.triggerAgain(open.number);
}

/** Only of what we have booked: who sends an order that was cancelled, or booked by hand, wants it. */
function sendBuiltAgain(
  event: Extract<Single, { kind: 'ERP sends a built order again' }>,
  world: World,
  { orders, addTask }: ScenarioState,
): void {
  const order = orders[event.order];
  if (!order) return;
  const { state, bookings } = world.erp.books(order.ref);
  const isBookedByUs = bookings.length > 0 && bookings.every(({ mark }) => mark !== undefined);
  if (!isBookedByUs || state === 'cancelled') return;
  world.happens(event);
  postOrder(world, order, addTask());
}

type Change = Extract<
  Single,
  { readonly order: number; readonly kind: `planner ${string}` | `operator ${string}` | `article ${string}` }
>;

/** Carries out a change, and records whether it was possible. */
function change(order: ReleasedOrder, event: Change, world: World, state: ScenarioState): void {
  const { kind } = event;
  const { number } = order.ref;
  const wasKnown = isAccepted(order, world);
  const isDone = isPlanners(event)
    ? plannerDoes(order, event, world, state)
    : operatorDoes(order, event, world, state);
  world.timeline.note('people', () => `${kind} (${number})${isDone ? '' : ': cannot be done'}`);
  if (!isDone) return;
  world.happens(event);
  if (wasKnown || order.typed.size > 0 || !irrelevantBeforeAcceptance.has(kind)) order.changes.push(kind);
}

/**
 * Before anybody has accepted the order or typed it by hand, it is as if the order had been like this from the start.
 */
const irrelevantBeforeAcceptance: ReadonlySet<ScenarioEvent['kind']> = new Set([
  'planner changes the quantity',
  'planner renames',
]);

/** Whether the ledger has the order, or may be about to. */
function isAccepted({ numbers, ref }: ReleasedOrder, { plant, scenario }: World): boolean {
  if (scenario.via === 'endpoint' || plant.functions['pull-product-orders'].running() > 0) return true;
  const keys = new Set([`id ${ref.id}`, ...[...numbers].map((number) => `number ${number}`)]);
  return plant.table.items().some(({ pk }) => keys.has(String(pk).replace('ERP-ORDER#', '')));
}

type Planners = Exclude<Change, { readonly kind: `operator ${string}` }>;

function isPlanners(event: Change): event is Planners {
  return !event.kind.startsWith('operator');
}

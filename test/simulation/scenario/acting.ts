import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EndDependencies } from '../../../infra/ops/orders/end-order.ts';
import { type OrderEntry, orderEntryOf } from '../../../shared/ledger/records/product-orders.ts';
import { isSameErpOrder } from '../../../shared/model/orders.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { createChance } from '../world/chance.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { toolsOf } from './administrators.ts';
import { madeAs, type ReleasedOrder, type ScenarioState } from './released-order.ts';
import type { EndedByPerson } from './scenario-event.ts';

/** A person who is about to end something. */
export interface Acting<Event extends EndedByPerson = EndedByPerson> {
  readonly event: Event;
  readonly world: World;
  readonly state: ScenarioState;
  readonly tools: ReturnType<typeof toolsOf>;
  /** With what the commands end an order. */
  readonly dependencies: EndDependencies;
  /** When the person began. */
  readonly from: number;
}

/** Milliseconds that a call of a command takes: the functions go on meanwhile. */
const [fastestMs, slowestMs] = [5, 60];

export function actingOf<Event extends EndedByPerson>(
  event: Event,
  world: World,
  state: ScenarioState,
): Acting<Event> {
  const { plant, time } = world;
  const tools = toolsOf(world, slowly(world));
  const dependencies = {
    ledger: tools.ledger,
    queues: createQueues(plant.queues.client),
    queueUrls: {
      'product-orders': queueUrlOf('product-orders'),
      completions: queueUrlOf('completions'),
    },
  };
  return { event, world, state, tools, dependencies, from: time.now() };
}

/** The ledger as a person's machine reaches it. Its pauses are drawn for each command, so that they change nothing else. */
export function slowly({ plant, time, scenario }: World): Pick<DynamoDBClient, 'send'> {
  const chance = createChance(scenario.seed ^ time.now());
  const { client } = plant.table;
  const send = (command: Parameters<typeof client.send>[0]) =>
    new Promise((resolve, reject) => {
      time.after(chance.between(fastestMs, slowestMs), () => client.send(command).then(resolve, reject));
    });
  // `send` has an overload for each command, and this one answers as the client does.
  return { send: send as unknown as DynamoDBClient['send'] };
}

/** The product orders of an ERP order, as the ledger has them. */
export function entriesOf({ ref }: ReleasedOrder, { plant }: World): readonly OrderEntry[] {
  return plant.table
    .items()
    .filter(({ pk, sk }) => sk === 'ORDER' && String(pk).startsWith('ORDER#'))
    .map(orderEntryOf)
    .filter(({ erpOrder }) => isSameErpOrder(erpOrder, ref));
}

/** Somebody books the open part of an order in the ERP's own screens. */
export function bookByHand(order: ReleasedOrder, { erp, timeline }: World): void {
  if (order.isWithheld || !erp.finishByHand(order.ref)) return;
  timeline.note('people', () => `book ${order.ref.number} by hand`);
  order.changes.push('planner finishes it by hand');
}

/** Notes what a person has done to a product order, and what is there now. */
export function noteDone(
  { event, world, from }: Acting,
  order: ReleasedOrder,
  {
    number,
    index,
    keys = [],
  }: { readonly number: string; readonly index: number; readonly keys?: readonly string[] },
): void {
  const { erp, time, timeline } = world;
  timeline.note('administrator', () => `${event.kind}: ${number}`);
  order.done.push({
    event,
    number,
    index,
    from,
    at: time.now(),
    made: new Set(madeAs(number, order, world).map(({ id }) => id)),
    booked: new Set(erp.books(order.ref).bookings.flatMap(({ mark }) => mark ?? [])),
    keys,
    isTakenBack: false,
  });
}

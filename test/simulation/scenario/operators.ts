import { quantitiesOf } from '../invariants/quantities.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { furtherParameter, inAzumuta, sourceParameter } from '../world/integration.ts';
import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { sendAgain } from './administrators.ts';
import type { ReleasedOrder, ScenarioState } from './released-order.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import { shareOf } from './setting.ts';

type Act = Extract<ScenarioEvent, { readonly kind: `operator ${string}`; readonly at: number }>;

/** Carries out the act in Azumuta. @returns whether it was possible. */
export function operatorDoes(order: ReleasedOrder, act: Act, world: World, state: ScenarioState): boolean {
  const { azumuta } = world;
  const [first] = world.madeFor(order.ref);
  switch (act.kind) {
    case 'operator renames':
      // Until the ledger has the id, nobody could recognise the renamed order if the answer to its creation were lost.
      return (
        first !== undefined &&
        !first.number.endsWith('-R') &&
        world.isKnown(first) &&
        azumuta.rename(first.number, `${first.number}-R`) !== undefined
      );
    case 'operator opens it again':
      return openAgain(order, act, world, state);
    case 'operator removes it': {
      const removed = first && azumuta.remove(first.number);
      if (removed) order.removed.push(removed);
      return removed !== undefined;
    }
    case 'operator types it by hand':
      return typeByHand(order, act.equal, world, state);
    default:
      return act satisfies never;
  }
}

type Reopening = Extract<ScenarioEvent, { kind: 'operator opens it again' }>;

/** The operator had forgotten something, and records it in addition, mostly without a quantity. */
function openAgain(
  { ref, later, reworked, changes }: ReleasedOrder,
  { rework, forgot: { quantity = null, recordings = 1 } = {} }: Reopening,
  world: World,
  { addTask }: ScenarioState,
): boolean {
  const { azumuta, time, timeline } = world;
  const done = world.madeFor(ref).find(({ status }) => status === 'completed');
  if (!done || azumuta.reopen(done.number) === undefined) return false;
  const reworkMs = rework * minuteMs;
  const before = new Set(done.recordings.map(({ id }) => id));
  const over = addTask();
  reworked.push({ id: done.id, number: done.number, from: time.now(), until: time.now() + reworkMs });
  time.after(reworkMs, () => {
    timeline.note('operator', () => `completes ${done.number} again, with what was forgotten`);
    // Another quantity is for a person: for the one who takes care of the order anyway, or who follows the advice.
    const isForPerson = changes.includes('dead letter is discarded') || isAdviceFollowed(world);
    // It may have been renamed or removed in the meantime.
    const now = azumuta.productOrders().find(({ id }) => id === done.id);
    const again =
      now &&
      azumuta.complete(now.number, { id: done.id, quantity: isForPerson ? quantity : null, recordings });
    for (const { id } of again?.recordings ?? []) if (!before.has(id)) later.add(id);
    over();
  });
  return true;
}

const isAdviceFollowed = ({ scenario }: World) =>
  scenario.events.some(({ kind }) => kind === 'person follows the advice');

/**
 * An operator types the product order before the integration creates it. If it equals the wanted one, the integration
 * adopts it; if not, it is reported until it is renamed.
 */
function typeByHand(order: ReleasedOrder, equal: boolean, world: World, state: ScenarioState): boolean {
  const { azumuta, scenario } = world;
  const { ref, quantity } = order;
  const number = scenario.split === 'one' ? ref.number : `${ref.number}/1`;
  if (isCreationBegun(number, world)) return false;
  const pieces = shareOf(scenario, quantity, 1);
  // Equal for the mapping that is deployed meanwhile, too.
  const isMore = scenario.events.some((one) => one.kind === 'configuration is deployed anew' && one.adds);
  const further = isMore ? furtherParameter : {};
  const wanted = { Quantity: pieces, [sourceParameter]: ref.id ?? ref.number, ...further };
  const typed = azumuta.typeByHand(number, inAzumuta(ref.article), equal ? wanted : { Quantity: pieces + 1 });
  if (typed && equal) order.typed.add(typed.id);
  if (typed && !equal) renameLater(typed, world, state);
  return typed !== undefined;
}

/**
 * Typing it while it is being created would make two: numbers are not unique in Azumuta, so nothing could detect it.
 */
function isCreationBegun(number: string, { azumuta, plant }: World): boolean {
  const isThere = azumuta.productOrders().some((one) => one.number === number);
  return (
    isThere ||
    plant.table
      .items()
      .some(({ pk, sk, attempts }) => pk === `ORDER#${number}` && sk === 'ORDER' && Number(attempts) > 0)
  );
}

function renameLater({ number }: BuiltProductOrder, world: World, state: ScenarioState): void {
  const { azumuta, time, timeline } = world;
  const over = state.addTask();
  time.after(30 * minuteMs, () => {
    timeline.note('operator', () => `renames ${number}, which was typed by hand`);
    azumuta.rename(number, `${number} by hand`);
    sendAgain(world, state);
    over();
  });
}

/** A trigger so soon after a reading counts as a repetition: nobody corrects a recording in this time. */
const repetitionMs = 15_000;

/** Somebody changes the recorded quantity of what is booked, and Azumuta sends the trigger again. */
export function correctRecording(
  event: Extract<ScenarioEvent, { kind: 'recording is corrected afterwards' }>,
  world: World,
  { orders }: ScenarioState,
): void {
  const order = orders[event.order];
  if (!order) return;
  const { azumuta, time, timeline } = world;
  const part = world.madeFor(order.ref).find((one) => isBooked(one, order, world));
  const recording = part?.recordings.findLast(({ good }) => good !== undefined);
  const is = (recording?.good ?? 0) + event.more;
  if (!part || !recording || is < 0) return;
  world.happens(event);
  timeline.note('people', () => `${event.kind}: ${part.number} had ${recording.good} good, and has ${is}`);
  const booked = order.corrected.get(recording.id)?.booked ?? Number(recording.good);
  order.corrected.set(recording.id, { booked, at: time.now() });
  azumuta.correct(part.id, recording.id, is);
  azumuta.triggerAgain(part.number);
}

function isBooked(one: BuiltProductOrder, order: ReleasedOrder, world: World): boolean {
  // A trigger that names what came later as well is not compared.
  if (one.status !== 'completed' || order.reworked.length > 0) return false;
  return quantitiesOf(world, one).some(
    ({ state, readAt }) => state === 'done' && world.time.now() - Date.parse(String(readAt)) > repetitionMs,
  );
}

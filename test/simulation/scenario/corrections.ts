import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { World } from '../world/world.ts';
import type { ReleasedOrder, ScenarioState } from './released-order.ts';
import type { ScenarioEvent } from './scenario-event.ts';

type Correction = Extract<ScenarioEvent, { kind: 'recording is corrected afterwards' }>;

/** A trigger so soon after a reading counts as a repetition: nobody corrects a recording in this time. */
const repetitionMs = 15_000;

/** Somebody changes the recorded quantity of what is booked, and Azumuta sends the trigger again. */
export function correctRecording(event: Correction, world: World, { orders }: ScenarioState): void {
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

function isBooked({ id, status }: BuiltProductOrder, order: ReleasedOrder, { plant, time }: World): boolean {
  // A trigger that names what came later as well is not compared.
  if (status !== 'completed' || order.reworked.length > 0) return false;
  return plant.table
    .items()
    .some(
      ({ sk, state, readAt }) =>
        sk === `BOOKING#${id}#quantity` &&
        state === 'done' &&
        time.now() - Date.parse(String(readAt)) > repetitionMs,
    );
}

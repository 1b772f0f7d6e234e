import { discardDeadLetters } from '../../../infra/console/dead-letters.ts';
import { UsageError } from '../../../infra/ops/cli/command.ts';
import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { type Acting, actingOf } from './acting.ts';
import { toolsOf } from './administrators.ts';
import { personActs } from './person-acts.ts';
import { isOfGivenUp, type ScenarioState } from './released-order.ts';
import { because, type EndedByPerson } from './scenario-event.ts';

/** As the commands say where something is under way: in a few minutes. */
const tryAgainMs = 5 * minuteMs;
const mostTries = 4;

/** A person ends something; what cannot be ended yet is tried again on the following days. */
export function endByPerson(event: EndedByPerson, world: World, state: ScenarioState, tries = 1): void {
  const { time, timeline, plant } = world;
  const over = state.addTask();
  state.meant.add(event);
  const doing = doneBy(actingOf(event, world, state)).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    timeline.note('administrator', () => `${event.kind}: ${error.message}`);
    if (tries === mostTries) return false;
    const waiting = state.addTask();
    time.after(tryAgainMs, () => {
      endByPerson(event, world, state, tries + 1);
      waiting();
    });
    return false;
  });
  void doing
    .then((isDone) => {
      if (!isDone) return;
      state.meant.delete(event);
      world.happens(event);
      for (const poller of Object.values(plant.pollers)) poller.wake();
    })
    .finally(over);
}

/** Each kind has its own act, which takes its own event. */
function doneBy(acting: Acting): Promise<boolean> {
  // The table has an entry for each kind, which takes the events of that kind.
  const { does } = personActs[acting.event.kind] as { does: (acting: Acting) => Promise<boolean> };
  return does(acting);
}

/** Letters of what was given up, which came while that was done, are discarded like those that were there. */
export function discardOfGivenUp(world: World, { orders, addTask }: ScenarioState): void {
  if (!orders.some((order) => order && order.done.length > 0)) return;
  const over = addTask();
  const wanted = ({ numbers }: { readonly numbers: readonly string[] }) =>
    orders.some((order) => order && isOfGivenUp(order, numbers));
  void discardDeadLetters({ wanted, note: because }, toolsOf(world)).then(over);
}

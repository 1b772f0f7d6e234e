import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import type { ReleasedOrder } from './released-order.ts';

/** An operator looks so often whether there is something to build. */
const lookAgainMs = 3 * minuteMs;
/** Nobody looks any longer: an order that is not there by then is lost, or was told. */
const patienceMs = 24 * 60 * minuteMs;
/** Between two product orders that are completed one after the other. */
export const betweenMs = 4 * minuteMs;

/** Completes what is open of an order, one product order after the other, until all that was wanted is built. */
export function startOperator(world: World, order: ReleasedOrder, done: () => void): void {
  const { time, scenario } = world;
  const givesUpAt = time.now() + patienceMs;
  time.after(order.planned.builtAfter * minuteMs, build);

  function build(): void {
    const made = world.madeFor(order.ref);
    const wanted = scenario.split === 'one' ? 1 : order.quantity;
    // One that was opened again is somebody else's work.
    const open = made.find(({ recordings }) => recordings.length === 0);
    const isDone = made.filter(({ status }) => status === 'completed').length >= wanted;
    if (isDone || time.now() > givesUpAt || (!open && isWithdrawn(order))) done();
    else {
      if (open) complete(world, order, open);
      time.after(open ? betweenMs : lookAgainMs, build);
    }
  }
}

function isWithdrawn({ changes }: ReleasedOrder): boolean {
  return changes.some((one) => one === 'planner cancels' || one === 'planner finishes it by hand');
}

function complete(
  { scenario, azumuta, timeline }: World,
  { planned, quantity: wanted }: ReleasedOrder,
  { id, number, parameters }: BuiltProductOrder,
): void {
  const pieces = scenario.split === 'one' ? wanted : 1;
  const scrap = Math.min(planned.scrap, pieces - 1);
  const serials = {
    plain: [],
    lots: [`L-${id.slice(0, 6)}`],
    serials: Array.from({ length: pieces }, (_, at) => `S-${id.slice(0, 6)}-${at + 1}`),
  };
  timeline.note('operator', () => `completes ${number}: ${pieces - scrap} good, ${scrap} scrap`);
  // As planned: some record no quantity then.
  const isPlain = scrap === 0 && parameters.Quantity === pieces && planned.builtAfter % 4 === 0;
  const quantity = isPlain ? null : pieces - scrap;
  azumuta.complete(number, { id, quantity, scrap, serials: serials[planned.article] });
}

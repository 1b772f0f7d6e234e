import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { sourceParameter } from '../world/integration.ts';
import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { sendAgain } from './administrators.ts';
import type { Happening } from './happening.ts';
import type { ReleasedOrder } from './released-order.ts';
import type { Stage } from './stage.ts';

type Act = Extract<Happening, { readonly kind: `operator ${string}`; readonly at: number }>;

/** Does it in Azumuta. @returns whether it could be done. */
export function operatorDoes(order: ReleasedOrder, act: Act, world: World, stage: Stage): boolean {
  const { azumuta } = world;
  const [first] = world.madeFor(order.ref);
  switch (act.kind) {
    case 'operator renames':
      // Nobody could know it again before the ledger has its id, were the answer to its creation lost.
      return (
        first !== undefined &&
        !first.number.endsWith('-R') &&
        world.isKnown(first) &&
        azumuta.rename(first.number, `${first.number}-R`) !== undefined
      );
    case 'operator opens it again':
      return isOpenedAgain(order, act.rework * minuteMs, world, stage);
    case 'operator removes it': {
      const removed = first && azumuta.remove(first.number);
      if (removed) order.removed.push(removed);
      return removed !== undefined;
    }
    case 'operator types it by hand':
      return isTyped(order, act.equal, world, stage);
    default:
      return act satisfies never;
  }
}

/** Something was forgotten: it is recorded in addition, without a quantity. */
function isOpenedAgain(
  { ref, later, reworked }: ReleasedOrder,
  reworkMs: number,
  world: World,
  { begun }: Stage,
): boolean {
  const { azumuta, time, timeline } = world;
  const done = world.madeFor(ref).find(({ status }) => status === 'completed');
  if (!done || azumuta.reopen(done.number) === undefined) return false;
  const before = new Set(done.recordings.map(({ id }) => id));
  const over = begun();
  reworked.push({ id: done.id, number: done.number, from: time.now(), until: time.now() + reworkMs });
  time.after(reworkMs, () => {
    timeline.note('operator', () => `completes ${done.number} again, with what was forgotten`);
    // It may have another name by now, or be gone.
    const now = azumuta.productOrders().find(({ id }) => id === done.id);
    const again = now && azumuta.complete(now.number, { id: done.id, quantity: null, recordings: 1 });
    for (const { id } of again?.recordings ?? []) if (!before.has(id)) later.add(id);
    over();
  });
  return true;
}

/**
 * Somebody does not wait for the integration. What is equal to what it is going to create is adopted; what differs is
 * told, until it has another name.
 */
function isTyped(order: ReleasedOrder, equal: boolean, world: World, stage: Stage): boolean {
  const { azumuta, scenario } = world;
  const { ref, quantity } = order;
  const number = scenario.split === 'one' ? ref.number : `${ref.number}/1`;
  if (isBegun(number, world)) return false;
  const pieces = scenario.split === 'one' ? quantity : 1;
  const wanted = { Quantity: pieces, [sourceParameter]: ref.id ?? ref.number };
  const typed = azumuta.typeByHand(number, ref.article, equal ? wanted : { Quantity: pieces + 1 });
  if (typed && equal) order.typed.add(typed.id);
  if (typed && !equal) renameLater(typed, world, stage);
  return typed !== undefined;
}

/** Who types it while it is being created makes two of it: no number is unique in Azumuta, and nobody could tell. */
function isBegun(number: string, { azumuta, plant }: World): boolean {
  const isThere = azumuta.productOrders().some((one) => one.number === number);
  return (
    isThere ||
    plant.table
      .items()
      .some(({ pk, sk, attempts }) => pk === `ORDER#${number}` && sk === 'ORDER' && Number(attempts) > 0)
  );
}

function renameLater({ number }: BuiltProductOrder, world: World, stage: Stage): void {
  const { azumuta, time, timeline } = world;
  const over = stage.begun();
  time.after(30 * minuteMs, () => {
    timeline.note('operator', () => `renames ${number}, which was typed by hand`);
    azumuta.rename(number, `${number} by hand`);
    sendAgain(world, stage);
    over();
  });
}

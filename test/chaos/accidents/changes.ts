import { setTimeout as pause } from 'node:timers/promises';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { ProductionOrder } from '../../../infra/local/sandbox/erp/store.ts';
import type { ChangedOrder } from '../balance/injected.ts';
import { postOrders } from '../load/post-orders.ts';
import type { Floor } from '../load/shop-floor.ts';
import type { Dice } from './dice.ts';

interface ChangesOptions {
  readonly floor: Pick<Floor, 'expect'>;
  readonly post: (orders: readonly ProductionOrder[]) => Promise<void>;
  /** Nothing is pulled, so every order must be posted. */
  readonly single: boolean;
  /** Once it aborts, planners do not wait between two changes. */
  readonly signal: AbortSignal;
}

/** The longest wait before a change. The first change may come before the product orders are created. */
const maxWaitMs = 6_000;
const maxParts = 5;

/**
 * Orders that planners change while they are built: split orders get another quantity once or twice, and orders that
 * are not split get another number. Each state is posted in turn; a pull may read it as well.
 */
export function createChanges(
  system: LocalSystem,
  dice: Dice,
  { floor, post, single, signal }: ChangesOptions,
) {
  const all: ChangedOrder[] = [];

  /** Draws everything at once, so that the draws do not depend on when the changes are made. */
  function draw() {
    const split = dice.weighted([
      [3, 'each'],
      [3, 'when-all-done'],
      [2, 'one'],
    ] as const);
    const quantities = [dice.between(1, maxParts - 1)];
    for (let more = dice.between(1, 2); more > 0; more -= 1) {
      const last = quantities.at(-1) ?? 1;
      quantities.push(((last + dice.between(0, maxParts - 2)) % maxParts) + 1);
    }
    const waits = quantities.map(() => dice.between(0, maxWaitMs));
    return { split, quantities, waits, seed: dice.seed(), isPosted: single || dice.chance(0.7) };
  }

  /** Releases an order that planners change; resolves when the last change was posted. */
  async function release() {
    const { split, quantities, waits, seed, isPosted } = draw();
    const [first = 1, ...later] = quantities;
    const options = { side: 'Left', split };
    const [order] = await system.erp.release({ quantity: first, seed, options });
    if (!order) return;
    const { id, number } = order;
    const names = [number];
    const known: number[] = [first];
    all.push({ id, names, split, quantities: known });
    if (split === 'one') floor.expect({ numbers: () => names, quantity: first });
    else
      for (let index = 1; index <= Math.max(...quantities); index += 1)
        floor.expect({
          numbers: () => [`${number}/${index}`],
          quantity: 1,
          isWanted: () => index <= (known.at(-1) ?? 0),
        });
    if (isPosted) await post([order]);
    for (const [at, quantity] of (split === 'one' ? [first] : later).entries()) {
      await pause(waits[at] ?? 0, undefined, { signal }).catch(() => undefined);
      // Recorded before it is done, because the answer to the call may be lost.
      if (split === 'one') names.push(`${number}-B`);
      else known.push(quantity);
      const revision = split === 'one' ? { number: `${number}-B` } : { quantity };
      await postOrders(system, [await system.erp.revise(id, revision)]);
    }
  }

  return { release, all: all as readonly ChangedOrder[] };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import type { Dice } from '../accidents/dice.ts';
import { longestWaitMs } from './patience.ts';

/** A product order that operators will complete. */
interface Task {
  readonly number: string;
  /** Planned quantity. */
  readonly quantity: number;
  readonly notBefore: number;
}

const operators = 4;
/** The wait before looking again for an order that does not exist yet; longer when there are many. */
const lookAgainMs = 800;
const lookAgainMsEach = 20;

/** The operators in Azumuta: they complete each order as soon as it exists. */
export function createFloor({ azumuta }: LocalSystem, dice: Dice) {
  let waiting: Task[] = [];
  let atWork = 0;
  const done = new Set<string>();
  let finishing = false;
  let latestAt = performance.now();

  async function operate() {
    while (!(finishing && waiting.length === 0 && atWork === 0)) {
      const next = waiting[0];
      if (!next || next.notBefore > performance.now()) {
        if (finishing && performance.now() - latestAt > longestWaitMs) return;
        await pause(50);
        continue;
      }
      waiting.shift();
      atWork += 1;
      try {
        if (await isCompleted(next)) continue;
        const ms = Math.max(lookAgainMs, waiting.length * lookAgainMsEach);
        waiting.push({ ...next, notBefore: performance.now() + ms });
      } finally {
        atWork -= 1;
      }
    }
  }

  /** False when it is not in Azumuta yet. */
  async function isCompleted({ number, quantity }: Task): Promise<boolean> {
    const scrap = dice.chance(0.1) ? Math.min(quantity, dice.between(1, 3)) : 0;
    try {
      await azumuta.complete(number, { scrap, quantity: quantity - scrap });
    } catch (error) {
      // Completed already.
      if (!/ 409 /.test(reasonOf(error))) return false;
    }
    done.add(number);
    latestAt = performance.now();
    return true;
  }

  const working = Promise.all(Array.from({ length: operators }, operate));
  working.catch(() => undefined);
  return {
    /** Adds an order to complete. */
    expect: (number: string, quantity: number) => {
      waiting.push({ number, quantity, notBefore: performance.now() });
    },
    /** How many orders are not completed yet. */
    open: () => atWork + waiting.length,
    /** The numbers of completed orders. */
    completed: done as ReadonlySet<string>,
    /** Resolves when every expected order is completed. @throws Error when one is never created. */
    async finish() {
      finishing = true;
      latestAt = performance.now();
      await working;
      if (waiting.length > 0) {
        const some = waiting.slice(0, 5).map(({ number }) => number);
        waiting = [];
        throw new Error(
          `No order came to Azumuta for ${longestWaitMs / 1000} s; awaited: ${some.join(', ')} …`,
        );
      }
    },
  };
}

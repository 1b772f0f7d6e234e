import { setImmediate as turn } from 'node:timers/promises';
import { insertByTime, type Timed } from '../by-time.ts';

export type VirtualTime = ReturnType<typeof createVirtualTime>;

interface Planned extends Timed {
  readonly act: () => void;
  readonly isAlone: boolean;
}

/** A run that hangs in virtual time fails with its timeline, so that the program always ends. */
const usualMaxSteps = 500_000;

/** There were too many steps. */
export class NoEnd extends Error {}

/** Time that advances only when nothing is left to do at the present moment. Epoch milliseconds. */
export function createVirtualTime(start: number, maxSteps = usualMaxSteps) {
  const planned: Planned[] = [];
  let now = start;
  let steps = 0;

  function plan(ms: number, act: () => void, isAlone = false): void {
    insertByTime(planned, { ms: Math.max(ms, now), act, isAlone });
  }

  return {
    now: () => now,
    /** Acts of the same moment run in the order of planning. An act in the past runs at once. */
    at: (ms: number, act: () => void) => plan(ms, act),
    after: (ms: number, act: () => void) => plan(now + ms, act),
    /** Same as `after`, for an act that settles no promise, so that the next step need not wait. */
    afterAlone: (ms: number, act: () => void) => plan(now + ms, act, true),
    /**
     * Runs until `isOver`, which is called after each step, or until nothing is planned any more.
     * @returns false when nothing is planned any more.
     * @throws NoEnd after too many steps.
     */
    async run(isOver: () => boolean): Promise<boolean> {
      while (!isOver()) {
        const next = planned.shift();
        if (!next) return false;
        now = next.ms;
        next.act();
        // Everything that follows happens before the next step: promises settle first, then this resumes.
        if (!next.isAlone) await turn();
        steps += 1;
        if (steps > maxSteps) throw new NoEnd(`There is no end after ${maxSteps} steps.`);
      }
      return true;
    },
  };
}

import { setImmediate as turn } from 'node:timers/promises';
import { type Placed, pop, push } from '../heap.ts';

/** Time that passes only when nothing is left to do at the present moment. Epoch milliseconds. */
export interface VirtualTime {
  readonly now: () => number;
  /** Of several at one moment, the first that was planned comes first. What lies in the past comes at once. */
  readonly at: (ms: number, act: () => void) => void;
  readonly after: (ms: number, act: () => void) => void;
  /** As `after`, of an act that settles no promise: nothing has to be waited for before the next step. */
  readonly afterAlone: (ms: number, act: () => void) => void;
  /**
   * Goes on until `isOver`, which is asked after each step, or nothing is planned any more.
   * @returns false when nothing is planned any more.
   * @throws NoEnd when so many steps have not led to an end.
   */
  readonly run: (isOver: () => boolean) => Promise<boolean>;
  readonly steps: () => number;
}

interface Planned extends Placed {
  readonly act: () => void;
  readonly isAlone: boolean;
}

/** What hangs in virtual time ends with a failure and its timeline, never with a program that does not end. */
const usuallyMostSteps = 200_000;

/** So many steps have not led to an end. */
export class NoEnd extends Error {}

export function createVirtualTime(start: number, mostSteps = usuallyMostSteps): VirtualTime {
  const heap: Planned[] = [];
  let now = start;
  let places = 0;
  let steps = 0;

  function plan(ms: number, act: () => void, isAlone = false): void {
    push(heap, { ms: Math.max(ms, now), place: places++, act, isAlone });
  }

  return {
    now: () => now,
    at: (ms, act) => plan(ms, act),
    after: (ms, act) => plan(now + ms, act),
    afterAlone: (ms, act) => plan(now + ms, act, true),
    async run(isOver) {
      while (!isOver()) {
        const next = pop(heap);
        if (!next) return false;
        now = next.ms;
        next.act();
        // All that follows from it happens before the next step: promises first, then this.
        if (!next.isAlone) await turn();
        steps += 1;
        if (steps > mostSteps) throw new NoEnd(`${mostSteps} steps, and no end.`);
      }
      return true;
    },
    steps: () => steps,
  };
}

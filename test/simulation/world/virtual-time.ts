import { setImmediate as turn } from 'node:timers/promises';

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

interface Planned {
  readonly ms: number;
  readonly place: number;
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

function isBefore(one: Planned, other: Planned): boolean {
  return one.ms < other.ms || (one.ms === other.ms && one.place < other.place);
}

function push(heap: Planned[], planned: Planned): void {
  let at = heap.length;
  heap.push(planned);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (!parent || !isBefore(planned, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = planned;
}

function pop(heap: Planned[]): Planned | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    let below = left;
    const [leftOne, rightOne] = [heap[left], heap[right]];
    if (leftOne && rightOne && isBefore(rightOne, leftOne)) below = right;
    const child = heap[below];
    if (!child || !isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
  return first;
}

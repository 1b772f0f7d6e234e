import { setImmediate as turn } from 'node:timers/promises';

/** Time that passes only when nothing is left to do at the present moment. Epoch milliseconds. */
export interface VirtualTime {
  readonly now: () => number;
  /** Of several at one moment, the first that was planned comes first. What lies in the past comes at once. */
  readonly at: (ms: number, act: () => void) => void;
  readonly after: (ms: number, act: () => void) => void;
  /**
   * Goes on until `isOver`, which is asked after each step, or nothing is planned any more.
   * @returns false when nothing is planned any more.
   * @throws Error when so many steps have not led to an end.
   */
  readonly run: (isOver: () => boolean) => Promise<boolean>;
  readonly steps: () => number;
}

interface Planned {
  readonly ms: number;
  readonly place: number;
  readonly act: () => void;
}

/** What hangs in virtual time ends with a failure and its timeline, never with a program that does not end. */
const mostSteps = 200_000;

export function createVirtualTime(start: number): VirtualTime {
  const heap: Planned[] = [];
  let now = start;
  let places = 0;
  let steps = 0;

  function at(ms: number, act: () => void): void {
    push(heap, { ms: Math.max(ms, now), place: places++, act });
  }

  return {
    now: () => now,
    at,
    after: (ms, act) => at(now + ms, act),
    async run(isOver) {
      while (!isOver()) {
        const next = pop(heap);
        if (!next) return false;
        now = next.ms;
        next.act();
        // All that follows from it happens before the next step: promises first, then this.
        await turn();
        steps += 1;
        if (steps > mostSteps) throw new Error(`${mostSteps} steps, and no end.`);
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

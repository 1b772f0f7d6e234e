/** An element with its moment; among elements of the same moment, the one with the lowest place comes first. */
export interface Placed {
  readonly ms: number;
  readonly place: number;
}

function isBefore(one: Placed, other: Placed): boolean {
  return one.ms < other.ms || (one.ms === other.ms && one.place < other.place);
}

/** Adds an element to a heap, whose first element is the earliest. */
export function push<T extends Placed>(heap: T[], placed: T): void {
  let at = heap.length;
  heap.push(placed);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (!parent || !isBefore(placed, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = placed;
}

/** Removes and returns the earliest element. */
export function pop<T extends Placed>(heap: T[]): T | undefined {
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

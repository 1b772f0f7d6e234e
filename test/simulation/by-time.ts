/** Something that comes at a moment. */
export interface Timed {
  readonly ms: number;
}

/** Adds an element to a list that is sorted by time, behind those of the same moment. */
export function insertByTime<T extends Timed>(list: T[], timed: T): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(list[middle]?.ms) <= timed.ms) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, timed);
}

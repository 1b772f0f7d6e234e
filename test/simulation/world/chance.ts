/** All random choices of one run: the same seed makes the same choices on any machine. */
export interface Chance {
  /** In [0, 1). */
  readonly next: () => number;
  /** A whole number, both bounds included. */
  readonly between: (least: number, most: number) => number;
  /** True with this probability. */
  readonly happens: (probability: number) => boolean;
  /** @throws RangeError for an empty list. */
  readonly pick: <T>(all: readonly T[]) => T;
  /** An independent stream of choices. */
  readonly fork: () => Chance;
  /** A unique id of 17 characters. */
  readonly id: () => string;
}

/** Source of the generator: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators"; in 32 bits. */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  let ids = 0;
  const whole = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const next = () => whole() / 2 ** 32;
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));

  return {
    next,
    between,
    happens: (probability) => next() < probability,
    pick<T>(all: readonly T[]): T {
      const chosen = all[between(0, all.length - 1)];
      if (chosen === undefined) throw new RangeError('There is nothing to choose from.');
      return chosen;
    },
    fork: () => createChance(whole()),
    id() {
      ids += 1;
      return `${whole().toString(36).padStart(7, '0')}${whole().toString(36).padStart(7, '0')}${ids.toString(36).padStart(3, '0')}`;
    },
  };
}

import { seededDraw } from '../../../infra/local/sandbox/faults.ts';

/** All random choices of a run, drawn from its seed. The draws can be repeated, but not the timing of the machine. */
export interface Dice {
  readonly chance: (probability: number) => boolean;
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly oneOf: <T>(choices: readonly [T, ...T[]]) => T;
  /** A seed for the draws of another program. */
  readonly seed: () => number;
}

/** Each part of a run has its own dice, so that its draws do not depend on another part's timing. */
export function createDice(seed: number, part: string): Dice {
  const mixed = [...part].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), seed);
  const draw = seededDraw(mixed);
  const between = (low: number, high: number) => low + Math.floor(draw() * (high - low + 1));
  return {
    chance: (probability) => draw() < probability,
    between,
    oneOf: (choices) => choices[between(0, choices.length - 1)] ?? choices[0],
    seed: () => between(1, 1_000_000),
  };
}

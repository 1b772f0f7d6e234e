import type { BundleSize } from './bundle-sizes.ts';
import type { CostLine } from './cost.ts';
import type { DoorTimes } from './door.ts';
import type { ImportTime } from './imports.ts';
import type { Pulled, PulledAfterKill } from './pulling.ts';
import type { Fault, Losses, Round } from './rounds.ts';

/** What was measured of one contender. */
export interface ContenderFigures {
  readonly name: string;
  readonly rounds: readonly Round[];
  readonly losses: Readonly<Record<Fault, Losses>>;
}

/** Everything that was measured; a part that was not asked for is missing. */
export interface Figures {
  readonly machine: string;
  readonly at: string;
  readonly delayMs: number;
  bundles?: readonly BundleSize[];
  imports?: readonly ImportTime[];
  door?: DoorTimes;
  contenders?: readonly ContenderFigures[];
  pulled?: { readonly small: Pulled; readonly large: Pulled };
  killedPull?: PulledAfterKill;
  bills?: { readonly completions: readonly CostLine[]; readonly orders: readonly CostLine[] };
  seconds?: Readonly<Record<string, number>>;
}

import type { BundleSize } from '../bundles/bundle-sizes.ts';
import type { ImportTime } from '../bundles/imports.ts';
import type { DoorTimes } from '../bundles/receive-webhook.ts';
import type { CostLine } from '../cost/cost.ts';
import type { CallsOfBooking } from '../partners/calls-per-booking.ts';
import type { Pulled, PulledAfterKill } from '../pulling.ts';
import type { Simulated } from '../simulation.ts';
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
  calls?: readonly CallsOfBooking[];
  pulled?: { readonly small: Pulled; readonly large: Pulled };
  killedPull?: PulledAfterKill;
  bills?: { readonly completions: readonly CostLine[]; readonly orders: readonly CostLine[] };
  simulation?: Simulated;
  seconds?: Readonly<Record<string, number>>;
}

import type { BundleSize } from '../bundles/bundle-sizes.ts';
import type { ImportTime } from '../bundles/imports.ts';
import type { Flow } from '../cost/bill.ts';
import type { Measured } from '../cost/cost.ts';
import type { MonthLine, Stage } from '../cost/month.ts';
import type { CallsOfBooking } from '../partners/calls-per-booking.ts';
import type { Fault, Losses, Round } from './rounds.ts';

export const peerName = 'Powertools';

/** Everything that was measured; parts that were not requested are missing. */
export interface Figures {
  bundles?: readonly BundleSize[];
  imports?: readonly ImportTime[];
  /** This bundle first, then its peer. */
  completions?: readonly { readonly name: string; readonly rounds: readonly Round[] }[];
  /** Median from trigger to booking. */
  waitMs?: number;
  accidents?: readonly { readonly name: string; readonly fault: Fault; readonly losses: Losses }[];
  calls?: readonly CallsOfBooking[];
  month?: Readonly<Record<Stage, readonly MonthLine[]>>;
  bills?: readonly { readonly name: string; readonly flow: Flow; readonly measured: Measured }[];
}

/** One line of the table. */
export interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly against: string;
  readonly wanted: string;
  /** Undefined if there is no target. */
  readonly reached?: boolean;
}

import { afterwards } from './afterwards.ts';
import { completionMutants } from './completion-mutants.ts';
import { ledgerMutants } from './ledger-mutants.ts';
import type { Mutant } from './mutant.ts';
import { orderMutants } from './order-mutants.ts';
import { partnerMutants } from './partner-mutants.ts';

/** All faults that the simulation must find, each planted alone. */
export const mutants: readonly Mutant[] = [
  ...ledgerMutants,
  ...completionMutants,
  ...orderMutants,
  ...partnerMutants,
  ...afterwards,
];

import type { PromiseName } from '../invariants/finding.ts';
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
];

/** Why no mutant names a promise. */
export const withoutMutant: Readonly<Partial<Record<PromiseName, string>>> = {
  ordered: 'Only what an ERP order is mapped to is created: no line could be cut out that prevents more.',
  wakes: 'Most is built by the end: a fault that lets something sleep breaks other promises, too.',
  unexpected: 'It is for faults that nobody has in mind.',
};

import type { PromiseName } from '../invariants/finding.ts';
import { completionFaults } from './completion-faults.ts';
import { connectorFaults } from './connector-faults.ts';
import { ledgerFaults } from './ledger-faults.ts';
import type { Mutant } from './mutant.ts';
import { orderFaults } from './order-faults.ts';
import { partnerFaults } from './partner-faults.ts';
import { peopleFaults } from './people-faults.ts';

/** All known faults, each of which is planted alone. */
export const mutants: readonly Mutant[] = [
  ledgerFaults,
  completionFaults,
  orderFaults,
  partnerFaults,
  connectorFaults,
  peopleFaults,
].flatMap((byFile) =>
  Object.entries(byFile).flatMap(([file, faults]) =>
    Object.entries(faults).map(([name, fault]) => ({ file, name, ...fault })),
  ),
);

/** Why no mutant names a promise. */
export const withoutMutant: Readonly<Partial<Record<PromiseName, string>>> = {
  ordered: 'Only what an ERP order is mapped to is created: no line could be cut out that prevents more.',
  unexpected: 'It is for faults that nobody has in mind.',
};

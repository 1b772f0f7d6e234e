import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { Sandbox } from '../../../infra/local/sandbox/sandboxes.ts';
import type { Fault } from '../../support/faults.ts';
import type { ErpBooks } from '../balance/books.ts';

/** An ERP whose plant is under load. */
export interface ChaosErp extends Pick<Sandbox['control'], 'meddle'> {
  /** How it may fail and pass. */
  readonly faults: readonly Fault[];
  /** Releases orders. @returns each as the ERP posts it to the order endpoint. */
  readonly release: (count: number) => Promise<readonly object[]>;
  readonly quantityOf: (number: string) => number;
  readonly books: () => ErpBooks;
}

/** How a plant with this ERP is started. */
export interface ChaosPlant {
  readonly integrationFile: string;
  /** Starts what is to run before the system. */
  readonly start: () => Promise<{
    readonly environment: Readonly<Record<string, string>>;
    readonly erpOf: (system: LocalSystem) => ChaosErp;
    readonly stop: () => Promise<void>;
  }>;
}

/** The longest time that an ERP takes to commit a write: the settling time of the local run is longer (3 s), as a takeover relies on it. */
export const slowestCommitMs = 1_500;

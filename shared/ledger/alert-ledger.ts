import { createLedger, type Ledger, type LedgerOptions } from './ledger.ts';
import { type AlertRecords, createAlertRecords } from './records/alerts.ts';
import { createTroubles, type Troubles } from './records/troubles.ts';

/** The ledger of whoever tells people of it: the flows do without, and their bundles stay small. */
export interface AlertLedger extends Ledger {
  /** What a person must see to now. */
  readonly troubles: Troubles;
  /** What people were told. */
  readonly alerts: AlertRecords;
}

export function createAlertLedger(options: LedgerOptions): AlertLedger {
  const { table, clock } = options;
  return {
    ...createLedger(options),
    troubles: createTroubles(table),
    alerts: createAlertRecords(table, clock),
  };
}

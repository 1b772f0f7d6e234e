import { ledgerIndexes } from '../../shared/ledger/keys.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { createTableModel, type TableModel } from '../simulation/aws/table.ts';

export const tableName = 'ledger';
export const indexes = Object.values(ledgerIndexes);

/**
 * A model of DynamoDB with the empty ledger table, verified against dynalite (test/simulation/aws); its indexes never
 * lag.
 */
export function createLedgerModel(): TableModel {
  return createTableModel({ name: tableName, indexes, now: () => 0, indexLagMs: () => 0 });
}

/** An empty ledger table on that model. */
export function modelledTable(): Table {
  return new Table(createLedgerModel().client, tableName);
}

import { ledgerIndexes } from '../../shared/ledger/table-schema.ts';
import { createTable, type Table } from '../../shared/platform/dynamodb-table.ts';
import { createTableModel } from '../simulation/aws/table.ts';

/** An empty ledger table on a model of DynamoDB, for tests that run thousands of times; its indexes never lag. */
export function modelledTable(): Table {
  const name = 'ledger';
  const indexes = Object.values(ledgerIndexes);
  return createTable(createTableModel({ name, indexes, now: () => 0, indexLagMs: () => 0 }).client, name);
}

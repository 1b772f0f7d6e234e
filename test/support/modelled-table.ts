import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { createTableModel } from '../simulation/aws/table.ts';

/**
 * The empty ledger table on a model of DynamoDB, verified against dynalite (test/simulation/aws); its indexes never lag.
 */
export const createLedgerModel = () => createTableModel({ now: () => 0, indexLagMs: () => 0 });
export const modelledTable = () => new Table(createLedgerModel().client, 'ledger');

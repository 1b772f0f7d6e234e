import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  paginateListTables,
} from '@aws-sdk/client-dynamodb';
import { ledgerIndexes, ledgerTimeToLive } from '../../../shared/ledger/table-schema.ts';
import { counted } from '../cli/output.ts';
import type { Target } from '../cli/target.ts';
import { fine, wrong } from './finding.ts';

/** Checks that the ledger's table works, and is not an empty one beside one with items. Reads only. */
export async function lookAtLedger(target: Target) {
  const client = new DynamoDBClient(target.aws);
  const TableName = target.output('LedgerTable');
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  if (Table?.TableStatus !== 'ACTIVE')
    return wrong(
      `its state is ${Table?.TableStatus ?? 'unknown'}`,
      'wait until it is ACTIVE, and look again',
    );
  const active = new Set(
    (Table.GlobalSecondaryIndexes ?? [])
      .filter(({ IndexStatus }) => IndexStatus === 'ACTIVE')
      .map(({ IndexName }) => IndexName),
  );
  const missing = Object.values(ledgerIndexes).filter(({ name }) => !active.has(name));
  if (missing.length > 0)
    return wrong(
      `the index ${missing.map(({ name }) => name).join(', ')} is missing, or still being built`,
      'deploy this version; a new index of a full table takes some minutes',
    );
  // The local store has no time to live.
  if (!target.local) {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    const { AttributeName, TimeToLiveStatus } = TimeToLiveDescription ?? {};
    if (AttributeName !== ledgerTimeToLive || !/^ENABL/.test(TimeToLiveStatus ?? ''))
      return wrong(
        'it never forgets: time to live is off',
        `aws dynamodb update-time-to-live --table-name ${TableName} --time-to-live-specification Enabled=true,AttributeName=${ledgerTimeToLive}`,
      );
  }
  const forgotten =
    (Table.ItemCount ?? 0) > 0 ? [] : await earlierLedgers(client, target.stackName, TableName);
  if (forgotten.length > 0)
    return wrong(
      `it is empty, but this stack has also ${forgotten.join(' and ')}: what that remembers may be done twice`,
      'pause the flows, and bring it back (infra/RUNBOOK.md, "Bringing a ledger back"), or delete it if it may be forgotten; DynamoDB counts items every six hours',
    );
  return fine(`is there, with its ${active.size} indexes`);
}

/** Tables of this stack that were retained or restored, and have items. CloudFormation names them after the stack. */
async function earlierLedgers(client: DynamoDBClient, stackName: string, current: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { TableNames = [] } of paginateListTables({ client }, {}))
    for (const TableName of TableNames) {
      if (TableName === current || !TableName.startsWith(`${stackName}-Ledger`)) continue;
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      const items = Table?.ItemCount ?? 0;
      if (items > 0) found.push(`${TableName} (${counted(items, 'item')})`);
    }
  return found;
}

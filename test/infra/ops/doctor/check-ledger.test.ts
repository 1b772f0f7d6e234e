import { expect, it } from 'vitest';
import { lookAtLedger } from '../../../../infra/ops/doctor/check-stack.ts';
import { ledgerIndexes, ledgerTimeToLive } from '../../../../shared/ledger/table-schema.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

const own = 'AzumutaErp-demo-local-LedgerTable9343E4AA-NEW';
const retained = 'AzumutaErp-demo-local-LedgerTable9343E4AA-OLD';
const restored = 'AzumutaErp-demo-local-LedgerRestored';

/** What doctor finds of the stack's table where DynamoDB has these, with so many items each. */
async function ledgerAmong(tables: Readonly<Record<string, number>>) {
  const { url: endpoint } = await startServer(({ headers, body }) => {
    const action = String(headers['x-amz-target']).split('.')[1];
    const asked: { TableName?: string; ExclusiveStartTableName?: string } = JSON.parse(body);
    // A page for each name, as an account has hundreds.
    const names = Object.keys(tables);
    const next = names.indexOf(asked.ExclusiveStartTableName ?? '') + 1;
    if (action === 'ListTables')
      return {
        body: {
          TableNames: names.slice(next, next + 1),
          ...(next + 1 < names.length ? { LastEvaluatedTableName: names[next] } : {}),
        },
      };
    if (action === 'DescribeTimeToLive')
      return {
        body: { TimeToLiveDescription: { AttributeName: ledgerTimeToLive, TimeToLiveStatus: 'ENABLED' } },
      };
    return {
      body: {
        Table: {
          TableStatus: 'ACTIVE',
          ItemCount: tables[asked.TableName ?? ''],
          GlobalSecondaryIndexes: Object.values(ledgerIndexes).map(({ name }) => ({
            IndexName: name,
            IndexStatus: 'ACTIVE',
          })),
        },
      },
    };
  });
  return lookAtLedger({ ...onThisMachine({ LedgerTable: own }, endpoint), local: false });
}

it('reports an empty ledger beside one that was retained or restored for this stack', async () => {
  expect(await ledgerAmong({ other: 7, [own]: 0, [retained]: 1200, [restored]: 1 })).toMatchObject({
    result: 'wrong',
    says: `it is empty, but this stack has also ${retained} (1200 items) and ${restored} (1 item): what that remembers may be done twice`,
    next: expect.stringContaining('"Bringing a ledger back"'),
  });
});

it.each([
  ['one that stayed is empty, too', { [own]: 0, [retained]: 0 }],
  ['the others are of another stack', { [own]: 0, 'AzumutaErp-demo-localNorth-LedgerTable9343E4AA-X': 9 }],
  ['it remembers by itself', { [own]: 3, [retained]: 1200 }],
])('accepts a ledger when %s', async (_, tables) => {
  expect(await ledgerAmong(tables)).toMatchObject({ result: 'fine' });
});

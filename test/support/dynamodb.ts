import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { expect, vi } from 'vitest';
import { ledgerIndexes } from '../../shared/ledger/keys.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { createLedgerModel } from './modelled-table.ts';

const tableName = 'ledger';
const indexes = Object.values(ledgerIndexes);

/** An empty ledger table. */
export interface LedgerStore {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly table: Table;
  /** Stops answering calls. */
  readonly stop: () => Promise<void>;
}

/** A DynamoDB on loopback. */
export interface Dynalite extends LedgerStore {
  readonly client: DynamoDBClient;
  readonly url: string;
}

/** The table on our model of DynamoDB. */
export async function startLedgerStore(): Promise<LedgerStore> {
  const model = createLedgerModel();
  let isStopped = false;
  const client = {
    send: (command: Parameters<typeof model.client.send>[0]) =>
      isStopped ? Promise.reject(new Error('connect ECONNREFUSED')) : model.client.send(command),
    // `send` of the SDK has the same overloads as the model's.
  } as Pick<DynamoDBClient, 'send'>;
  return {
    client,
    tableName,
    table: new Table(client, tableName),
    async stop() {
      isStopped = true;
    },
  };
}

/** The table on dynalite, an independent implementation, for tests of code that depends on DynamoDB itself. */
export async function startDynalite(): Promise<Dynalite> {
  const server = dynalite({ createTableMs: 0 });
  // As in loopback.ts: no idle connection may be closed while a caller still uses it.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  // For a TCP server this is an object; a string would be the name of a pipe.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await createLedgerTable(client);
  return {
    client,
    url,
    tableName,
    table: new Table(client, tableName),
    async stop() {
      client.destroy();
      await new Promise((stopped) => server.close(stopped));
    },
  };
}

/** Creates the table of the ledger and waits until it is ACTIVE: before, calls fail with ResourceNotFoundException. */
async function createLedgerTable(client: DynamoDBClient): Promise<void> {
  const attributes = new Map<string, 'S' | 'N'>([
    ['pk', 'S'],
    ['sk', 'S'],
    ...indexes.flatMap(({ partition, sort, sortType }): [string, 'S' | 'N'][] => [
      [partition, 'S'],
      [sort, sortType],
    ]),
  ]);
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      GlobalSecondaryIndexes: indexes.map(({ name, partition, sort }) => ({
        IndexName: name,
        KeySchema: [
          { AttributeName: partition, KeyType: 'HASH' },
          { AttributeName: sort, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      })),
    }),
  );
  await vi.waitFor(
    async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
      expect(Table?.TableStatus).toBe('ACTIVE');
    },
    { interval: 1, timeout: 20_000 },
  );
}

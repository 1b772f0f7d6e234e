import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import dynalite from 'dynalite';
import * as z from 'zod/mini';
import { type AwsClient, awsClient } from '../aws-endpoint/client.ts';
import { runService } from '../process/child-process.ts';
import type { LocalTable } from '../template/read-stack.ts';

interface TablesConfiguration {
  readonly port: number;
  readonly directory: string;
  readonly tables: readonly LocalTable[];
}

/**
 * The tables, kept by dynalite in a LevelDB on disk. A write that was answered has been handed to the operating system,
 * so it survives kill -9. Rare and bounded: a write that was cut off may leave an index entry without its item. Nothing
 * expires: DynamoDB itself promises no more than "within a few days".
 */
runService(async ({ port, directory, tables }: TablesConfiguration) => {
  mkdirSync(directory, { recursive: true });
  const server = dynalite({ path: directory, createTableMs: 0 });
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const dynamodb = awsClient(`http://127.0.0.1:${port}`, 'dynamodb');
  await Promise.all(tables.map((table) => ensureTable(dynamodb, table)));

  return {
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
});

const descriptionSchema = z.object({ Table: z.object({ TableStatus: z.string() }) });

async function ensureTable(dynamodb: AwsClient, table: LocalTable): Promise<void> {
  const created = await dynamodb('CreateTable', {
    TableName: table.name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: table.KeySchema,
    AttributeDefinitions: table.AttributeDefinitions,
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
  });
  // The data folder may hold it already.
  if (created.status !== 200 && !created.type.endsWith('ResourceInUseException'))
    throw new Error(`Table ${table.name} cannot be created: ${created.text}`);
  for (let tries = 0; tries < 100; tries += 1) {
    const { json } = await dynamodb('DescribeTable', { TableName: table.name });
    if (descriptionSchema.parse(json).Table.TableStatus === 'ACTIVE') return;
    await wait(20);
  }
  throw new Error(`Table ${table.name} does not become active: remove the data folder and start again.`);
}

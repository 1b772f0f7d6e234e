import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createLedger, type Ledger } from '../../shared/ledger/ledger.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { unsetSecret } from '../../shared/platform/secrets.ts';
import type { Emulator } from './emulator/emulator.ts';

/** AWS clients with the operator's credentials, for the platform's endpoint. */
export function operatorClients({
  awsEndpoint,
  region,
  credentials,
}: Pick<Emulator, 'awsEndpoint' | 'region' | 'credentials'>) {
  const common = {
    endpoint: awsEndpoint,
    region,
    credentials,
    maxAttempts: 5,
  };
  return {
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient(common),
    secrets: new SecretsManagerClient(common),
  };
}

/** The ledger as the operator reads it. */
export function operatorLedger(dynamodb: DynamoDBClient, emulator: Emulator): Ledger {
  const [table] = emulator.stack.tables;
  if (!table) throw new Error('The stack has no table.');
  return createLedger({
    client: dynamodb,
    tableName: table.name,
    clock: systemClock,
    times: { settlingSeconds: 300 },
  });
}

/** The secret's value, after putting `value` into it if nobody has set it yet. */
export async function setIfUnset(
  secrets: SecretsManagerClient,
  arn: string,
  value: unknown,
): Promise<string> {
  const { SecretString = unsetSecret } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
  if (SecretString !== unsetSecret) return SecretString;
  const text = JSON.stringify(value);
  await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
  return text;
}

/** A token or key of 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { BreakerForPeople } from '../../shared/circuit-breaker/breaker-for-people.ts';
import { usualSettlingSeconds } from '../../shared/erp/options.ts';
import { createLedger } from '../../shared/ledger/ledger.ts';
import { OrderLists } from '../../shared/ledger/records/order-lists.ts';
import type { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { storedSecret } from '../../shared/platform/aws/secrets.ts';
import { type Clock, systemClock } from '../../shared/platform/clock.ts';
import type { Emulator } from './emulator/emulator.ts';

export function operatorClients(emulator: Pick<Emulator, 'awsEndpoint' | 'region' | 'credentials'>) {
  const { awsEndpoint: endpoint, region, credentials } = emulator;
  const common = { endpoint, region, credentials, maxAttempts: 5 };
  return {
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient(common),
    secrets: new SecretsManagerClient(common),
  };
}

export type OperatorLedger = ReturnType<typeof operatorLedger>;

export function operatorLedger(table: Table, clock: Clock = systemClock) {
  return {
    ...createLedger({ table, clock, settlingSeconds: usualSettlingSeconds }),
    breaker: new BreakerForPeople(table, clock),
    lists: new OrderLists(table, clock),
  };
}

/** The secret's value, after putting `value` into it if nobody has set it yet. */
export async function setIfUnset(
  secrets: SecretsManagerClient,
  arn: string,
  value: unknown,
): Promise<string> {
  const stored = await storedSecret(secrets, arn);
  if (stored !== undefined) return stored;
  const text = JSON.stringify(value);
  await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
  return text;
}

/** A token or key of 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsClientOptions } from '../shared/platform/aws/lambda.ts';
import { createSqsClient } from '../shared/platform/aws/queue.ts';
import { createSecretsClient } from '../shared/platform/aws/secrets.ts';
import { systemClock } from '../shared/platform/clock.ts';
import type { Runtime } from './wiring.ts';

export function lambdaRuntime(): Runtime {
  return {
    environment: process.env,
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    dynamodb: createLedgerClient(),
    sqs: createSqsClient(),
    secretsManager: createSecretsClient(),
  };
}

export function createLedgerClient(): DynamoDBClient {
  // The client's middlewares are sorted once, not for each call, as none is added later.
  return new DynamoDBClient({ ...awsClientOptions, cacheMiddleware: true });
}

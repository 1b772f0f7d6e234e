import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AzumutaClient, createAzumutaClient } from '../shared/azumuta/client.ts';
import { createPartnerCalls, type PartnerCalls } from '../shared/circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../shared/erp/connector.ts';
import type { CompleteIntegration } from '../shared/integration/define.ts';
import { createLedger, type Ledger } from '../shared/ledger/ledger.ts';
import { awsClientOptions } from '../shared/platform/aws-client-options.ts';
import { systemClock } from '../shared/platform/clock.ts';
import { apiKeySchema } from '../shared/platform/credentials.ts';
import { readEnvironment } from '../shared/platform/environment.ts';
import { createLogger, type Logger } from '../shared/platform/log.ts';
import { createQueues, createSqsClient } from '../shared/platform/queue.ts';
import { createSecrets, createSecretsClient, type Secrets } from '../shared/platform/secrets.ts';
import type { WorkerDependencies } from '../shared/worker/worker.ts';

/** What the handlers are made of: each part is built once, when its container starts. */
export const clock = systemClock;

export function createLedgerClient(): DynamoDBClient {
  // The client's middlewares are put in order once, not for each call: nobody adds one later.
  return new DynamoDBClient({ ...awsClientOptions, cacheMiddleware: true });
}

export function buildLedger(): Ledger {
  const settings = readEnvironment(['LEDGER_TABLE_NAME', 'SETTLING_SECONDS', 'BREAKER_COOLDOWN_SECONDS']);
  return createLedger({
    client: createLedgerClient(),
    tableName: settings.LEDGER_TABLE_NAME,
    clock,
    times: { settlingSeconds: settings.SETTLING_SECONDS },
    breaker: { cooldownSeconds: settings.BREAKER_COOLDOWN_SECONDS },
  });
}

export function buildQueues() {
  return createQueues(createSqsClient());
}

export function buildSecrets(): Secrets {
  return createSecrets({ client: createSecretsClient(), clock });
}

/** The function's log, and with it its metrics. */
export function buildLogger(functionName: string): Logger {
  return createLogger({ stack: readEnvironment(['STACK_NAME']).STACK_NAME, functionName });
}

export function buildPartnerCalls(ledger: Ledger, log: Logger): PartnerCalls {
  return createPartnerCalls({ breaker: ledger.breaker, newOwner: randomUUID, clock, log });
}

export function buildAzumutaClient({ azumuta }: CompleteIntegration, secrets: Secrets): AzumutaClient {
  const { AZUMUTA_API_KEY_SECRET_ARN: arn } = readEnvironment(['AZUMUTA_API_KEY_SECRET_ARN']);
  return createAzumutaClient({
    baseUrl: azumuta.baseUrl,
    assumptions: azumuta.assumptions,
    clock,
    apiKey: async (options) => (await secrets.read(arn, apiKeySchema, options)).apiKey,
  });
}

export function buildErpConnector({ erp }: CompleteIntegration, secrets: Secrets): ErpConnector {
  const { ERP_CREDENTIALS_SECRET_ARN: arn } = readEnvironment(['ERP_CREDENTIALS_SECRET_ARN']);
  return erp.connect({ clock, credentials: (options) => secrets.read(arn, erp.credentials, options) });
}

export function workerDependencies(queueUrl: string, ledger: Ledger, log: Logger): WorkerDependencies {
  const settings = readEnvironment(['DEAD_LETTERS_QUEUE_URL', 'RETRY_BASE_SECONDS']);
  return {
    queueUrl,
    deadLetterQueueUrl: settings.DEAD_LETTERS_QUEUE_URL,
    queues: buildQueues(),
    attempts: ledger.attempts,
    deadLetters: ledger.deadLetters,
    clock,
    random: Math.random,
    log,
    backoff: { baseSeconds: settings.RETRY_BASE_SECONDS, capSeconds: 900 },
  };
}

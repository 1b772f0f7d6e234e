import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AzumutaClient, createAzumutaClient } from '../shared/azumuta/client.ts';
import { createBreaker } from '../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls, type PartnerCalls } from '../shared/circuit-breaker/guarded-call.ts';
import { ownHint } from '../shared/completions/messages.ts';
import type { ErpConnector } from '../shared/erp/connector.ts';
import type { CompleteIntegration } from '../shared/integration/define.ts';
import { createLedger, type Ledger } from '../shared/ledger/ledger.ts';
import { awsClientOptions } from '../shared/platform/aws-client-options.ts';
import { systemClock } from '../shared/platform/clock.ts';
import { apiKeySchema } from '../shared/platform/credentials.ts';
import { createTable, type Table } from '../shared/platform/dynamodb-table.ts';
import { readEnvironment } from '../shared/platform/environment.ts';
import { createLogger, type Logger } from '../shared/platform/log.ts';
import { createQueues, createSqsClient, type Queues } from '../shared/platform/queue.ts';
import { createSecrets, createSecretsClient, type Secrets } from '../shared/platform/secrets.ts';
import { createSlots, type Slots } from '../shared/slots/slots.ts';
import type { WorkerDependencies } from '../shared/worker/worker.ts';

/** What the handlers are made of: each part is built once, when its container starts. */
export const clock = systemClock;

export function createLedgerClient(): DynamoDBClient {
  // The client's middlewares are put in order once, not for each call: nobody adds one later.
  return new DynamoDBClient({ ...awsClientOptions, cacheMiddleware: true });
}

/** How orders have a completion looked at once more. */
export function buildCollectAgain(queues: Pick<Queues, 'send'>, completionsQueueUrl: string) {
  return async (productOrderNumber: string): Promise<void> => {
    const hint = ownHint(productOrderNumber, 'reconciliation', { now: clock.now(), eventId: randomUUID() });
    await queues.send(completionsQueueUrl, { body: JSON.stringify(hint) });
  };
}

export function buildTable(): Table {
  return createTable(createLedgerClient(), readEnvironment(['LEDGER_TABLE_NAME']).LEDGER_TABLE_NAME);
}

export function buildLedger(table: Table): Ledger {
  const { SETTLING_SECONDS: settlingSeconds } = readEnvironment(['SETTLING_SECONDS']);
  return createLedger({ table, clock, times: { settlingSeconds } });
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

/** The slots of the partners that have a limit; undefined when none has. */
export function buildSlots(
  name: string,
  { azumuta, erp }: CompleteIntegration,
  table: Table,
  log: Logger,
): Slots | undefined {
  const { SETTLING_SECONDS: settlingSeconds } = readEnvironment(['SETTLING_SECONDS']);
  return createSlots(
    { azumuta: azumuta.atOnce, erp: erp.atOnce },
    { table, clock, name, settlingSeconds, random: Math.random, pause: (ms) => pause(ms), log },
  );
}

/** Calls to the partners, through the circuit breaker and the slots that all containers share. */
export function buildPartnerCalls(table: Table, log: Logger, slots: Slots | undefined): PartnerCalls {
  const { BREAKER_COOLDOWN_SECONDS: cooldownSeconds } = readEnvironment(['BREAKER_COOLDOWN_SECONDS']);
  const breaker = createBreaker(table, clock, { cooldownSeconds });
  return createPartnerCalls({ breaker, newOwner: randomUUID, clock, log, slots });
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

export function workerDependencies(
  queueUrl: string,
  ledger: Ledger,
  log: Logger,
  slots: Slots | undefined,
): WorkerDependencies {
  const settings = readEnvironment(['DEAD_LETTERS_QUEUE_URL', 'RETRY_BASE_SECONDS']);
  return {
    queueUrl,
    deadLetterQueueUrl: settings.DEAD_LETTERS_QUEUE_URL,
    queues: buildQueues(),
    attempts: ledger.attempts,
    deadLetters: ledger.deadLetters,
    pauses: ledger.pauses,
    clock,
    random: Math.random,
    log,
    slots,
    backoff: { baseSeconds: settings.RETRY_BASE_SECONDS, capSeconds: 900 },
  };
}

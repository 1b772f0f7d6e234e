import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createAzumutaClient } from '../shared/azumuta/client.ts';
import { Breaker } from '../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../shared/circuit-breaker/guarded-call.ts';
import { completionHint } from '../shared/completions/messages.ts';
import type { CompleteIntegration } from '../shared/integration/define.ts';
import { isWanted, mapProductOrders } from '../shared/integration/mapping/product-orders.ts';
import { createLedger } from '../shared/ledger/ledger.ts';
import type { ErpOrder } from '../shared/model/orders.ts';
import { productOrderMessage } from '../shared/orders/messages.ts';
import { apiKeySchema } from '../shared/platform/aws/credentials.ts';
import { createTable } from '../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../shared/platform/aws/queue.ts';
import { createSecrets } from '../shared/platform/aws/secrets.ts';
import type { Clock } from '../shared/platform/clock.ts';
import { readEnvironment, type VariableName } from '../shared/platform/environment.ts';
import { createLogger, type LogSink } from '../shared/platform/log.ts';
import { createSlots } from '../shared/slots/slots.ts';
import { backoffDefaults } from '../shared/worker/policy.ts';
import type { WorkerDependencies } from '../shared/worker/worker.ts';

/** Everything that a container gets from outside, except its partners, which are called by the built-in fetch. */
export interface Runtime {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** A new id, unique for ever. */
  readonly newId: () => string;
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly secretsManager: Pick<SecretsManagerClient, 'send'>;
  /** Default: standard output. */
  readonly writeLog?: LogSink;
}

export type Container = ReturnType<typeof createContainer>;

/**
 * The parts of a function that uses the ledger. They are built once, when the container starts; those that need
 * variables which not every function has are built when they are asked for.
 * @param stage Name of the function.
 */
export function createContainer(stage: string, integration: CompleteIntegration, runtime: Runtime) {
  const { clock, random, newId } = runtime;
  /** The value of a variable of the environment. @throws Error when it is missing or invalid. */
  const setting = <Name extends VariableName>(name: Name) =>
    readEnvironment([name], runtime.environment)[name];
  const settlingSeconds = setting('SETTLING_SECONDS');
  const log = createLogger({ stack: setting('STACK_NAME'), functionName: stage }, runtime.writeLog, clock);
  const table = createTable(runtime.dynamodb, setting('LEDGER_TABLE_NAME'));
  const ledger = createLedger({ table, clock, times: { settlingSeconds } });
  const queues = createQueues(runtime.sqs);
  const secrets = createSecrets({ client: runtime.secretsManager, clock });
  const { azumuta, erp } = integration;
  const slots = createSlots({ azumuta, erp }, { table, clock, name: stage, settlingSeconds, log });

  /** One for the worker and its calls, so that both share what was read of it. */
  let shared: Breaker | undefined;
  function breaker(): Breaker {
    shared ??= new Breaker(table, clock, { cooldownSeconds: setting('BREAKER_COOLDOWN_SECONDS') });
    return shared;
  }

  return {
    setting,
    settlingSeconds,
    clock,
    log,
    table,
    ledger,
    queues,
    secrets,
    slots,
    breaker,

    /** Calls to the partners, through the circuit breaker and the slots that all containers share. */
    partnerCalls() {
      return new PartnerCalls({ breaker: breaker(), newOwner: newId, log, slots });
    },

    azumuta() {
      const arn = setting('AZUMUTA_API_KEY_SECRET_ARN');
      const { baseUrl, contract } = azumuta;
      return createAzumutaClient({
        baseUrl,
        contract,
        clock,
        apiKey: async (options) => (await secrets.read(arn, apiKeySchema, options)).apiKey,
      });
    },

    erp() {
      const arn = setting('ERP_CREDENTIALS_SECRET_ARN');
      return erp.connect({ clock, credentials: (options) => secrets.read(arn, erp.credentials, options) });
    },

    /** Has the completion of a product order looked at once more. */
    async lookAgain(productOrderNumber: string): Promise<void> {
      const occasion = { now: clock.now(), eventId: newId() };
      const hint = completionHint('reconciliation', { productOrderNumber }, occasion);
      await queues.send(setting('COMPLETIONS_QUEUE_URL'), { body: JSON.stringify(hint) });
    },

    /** Has a product order created, or looked at in Azumuta where something is open about it. */
    async enqueue(number: string): Promise<void> {
      await queues.send(setting('PRODUCT_ORDERS_QUEUE_URL'), { body: productOrderMessage(number) });
    },

    /** What accepting orders of the ERP needs. */
    accepting() {
      const { productOrders } = integration;
      return {
        ...{ ledger, queues, queueUrl: setting('PRODUCT_ORDERS_QUEUE_URL'), log, clock },
        map: (order: ErpOrder) => mapProductOrders(productOrders, order, setting('CONFIGURATION_VERSION')),
        accept: (order: ErpOrder) => isWanted(productOrders, order),
        lookAgain: this.lookAgain,
      };
    },

    /** What the worker of a queue needs. */
    workerOf(queueUrl: string): WorkerDependencies {
      return {
        queueUrl,
        deadLetterQueueUrl: setting('DEAD_LETTERS_QUEUE_URL'),
        queues,
        attempts: ledger.attempts,
        deadLetters: ledger.deadLetters,
        pauses: ledger.pauses,
        breaker: breaker(),
        clock,
        random,
        log,
        slots,
        backoff: { ...backoffDefaults, baseSeconds: setting('RETRY_BASE_SECONDS') },
      };
    },
  };
}

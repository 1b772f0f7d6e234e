import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { AzumutaClient } from '../shared/azumuta/client.ts';
import { Breaker } from '../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../shared/circuit-breaker/guarded-call.ts';
import { completionHint } from '../shared/completions/messages.ts';
import type { ErpConnector } from '../shared/erp/connector.ts';
import type { CompleteIntegration } from '../shared/integration/define.ts';
import { isWanted, mapProductOrders } from '../shared/integration/mapping/product-orders.ts';
import { createLedger, type Ledger } from '../shared/ledger/ledger.ts';
import type { ErpOrder } from '../shared/model/orders.ts';
import { productOrderMessage } from '../shared/orders/messages.ts';
import { apiKeySchema } from '../shared/platform/aws/credentials.ts';
import { Table } from '../shared/platform/aws/dynamodb-table.ts';
import { createQueues, type Queues } from '../shared/platform/aws/queue.ts';
import { Secrets } from '../shared/platform/aws/secrets.ts';
import type { Clock } from '../shared/platform/clock.ts';
import { readEnvironment, type VariableName } from '../shared/platform/environment.ts';
import { createLogger, type Logger, type LogSink } from '../shared/platform/log.ts';
import { createSlots, type Slots } from '../shared/slots/slots.ts';
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

/**
 * The parts of a function that uses the ledger. They are built once, when the container starts; those that need
 * variables which not every function has are built when they are asked for.
 */
export class Container {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settlingSeconds: number;
  readonly table: Table;
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly slots: Slots | undefined;
  readonly #integration: CompleteIntegration;
  readonly #runtime: Runtime;
  #breaker: Breaker | undefined;

  constructor(functionName: string, integration: CompleteIntegration, runtime: Runtime) {
    this.#integration = integration;
    this.#runtime = runtime;
    const { clock, dynamodb, sqs, secretsManager, writeLog } = runtime;
    const { azumuta, erp } = integration;
    const settlingSeconds = this.setting('SETTLING_SECONDS');
    const log = createLogger({ stack: this.setting('STACK_NAME'), functionName }, writeLog, clock);
    const table = new Table(dynamodb, this.setting('LEDGER_TABLE_NAME'));
    this.clock = clock;
    this.log = log;
    this.settlingSeconds = settlingSeconds;
    this.table = table;
    this.ledger = createLedger({ table, clock, times: { settlingSeconds } });
    this.queues = createQueues(sqs);
    this.secrets = new Secrets(secretsManager, clock);
    const named = { table, clock, name: functionName, settlingSeconds, log };
    this.slots = createSlots({ azumuta, erp }, named);
  }

  /** The value of a variable of the environment. @throws Error when it is missing or invalid. */
  setting<Name extends VariableName>(name: Name) {
    return readEnvironment([name], this.#runtime.environment)[name];
  }

  /** One for the worker and its calls, so that both share what was read of it. */
  breaker(): Breaker {
    const cooldownSeconds = this.setting('BREAKER_COOLDOWN_SECONDS');
    this.#breaker ??= new Breaker(this.table, this.clock, { cooldownSeconds });
    return this.#breaker;
  }

  /** Calls to the partners, through the circuit breaker and the slots that all containers share. */
  partnerCalls(): PartnerCalls {
    const { log, slots } = this;
    return new PartnerCalls({ breaker: this.breaker(), newOwner: this.#runtime.newId, log, slots });
  }

  azumuta(): AzumutaClient {
    const arn = this.setting('AZUMUTA_API_KEY_SECRET_ARN');
    const { baseUrl, contract } = this.#integration.azumuta;
    return new AzumutaClient({
      baseUrl,
      contract,
      clock: this.clock,
      apiKey: async (options) => (await this.secrets.read(arn, apiKeySchema, options)).apiKey,
    });
  }

  erp(): ErpConnector {
    const arn = this.setting('ERP_CREDENTIALS_SECRET_ARN');
    const { erp } = this.#integration;
    return erp.connect({
      clock: this.clock,
      credentials: (options) => this.secrets.read(arn, erp.credentials, options),
    });
  }

  /** Has the completion of a product order looked at once more. */
  async lookAgain(productOrderNumber: string): Promise<void> {
    const occasion = { now: this.clock.now(), eventId: this.#runtime.newId() };
    const hint = completionHint('reconciliation', { productOrderNumber }, occasion);
    await this.queues.send(this.setting('COMPLETIONS_QUEUE_URL'), { body: JSON.stringify(hint) });
  }

  /** Has a product order created, or looked at in Azumuta where something is open about it. */
  async enqueue(number: string): Promise<void> {
    await this.queues.send(this.setting('PRODUCT_ORDERS_QUEUE_URL'), { body: productOrderMessage(number) });
  }

  /** What accepting orders of the ERP needs. */
  accepting() {
    const { productOrders } = this.#integration;
    const { ledger, queues, log, clock } = this;
    const version = this.setting('CONFIGURATION_VERSION');
    return {
      ...{ ledger, queues, queueUrl: this.setting('PRODUCT_ORDERS_QUEUE_URL'), log, clock },
      map: (order: ErpOrder) => mapProductOrders(productOrders, order, version),
      accept: (order: ErpOrder) => isWanted(productOrders, order),
      lookAgain: (number: string) => this.lookAgain(number),
    };
  }

  /** What the worker of a queue needs. */
  workerOf(queueUrl: string): WorkerDependencies {
    const { queues, ledger, clock, log, slots } = this;
    const { attempts, deadLetters, pauses } = ledger;
    return {
      ...{ queueUrl, deadLetterQueueUrl: this.setting('DEAD_LETTERS_QUEUE_URL'), queues },
      ...{ attempts, deadLetters, pauses, breaker: this.breaker(), clock, log, slots },
      random: this.#runtime.random,
      backoff: { ...backoffDefaults, baseSeconds: this.setting('RETRY_BASE_SECONDS') },
    };
  }
}

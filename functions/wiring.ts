import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { AzumutaOptions } from '../shared/azumuta/session.ts';
import { Breaker } from '../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../shared/circuit-breaker/guarded-call.ts';
import { completionHint } from '../shared/completions/messages.ts';
import type { ErpConnector } from '../shared/erp/connector.ts';
import type { CompleteIntegration } from '../shared/integration/define.ts';
import { isWanted, mapProductOrders } from '../shared/integration/mapping/product-orders.ts';
import type { LedgerOptions, OrdersLedger, WorkLedger } from '../shared/ledger/ledger.ts';
import { ExpectedComparisons } from '../shared/ledger/records/comparisons.ts';
import { KnownOrders } from '../shared/ledger/records/known-orders.ts';
import type { Orders } from '../shared/ledger/records/product-orders.ts';
import { ShadowTable } from '../shared/ledger/shadow-table.ts';
import { isLeftToLive, type MessageInShadow } from '../shared/life/held-for-live.ts';
import { Rejected } from '../shared/model/errors.ts';
import type { ErpOrder } from '../shared/model/orders.ts';
import { expectComparison } from '../shared/orders/compare-in-shadow.ts';
import { apiKeySchema } from '../shared/platform/aws/credentials.ts';
import { Table } from '../shared/platform/aws/dynamodb-table.ts';
import { createQueues, createWorkerQueues } from '../shared/platform/aws/queue.ts';
import { Secrets } from '../shared/platform/aws/secrets.ts';
import type { Clock } from '../shared/platform/clock.ts';
import { settingOf, type VariableName } from '../shared/platform/environment.ts';
import { createLogger, type LogSink } from '../shared/platform/log.ts';
import { Slots } from '../shared/slots/slots.ts';
import type { Consumer, WorkerDependencies, WorkerStep } from '../shared/worker/worker.ts';

/** Everything that a container gets from outside, except its partners, which are called by the built-in fetch. */
export interface Runtime {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly secretsManager: Pick<SecretsManagerClient, 'send'>;
  /** Default: standard output. */
  readonly writeLog?: LogSink;
}

export type Surroundings = Pick<Runtime, 'environment' | 'clock' | 'secretsManager' | 'writeLog'>;

/** What every function has, those too that load no configuration. */
export function surroundingsOf(functionName: string, runtime: Surroundings) {
  const { environment, clock, secretsManager, writeLog } = runtime;
  const setting = <Name extends VariableName>(name: Name) => settingOf(name, environment);
  const speaker = { stack: setting('STACK_NAME'), functionName, metrics: setting('METRICS') };
  const log = createLogger(speaker, writeLog, clock);
  return { setting, clock, log, secrets: new Secrets(secretsManager, clock) };
}

/**
 * The configuration of a function. What the stack is made of is checked at synth; of the functions only the alerts read it,
 * so the bundles of the others do not check it again.
 */
export type ConfigurationOfFunction = Omit<CompleteIntegration, 'deployment'>;

/** What every function has that uses the ledger; the functions below build the rest for those that need it. */
export type Wiring<AnyLedger = unknown> = ReturnType<typeof createWiring<AnyLedger>>;

/** @param createLedger Of what the function calls: its bundle has no more of the ledger. */
export function createWiring<AnyLedger>(
  functionName: string,
  integration: ConfigurationOfFunction,
  runtime: Runtime,
  createLedger: (options: LedgerOptions) => AnyLedger,
) {
  const surroundings = surroundingsOf(functionName, runtime);
  const { setting, clock } = surroundings;
  const settlingSeconds = setting('SETTLING_SECONDS');
  const isShadow = setting('MODE') === 'shadow';
  const tableName = setting('LEDGER_TABLE_NAME');
  const liveTable = new Table(runtime.dynamodb, tableName);
  const shadowTable = new ShadowTable(runtime.dynamodb, tableName, clock.now);
  const table = isShadow ? shadowTable : liveTable;
  return {
    ...surroundings,
    functionName,
    integration,
    runtime,
    settlingSeconds,
    mayWrite: () => !isShadow,
    table,
    liveTable,
    shadowTable,
    ledger: createLedger({ table, clock, settlingSeconds }),
    queues: createWorkerQueues(runtime.sqs),
  };
}

/** In shadow nothing is booked, so whatever is completed is decided. */
export function liveFromOf({ setting, mayWrite }: Wiring): string | undefined {
  return mayWrite() ? setting('LIVE_FROM') : undefined;
}

/** What a function has that calls its partners: their slots and breakers, and the calls, which share both. */
export function wirePartners(wiring: Wiring) {
  const { integration, functionName: name, table, clock, settlingSeconds, log, runtime } = wiring;
  const { azumuta, erp } = integration;
  const slots = new Slots({ limits: { azumuta, erp }, table, clock, name, settlingSeconds, log });
  const breaker = new Breaker(table, clock, wiring.setting('BREAKER_COOLDOWN_SECONDS'));
  const partners = new PartnerCalls({ breaker, newOwner: runtime.newId, log, slots });
  return { slots, breaker, partners };
}

/** What Azumuta is asked with: the function that creates makes the whole client of it, and the others one that only reads. */
export function azumutaOptionsOf({ integration, setting, secrets, clock, mayWrite }: Wiring): AzumutaOptions {
  const arn = setting('AZUMUTA_API_KEY_SECRET_ARN');
  const { baseUrl, contract } = integration.azumuta;
  const apiKey = async (options?: { readonly refresh?: boolean }) =>
    (await secrets.read(arn, apiKeySchema, options)).apiKey;
  return { baseUrl, contract, clock, mayWrite, apiKey };
}

export function erpOf({ integration: { erp }, setting, secrets, clock, mayWrite }: Wiring): ErpConnector {
  const arn = setting('ERP_CREDENTIALS_SECRET_ARN');
  return erp.connect({
    clock,
    mayWrite,
    credentials: (options) => secrets.read(arn, erp.secret.schema, options),
  });
}

export function wireAccepting(wiring: Wiring<OrdersLedger>) {
  const { integration, runtime, setting, ledger, log, clock } = wiring;
  const queues = createQueues(runtime.sqs);
  const { productOrders } = integration;
  return {
    ledger,
    queues,
    queueUrl: setting('PRODUCT_ORDERS_QUEUE_URL'),
    log,
    clock,
    map: (order: ErpOrder) => mapProductOrders(productOrders, order, setting('CONFIGURATION_VERSION')),
    accept: (order: ErpOrder) => isWanted(productOrders, order),
    async lookAgain(productOrderNumber: string): Promise<void> {
      const hint = completionHint('reconciliation', { productOrderNumber }, runtime.newId());
      await queues.send(setting('COMPLETIONS_QUEUE_URL'), { body: JSON.stringify(hint) });
    },
  };
}

/**
 * In shadow, a consumer leaves alone what is open live, and has all that it decides compared later with what people did; but for
 * what it does daily, which decides nothing new.
 */
export function consumerInMode<Message>(
  { mayWrite, table, liveTable, ledger, clock }: Wiring<{ readonly orders: Pick<Orders, 'find'> }>,
  consumer: Consumer<Message>,
  aboutOf: (message: Message) => MessageInShadow,
): Consumer<Message> {
  if (mayWrite()) return consumer;
  const live = new KnownOrders(liveTable, clock);
  const comparisons = new ExpectedComparisons(table, clock);
  const begin: Consumer<Message>['begin'] = async (message, attempt) => {
    const about = aboutOf(message);
    if (await isLeftToLive(about, live)) return { run: async () => undefined };
    const step = await consumer.begin(message, attempt);
    return about.isLook ? step : comparedLater(step, about.number, { comparisons, orders: ledger.orders });
  };
  return { ...consumer, begin };
}

/** Once a message is done, or is refused, its order is compared in a day. */
function comparedLater(
  step: WorkerStep,
  number: string,
  expecting: Parameters<typeof expectComparison>[1],
): WorkerStep {
  const run: WorkerStep['run'] = async (attempt) => {
    try {
      const next = await step.run(attempt);
      if (next) return comparedLater(next, number, expecting);
    } catch (error) {
      if (error instanceof Rejected) await expectComparison(step.order ?? number, expecting);
      throw error;
    }
    await expectComparison(step.order ?? number, expecting);
    return undefined;
  };
  return { ...step, run };
}

/** What a consumer has besides: calls to its partners, the ERP, and what its worker needs. All share what was read of the breakers. */
export function wireConsumer(wiring: Wiring<Pick<WorkLedger, 'attempts' | 'deadLetters'>>, queueUrl: string) {
  const { ledger, queues, clock, log, runtime, setting, mayWrite } = wiring;
  const { attempts, deadLetters } = ledger;
  const { slots, breaker, partners } = wirePartners(wiring);
  const worker: WorkerDependencies = {
    queueUrl,
    deadLetterQueueUrl: mayWrite() ? setting('DEAD_LETTERS_QUEUE_URL') : undefined,
    queues,
    attempts,
    deadLetters,
    breaker,
    clock,
    log,
    slots,
    random: runtime.random,
    baseSeconds: setting('RETRY_BASE_SECONDS'),
  };
  return { breaker, worker, partners, erp: erpOf(wiring) };
}

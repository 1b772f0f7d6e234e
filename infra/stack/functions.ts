import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { ledgerIndexes } from '../../shared/ledger/table-schema.ts';
import { type Bundles, type FunctionName, functionNames } from '../build/bundle-functions.ts';
import { IntegrationFunction, type IntegrationFunctionProps } from './lambda-function.ts';
import type { LedgerTable } from './ledger-table.ts';
import type { Mails } from './mails.ts';
import type { Placement } from './network.ts';
import { allow, hideIn, readSecrets, sendTo } from './permissions.ts';
import { consumerTimeout, type Queues } from './queues.ts';
import type { Secrets } from './secrets.ts';

export interface FunctionsProps {
  readonly integration: CompleteIntegration;
  readonly stage: string;
  readonly bundles: Bundles;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly ledger: LedgerTable;
  readonly mails: Mails;
  /** The network of the functions that call the ERP. */
  readonly placement: Placement | undefined;
}

/** The functions, with exactly what each may do. */
export class Functions extends Construct {
  readonly named: Readonly<Record<FunctionName, IntegrationFunction>>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const table = tableOf(props);
    // Made from all names, so every name is a key.
    this.named = Object.fromEntries(
      functionNames.map((name) => [
        name,
        new IntegrationFunction(this, inPascalCase(name), {
          ...table[name],
          codeFolder: props.bundles[name],
        }),
      ]),
    ) as Record<FunctionName, IntegrationFunction>;
  }
}

/** What a partner may need to finish what was sent to it (DynamoDB leases wait that long before a takeover). */
const settlingSeconds = '300';

/**
 * Containers that may work on a queue at once: five, or as many as there are slots of the partners that they call. More
 * would only give their batches back; fewer than two is not taken by AWS.
 */
function containersFor(...atOnce: readonly (number | undefined)[]): number {
  return Math.max(2, Math.min(...atOnce.map((limit) => limit ?? 5)));
}

/** All that is said of each function. */
function tableOf({
  integration: { azumuta, erp, deployment },
  stage,
  queues: { productOrders, completions, bookings, deadLetters },
  secrets,
  ledger: { table },
  mails,
  placement,
}: FunctionsProps): Record<FunctionName, Omit<IntegrationFunctionProps, 'codeFolder'>> {
  const useLedger = (...actions: readonly string[]) =>
    allow(
      actions.map((action) => `dynamodb:${action}`),
      table.tableArn,
    );
  const query = (index: { readonly name: string }) =>
    allow(['dynamodb:Query'], `${table.tableArn}/index/${index.name}`);

  const ledgerVariables = {
    STAGE: stage,
    LEDGER_TABLE_NAME: table.tableName,
    SETTLING_SECONDS: settlingSeconds,
    BREAKER_COOLDOWN_SECONDS: '15',
  };
  const workerVariables = {
    ...ledgerVariables,
    DEAD_LETTERS_QUEUE_URL: deadLetters.queueUrl,
    RETRY_BASE_SECONDS: '4',
  };
  const azumutaVariables = { AZUMUTA_API_KEY_SECRET_ARN: secrets.azumutaApiKey.secretArn };
  const erpVariables = { ERP_CREDENTIALS_SECRET_ARN: secrets.erpCredentials.secretArn };

  return {
    'receive-webhook': {
      description: 'Validates Azumuta triggers and enqueues them',
      timeout: Duration.seconds(10),
      memoryMb: 256,
      reservedConcurrency: deployment.webhookConcurrency,
      environment: {
        COMPLETIONS_QUEUE_URL: completions.queueUrl,
        DEAD_LETTERS_QUEUE_URL: deadLetters.queueUrl,
        WEBHOOK_TOKEN_SECRET_ARN: secrets.webhookToken.secretArn,
        TRIGGER_NAMES: JSON.stringify(azumuta.contract.trigger),
        ALLOWED_SOURCES: JSON.stringify(deployment.allowedSources.webhook),
      },
      may: [sendTo(completions, deadLetters), readSecrets(secrets.webhookToken)],
    },
    'collect-completion': {
      description: 'Reads completed product orders from Azumuta and plans their bookings',
      timeout: consumerTimeout,
      memoryMb: 512,
      consumes: { queue: completions, containers: containersFor(azumuta.atOnce) },
      environment: {
        ...workerVariables,
        ...azumutaVariables,
        COMPLETIONS_QUEUE_URL: completions.queueUrl,
        BOOKINGS_QUEUE_URL: bookings.queueUrl,
      },
      may: [
        sendTo(bookings, deadLetters),
        hideIn(completions),
        useLedger('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
        query(ledgerIndexes.azumutaId),
        readSecrets(secrets.azumutaApiKey),
      ],
    },
    'book-completion': {
      description: 'Books completions in the ERP, each once',
      timeout: consumerTimeout,
      memoryMb: 512,
      placement,
      consumes: { queue: bookings, containers: containersFor(erp.atOnce) },
      environment: {
        ...workerVariables,
        ...azumutaVariables,
        ...erpVariables,
        BOOKINGS_QUEUE_URL: bookings.queueUrl,
      },
      may: [
        sendTo(deadLetters),
        hideIn(bookings),
        useLedger('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
        readSecrets(secrets.erpCredentials, secrets.azumutaApiKey),
      ],
    },
    'accept-product-orders': {
      description: 'Takes orders from the ERP and tells how they stand',
      timeout: Duration.seconds(29),
      memoryMb: 512,
      environment: {
        ...ledgerVariables,
        PRODUCT_ORDERS_QUEUE_URL: productOrders.queueUrl,
        COMPLETIONS_QUEUE_URL: completions.queueUrl,
        ORDER_API_KEY_SECRET_ARN: secrets.orderApiKey.secretArn,
        ALLOWED_SOURCES: JSON.stringify(deployment.allowedSources.orders),
      },
      may: [
        sendTo(productOrders, completions),
        useLedger('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        query(ledgerIndexes.erpOrder),
        readSecrets(secrets.orderApiKey),
      ],
    },
    'pull-product-orders': {
      description: 'Takes in released orders that changed in the ERP',
      timeout: Duration.seconds(300),
      memoryMb: 512,
      placement,
      scheduled: true,
      environment: {
        ...ledgerVariables,
        ...erpVariables,
        PRODUCT_ORDERS_QUEUE_URL: productOrders.queueUrl,
        COMPLETIONS_QUEUE_URL: completions.queueUrl,
      },
      may: [
        sendTo(productOrders, completions),
        useLedger('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        readSecrets(secrets.erpCredentials),
      ],
    },
    'create-product-orders': {
      description: 'Creates product orders in Azumuta and links them in the ERP',
      timeout: consumerTimeout,
      memoryMb: 512,
      placement,
      consumes: { queue: productOrders, containers: containersFor(azumuta.atOnce, erp.atOnce) },
      environment: {
        ...workerVariables,
        ...azumutaVariables,
        ...erpVariables,
        PRODUCT_ORDERS_QUEUE_URL: productOrders.queueUrl,
      },
      may: [
        sendTo(deadLetters),
        hideIn(productOrders),
        useLedger('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
        readSecrets(secrets.azumutaApiKey, secrets.erpCredentials),
      ],
    },
    'reconcile-completions': {
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      timeout: Duration.seconds(300),
      memoryMb: 256,
      scheduled: true,
      environment: {
        ...ledgerVariables,
        ...azumutaVariables,
        COMPLETIONS_QUEUE_URL: completions.queueUrl,
      },
      may: [
        sendTo(completions),
        useLedger('GetItem', 'UpdateItem', 'Query'),
        query(ledgerIndexes.awaitingCompletion),
        readSecrets(secrets.azumutaApiKey),
      ],
    },
    'send-alerts': {
      description: 'Tells people what they must see to, and how the day before was',
      timeout: Duration.seconds(60),
      memoryMb: 256,
      scheduled: true,
      environment: {
        ...ledgerVariables,
        PRODUCT_ORDERS_QUEUE_URL: productOrders.queueUrl,
        COMPLETIONS_QUEUE_URL: completions.queueUrl,
        BOOKINGS_QUEUE_URL: bookings.queueUrl,
        DEAD_LETTERS_QUEUE_URL: deadLetters.queueUrl,
        ALERTS_TOPIC_ARN: mails.alerts.topicArn,
        ...(mails.morning ? { MORNING_MAIL_TOPIC_ARN: mails.morning.topicArn } : {}),
        ...(secrets.alertWebhooks ? { ALERT_WEBHOOKS_SECRET_ARN: secrets.alertWebhooks.secretArn } : {}),
      },
      may: [
        allow(
          ['sqs:GetQueueAttributes'],
          ...[productOrders, completions, bookings, deadLetters].map(({ queueArn }) => queueArn),
        ),
        useLedger('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
        query(ledgerIndexes.trouble),
        query(ledgerIndexes.awaitingCompletion),
        allow(['sns:Publish'], ...[mails.alerts, mails.morning].flatMap((topic) => topic?.topicArn ?? [])),
        ...(mails.morning ? [query(ledgerIndexes.day)] : []),
        ...(secrets.alertWebhooks ? [readSecrets(secrets.alertWebhooks)] : []),
      ],
    },
  };
}

/** `receive-webhook` is `ReceiveWebhook` among the constructs. */
function inPascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

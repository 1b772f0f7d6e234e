import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { ledgerIndexes } from '../../shared/ledger/table-schema.ts';
import type { Bundles, FunctionName } from '../build/bundle-functions.ts';
import { IntegrationFunction } from './lambda-function.ts';
import type { LedgerTable } from './ledger-table.ts';
import type { Placement } from './network.ts';
import { consumerTimeout, type Queues } from './queues.ts';
import type { Secrets } from './secrets.ts';

export interface FunctionsProps {
  readonly integration: CompleteIntegration;
  readonly bundles: Bundles;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly ledger: LedgerTable;
  /** The network of the functions that call the ERP. */
  readonly placement: Placement | undefined;
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

/** The functions, with exactly what each may do. */
export class Functions extends Construct {
  readonly receiveWebhook: IntegrationFunction;
  readonly collectCompletion: IntegrationFunction;
  readonly bookCompletion: IntegrationFunction;
  readonly acceptProductOrders: IntegrationFunction;
  readonly pullProductOrders: IntegrationFunction;
  readonly createProductOrders: IntegrationFunction;
  readonly reconcileCompletions: IntegrationFunction;
  readonly named: Readonly<Record<FunctionName, IntegrationFunction>>;

  constructor(
    scope: Construct,
    id: string,
    { integration, bundles, queues, secrets, ledger, placement }: FunctionsProps,
  ) {
    super(scope, id);
    const { table } = ledger;
    const { azumuta, erp } = integration;
    const ledgerGrant = (...actions: string[]) => ({
      actions: actions.map((action) => `dynamodb:${action}`),
      on: [table.tableArn],
    });
    const indexGrant = (index: { readonly name: string }) => ({
      actions: ['dynamodb:Query'],
      on: [`${table.tableArn}/index/${index.name}`],
    });
    const send = (...to: readonly { readonly queueArn: string }[]) => ({
      actions: ['sqs:SendMessage'],
      on: to.map(({ queueArn }) => queueArn),
    });
    const hide = (queue: { readonly queueArn: string }) => ({
      actions: ['sqs:ChangeMessageVisibility'],
      on: [queue.queueArn],
    });
    const read = (...of: readonly { readonly secretArn: string }[]) => ({
      actions: ['secretsmanager:GetSecretValue'],
      on: of.map(({ secretArn }) => secretArn),
    });

    const ledgerVariables = {
      LEDGER_TABLE_NAME: table.tableName,
      SETTLING_SECONDS: settlingSeconds,
      BREAKER_COOLDOWN_SECONDS: '15',
    };
    const workerVariables = {
      ...ledgerVariables,
      DEAD_LETTERS_QUEUE_URL: queues.deadLetters.queueUrl,
      RETRY_BASE_SECONDS: '4',
    };
    const azumutaVariables = { AZUMUTA_API_KEY_SECRET_ARN: secrets.azumutaApiKey.secretArn };
    const erpVariables = { ERP_CREDENTIALS_SECRET_ARN: secrets.erpCredentials.secretArn };

    this.receiveWebhook = new IntegrationFunction(this, 'ReceiveWebhook', {
      codeFolder: bundles['receive-webhook'],
      description: 'Validates Azumuta triggers and enqueues them',
      timeout: Duration.seconds(10),
      memoryMb: 256,
      environment: {
        COMPLETIONS_QUEUE_URL: queues.completions.queueUrl,
        DEAD_LETTERS_QUEUE_URL: queues.deadLetters.queueUrl,
        WEBHOOK_TOKEN_SECRET_ARN: secrets.webhookToken.secretArn,
        WEBHOOK_ALIASES: JSON.stringify(integration.azumuta.webhookAliases),
        ALLOWED_SOURCES: JSON.stringify(integration.deployment.allowedSources.webhook),
      },
      grants: [send(queues.completions, queues.deadLetters), read(secrets.webhookToken)],
    });

    this.collectCompletion = new IntegrationFunction(this, 'CollectCompletion', {
      codeFolder: bundles['collect-completion'],
      description: 'Reads completed product orders from Azumuta and plans their bookings',
      timeout: consumerTimeout,
      memoryMb: 512,
      environment: {
        ...workerVariables,
        ...azumutaVariables,
        COMPLETIONS_QUEUE_URL: queues.completions.queueUrl,
        BOOKINGS_QUEUE_URL: queues.bookings.queueUrl,
      },
      grants: [
        send(queues.bookings, queues.deadLetters),
        hide(queues.completions),
        ledgerGrant('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
        indexGrant(ledgerIndexes.azumutaId),
        read(secrets.azumutaApiKey),
      ],
    });
    this.collectCompletion.consume(queues.completions, containersFor(azumuta.atOnce));

    this.bookCompletion = new IntegrationFunction(this, 'BookCompletion', {
      codeFolder: bundles['book-completion'],
      placement,
      description: 'Books completions in the ERP, each once',
      timeout: consumerTimeout,
      memoryMb: 512,
      environment: {
        ...workerVariables,
        ...azumutaVariables,
        ...erpVariables,
        BOOKINGS_QUEUE_URL: queues.bookings.queueUrl,
      },
      grants: [
        send(queues.deadLetters),
        hide(queues.bookings),
        ledgerGrant('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
        read(secrets.erpCredentials, secrets.azumutaApiKey),
      ],
    });
    this.bookCompletion.consume(queues.bookings, containersFor(erp.atOnce));

    this.acceptProductOrders = new IntegrationFunction(this, 'AcceptProductOrders', {
      codeFolder: bundles['accept-product-orders'],
      description: 'Takes orders from the ERP and tells how they stand',
      timeout: Duration.seconds(29),
      memoryMb: 512,
      environment: {
        ...ledgerVariables,
        PRODUCT_ORDERS_QUEUE_URL: queues.productOrders.queueUrl,
        COMPLETIONS_QUEUE_URL: queues.completions.queueUrl,
        ORDER_API_KEY_SECRET_ARN: secrets.orderApiKey.secretArn,
        ALLOWED_SOURCES: JSON.stringify(integration.deployment.allowedSources.orders),
      },
      grants: [
        send(queues.productOrders, queues.completions),
        ledgerGrant('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        indexGrant(ledgerIndexes.erpOrder),
        read(secrets.orderApiKey),
      ],
    });

    this.pullProductOrders = new IntegrationFunction(this, 'PullProductOrders', {
      retryAsyncInvocations: false,
      codeFolder: bundles['pull-product-orders'],
      placement,
      description: 'Takes in released orders that changed in the ERP',
      timeout: Duration.seconds(300),
      memoryMb: 512,
      environment: {
        ...ledgerVariables,
        ...erpVariables,
        PRODUCT_ORDERS_QUEUE_URL: queues.productOrders.queueUrl,
        COMPLETIONS_QUEUE_URL: queues.completions.queueUrl,
      },
      grants: [
        send(queues.productOrders, queues.completions),
        ledgerGrant('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        read(secrets.erpCredentials),
      ],
    });

    this.createProductOrders = new IntegrationFunction(this, 'CreateProductOrders', {
      codeFolder: bundles['create-product-orders'],
      placement,
      description: 'Creates product orders in Azumuta and links them in the ERP',
      timeout: consumerTimeout,
      memoryMb: 512,
      environment: {
        ...workerVariables,
        ...azumutaVariables,
        ...erpVariables,
        PRODUCT_ORDERS_QUEUE_URL: queues.productOrders.queueUrl,
      },
      grants: [
        send(queues.deadLetters),
        hide(queues.productOrders),
        ledgerGrant('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
        read(secrets.azumutaApiKey, secrets.erpCredentials),
      ],
    });
    this.createProductOrders.consume(queues.productOrders, containersFor(azumuta.atOnce, erp.atOnce));

    this.reconcileCompletions = new IntegrationFunction(this, 'ReconcileCompletions', {
      retryAsyncInvocations: false,
      codeFolder: bundles['reconcile-completions'],
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      timeout: Duration.seconds(300),
      memoryMb: 256,
      environment: {
        ...ledgerVariables,
        ...azumutaVariables,
        COMPLETIONS_QUEUE_URL: queues.completions.queueUrl,
      },
      grants: [
        send(queues.completions),
        ledgerGrant('GetItem', 'UpdateItem', 'Query'),
        indexGrant(ledgerIndexes.awaitingCompletion),
        read(secrets.azumutaApiKey),
      ],
    });

    this.named = {
      'receive-webhook': this.receiveWebhook,
      'collect-completion': this.collectCompletion,
      'book-completion': this.bookCompletion,
      'accept-product-orders': this.acceptProductOrders,
      'pull-product-orders': this.pullProductOrders,
      'create-product-orders': this.createProductOrders,
      'reconcile-completions': this.reconcileCompletions,
    };
  }
}

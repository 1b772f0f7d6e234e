import { Duration, FileSystem, type Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { dueTermsOf } from '../../shared/integration/due-terms.ts';
import { type Bundles, type FunctionName, functionNames } from '../build/bundle-functions.ts';
import { IntegrationFunction, type IntegrationFunctionProps } from './lambda-function.ts';
import type { Mails } from './mails.ts';
import type { Placement } from './network.ts';
import { createUses, type ResourceUse, type UsedResources, type Uses } from './permissions.ts';
import { consumerTimeout } from './queues.ts';

export interface FunctionsProps extends UsedResources {
  readonly integration: CompleteIntegration;
  readonly bundles: Bundles;
  readonly mails: Mails;
  /** The network of the functions that call the ERP. */
  readonly placement: Placement | undefined;
}

type Definition = Omit<IntegrationFunctionProps, 'codeFolder'>;

export type PermanentName = Exclude<FunctionName, 'show-pages'>;
type ByFunction<Thing> = Readonly<Record<PermanentName, Thing> & Partial<Record<FunctionName, Thing>>>;

export type Functions = ByFunction<LambdaFunction>;

export function createFunctions(stack: Stack, props: FunctionsProps): Functions {
  const scope = new Construct(stack, 'Functions');
  const { settlingSeconds } = props.integration.erp;
  const uses = createUses({ ...props, settlingSeconds });
  const definitions: ByFunction<Definition> = {
    ...defineOrdersOut(props, uses),
    ...defineResultsBack(props, uses),
    'send-alerts': defineSendAlerts(props, uses),
    ...defineShowPages(props, uses),
  };
  // Made from all names that are defined, so every permanent name is a key.
  return Object.fromEntries(
    functionNames.flatMap((name) => {
      const definition = definitions[name];
      const codeFolder = props.bundles[name];
      if (!definition) return [];
      // `receive-webhook` is `ReceiveWebhook` among the constructs.
      const constructId = name.replace(/(?:^|-)([a-z])/g, (_, initial: string) => initial.toUpperCase());
      const { lambda } = new IntegrationFunction(scope, constructId, { ...definition, codeFolder });
      return [[name, lambda]];
    }),
  ) as Functions;
}

/** ERP → Azumuta. */
function defineOrdersOut({ integration, queues, placement, bundles }: FunctionsProps, uses: Uses) {
  const { azumuta, erp, deployment } = integration;
  const version = versionOf(bundles);
  return {
    'accept-product-orders': {
      description: 'Takes orders from the ERP and returns their status',
      timeout: Duration.seconds(29),
      memoryMb: 512,
      uses: [
        uses.sendTo('productOrders', 'completions'),
        uses.ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        uses.query('erpOrder'),
        uses.read('orderApiKey'),
        { environment: { ALLOWED_SOURCES: JSON.stringify(deployment.allowedSources.orders) } },
        version,
      ],
    },
    'pull-product-orders': {
      description: 'Takes in released orders that changed in the ERP',
      timeout: Duration.seconds(300),
      memoryMb: 512,
      placement,
      scheduled: true,
      invokedByOperators: true,
      uses: [
        uses.sendTo('productOrders', 'completions'),
        uses.ledger('GetItem', 'PutItem', 'UpdateItem', 'Query'),
        uses.read('erpCredentials'),
        version,
      ],
    },
    'create-product-orders': {
      description: 'Creates product orders in Azumuta, links them in the ERP, and looks at open ones',
      placement,
      ...consumerProps(queues.productOrders, deployment.containers.orders, azumuta.atOnce, erp.atOnce),
      uses: [
        ...worksOn('productOrders', uses),
        uses.sendTo('completions'),
        uses.ledger('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
        uses.query('azumutaId'),
        uses.read('azumutaApiKey', 'erpCredentials'),
        liveSince(integration),
        version,
      ],
    },
  } as const satisfies Partial<Record<FunctionName, Definition>>;
}

/** Azumuta → ERP. */
function defineResultsBack({ integration, queues, placement, bundles }: FunctionsProps, uses: Uses) {
  const { azumuta, erp, deployment } = integration;
  return {
    'receive-webhook': {
      description: 'Validates Azumuta triggers and enqueues them',
      timeout: Duration.seconds(10),
      memoryMb: 256,
      reservedContainers: deployment.webhookConcurrency,
      uses: [
        uses.sendTo('completions', 'deadLetters'),
        uses.read('webhookToken'),
        { environment: { TRIGGER_NAMES: JSON.stringify(azumuta.contract.trigger) } },
        { environment: { ALLOWED_SOURCES: JSON.stringify(deployment.allowedSources.webhook) } },
      ],
    },
    'book-completion': {
      description: 'Reads what was built from Azumuta and books it in the ERP, each once',
      placement,
      // One container more than the ERP has slots reads and plans while the others book.
      ...consumerProps(queues.completions, deployment.containers.completions, erp.atOnce && erp.atOnce + 1),
      uses: [
        ...worksOn('completions', uses),
        uses.ledger('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
        uses.query('azumutaId'),
        uses.read('azumutaApiKey', 'erpCredentials'),
        liveSince(integration),
        versionOf(bundles),
      ],
    },
    'reconcile-completions': {
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      timeout: Duration.seconds(300),
      memoryMb: 256,
      scheduled: true,
      uses: [
        uses.sendTo('completions', 'productOrders'),
        uses.ledger('GetItem', 'UpdateItem', 'Query'),
        uses.query('awaitingCompletion'),
        uses.query('concern'),
        uses.read('azumutaApiKey'),
      ],
    },
  } as const satisfies Partial<Record<FunctionName, Definition>>;
}

function defineSendAlerts({ mails: { alerts, morning }, secrets }: FunctionsProps, uses: Uses): Definition {
  return {
    description: 'Tells people what needs them, and how the day before was',
    timeout: Duration.seconds(60),
    memoryMb: 256,
    scheduled: true,
    invokedByOperators: true,
    uses: [
      uses.count('productOrders', 'completions', 'deadLetters'),
      uses.ledger('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
      uses.query('concern'),
      uses.query('awaitingCompletion'),
      uses.query('day'),
      uses.publish('ALERTS_TOPIC_ARN', alerts),
      ...(morning ? [uses.publish('MORNING_MAIL_TOPIC_ARN', morning)] : []),
      ...(secrets.alertWebhooks ? [uses.read('alertWebhooks')] : []),
      // It signs the links.
      ...(secrets.pagesKey ? [uses.read('pagesKey')] : []),
    ],
  };
}

/** Reads the ledger, and nothing else but its own key. */
function defineShowPages(
  { integration }: FunctionsProps,
  uses: Uses,
): Partial<Record<FunctionName, Definition>> {
  const { plant, timeZone, deployment } = integration;
  const { graceHours } = dueTermsOf(integration);
  if (!deployment.pages) return {};
  return {
    'show-pages': {
      description: 'Shows today and single orders to people who have a signed link',
      timeout: Duration.seconds(15),
      memoryMb: 256,
      uses: [
        uses.ledger('GetItem', 'BatchGetItem', 'Query'),
        uses.query('concern'),
        uses.query('awaitingCompletion'),
        uses.read('pagesKey'),
        { environment: { PLANT: plant, TIME_ZONE: timeZone, GRACE_HOURS: String(graceHours) } },
        { environment: { ALLOWED_SOURCES: JSON.stringify(deployment.pages.allowedSources) } },
      ],
    },
  };
}

function worksOn(queue: 'productOrders' | 'completions', uses: Uses): readonly ResourceUse[] {
  // What waits for the end of a pause is put into the queue again.
  return [
    uses.hideIn(queue),
    uses.sendTo(queue, 'deadLetters'),
    { environment: { RETRY_BASE_SECONDS: '4' } },
  ];
}

/**
 * No more containers work on a queue at once than find slots of the partners that they call: more would only give their
 * batches back. AWS requires at least two.
 * @param most Of the configuration.
 */
function consumerProps(queue: IQueue, most: number, ...atOnce: readonly (number | undefined)[]) {
  const containers = Math.max(2, Math.min(most, ...atOnce.map((limit) => limit ?? most)));
  return { timeout: consumerTimeout, memoryMb: 512, consumes: { queue, containers } } as const;
}

/** What was completed before then, functions leave to people. */
function liveSince({ deployment: { mode, liveFrom } }: CompleteIntegration): ResourceUse {
  const isSet = mode === 'live' && liveFrom !== undefined;
  return { environment: isSet ? { LIVE_FROM: liveFrom } : {} };
}

/** One version for all functions: that of the code that books, with the plant's configuration in it. */
function versionOf(bundles: Bundles): ResourceUse {
  const version = FileSystem.fingerprint(bundles['book-completion']).slice(0, 12);
  return { environment: { CONFIGURATION_VERSION: version } };
}

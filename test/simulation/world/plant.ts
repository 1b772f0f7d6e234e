import type { PublishCommand } from '@aws-sdk/client-sns';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createAcceptProductOrders } from '../../../functions/accept-product-orders/accept-product-orders.ts';
import { createBookCompletion } from '../../../functions/book-completion/book-completion.ts';
import { createCreateProductOrders } from '../../../functions/create-product-orders/create-product-orders.ts';
import { createPullProductOrders } from '../../../functions/pull-product-orders/pull-product-orders.ts';
import { createReceiveWebhook } from '../../../functions/receive-webhook/receive-webhook.ts';
import { createReconcileCompletions } from '../../../functions/reconcile-completions/reconcile-completions.ts';
import { type AlertSurroundings, createSendAlerts } from '../../../functions/send-alerts/send-alerts.ts';
import type { Runtime } from '../../../functions/wiring.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { createQueueModel } from '../aws/queue.ts';
import { createSecretsModel } from '../aws/secrets.ts';
import { createTableModel } from '../aws/table.ts';
import type { Watch } from '../invariants/watch.ts';
import type { Chance } from './chance.ts';
import { clientsOf } from './clients.ts';
import { describeLog } from './describe.ts';
import type { Fate, Service } from './fate.ts';
import { createFunction, type Handler, type LambdaFunction } from './lambda.ts';
import { createPoller } from './poller.ts';
import { createProcess, type PartnerModel, type PartnerName, type Process } from './process.ts';
import type { Timeline } from './timeline.ts';
import { bugIn } from './unexpected.ts';
import type { VirtualTime } from './virtual-time.ts';

const queueNames = ['product-orders', 'completions', 'dead-letters'] as const;
export type QueueName = (typeof queueNames)[number];
export const queueUrlOf = (name: QueueName) => `https://sqs.invalid/${name}`;
export const webhookToken = 'a-token-of-the-webhook';
export const orderApiKey = 'a-key-of-the-order-endpoint';

/** The environment that infra/stack gives the functions, with values for the simulation. */
export const environment = {
  STACK_NAME: 'simulation',
  LEDGER_TABLE_NAME: 'ledger',
  PRODUCT_ORDERS_QUEUE_URL: queueUrlOf('product-orders'),
  COMPLETIONS_QUEUE_URL: queueUrlOf('completions'),
  DEAD_LETTERS_QUEUE_URL: queueUrlOf('dead-letters'),
  WEBHOOK_TOKEN_SECRET_ARN: 'webhook-token',
  ORDER_API_KEY_SECRET_ARN: 'order-api-key',
  AZUMUTA_API_KEY_SECRET_ARN: 'azumuta-api-key',
  ERP_CREDENTIALS_SECRET_ARN: 'erp-credentials',
  ALLOWED_SOURCES: '[]',
  SETTLING_SECONDS: '300',
  RETRY_BASE_SECONDS: '4',
  BREAKER_COOLDOWN_SECONDS: '15',
  ALERTS_TOPIC_ARN: 'alerts',
  MORNING_MAIL_TOPIC_ARN: 'morning-mail',
};

/** What Secrets Manager holds of a plant with these partners. */
export const secretsOf = (azumuta: { readonly apiKey: string }, erp: { readonly credentials: unknown }) =>
  new Map(
    Object.entries({
      'webhook-token': { current: webhookToken },
      'order-api-key': { current: orderApiKey },
      'azumuta-api-key': { apiKey: azumuta.apiKey },
      'erp-credentials': erp.credentials,
    }).map(([name, value]) => [name, JSON.stringify(value)]),
  );

interface PlantSurroundings {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly timeline: Timeline;
  /** Called with an error that no function should throw. */
  readonly unexpected: (sentence: string) => void;
  readonly integration: CompleteIntegration;
  readonly fateOf: (stage: string, service: Service, what: () => string) => Fate;
  /** Current lag of the ledger's indexes. */
  readonly indexLagMs: () => number;
  /** Whether the n-th received message of this queue is received once more, and within how many milliseconds. */
  readonly comesTwice: (queue: QueueName, nth: number) => number | false;
  /** Whether the delete of the n-th batch of this queue is lost. */
  readonly isDeleteLost: (queue: QueueName, nth: number) => boolean;
  readonly partner: (name: PartnerName) => PartnerModel;
  readonly secrets: Map<string, string>;
  /** A mail is on its way to the people who are alerted. */
  readonly mailed?: () => void;
  readonly watch: Watch;
}

export type Plant = ReturnType<typeof createPlant>;

/** The deployed functions, over models of the services that they use. */
export function createPlant(given: PlantSurroundings) {
  const { time, chance, timeline } = given;
  let { integration } = given;
  let versions = 1;
  const { now } = time;
  const table = createTableModel({ now, indexLagMs: given.indexLagMs });
  const queues = createQueueModel({ now, random: chance.next, newId: chance.id, queues: queuesOfStack });
  const secrets = createSecretsModel(given.secrets);
  const processes: Process[] = [];
  const logged: string[] = [];
  const start = (name: string, stage: string) => {
    const process = createProcess(name, stage, given);
    processes.push(process);
    return process;
  };

  const functionOf = (stage: string, timeoutSeconds: number, build: (found: Runtime) => Handler) =>
    createFunction(
      { stage, timeoutMs: timeoutSeconds * 1000, build: (found) => watched(stage, build(found)) },
      {
        time,
        chance,
        timeline,
        unexpected: given.unexpected,
        start,
        surroundingsOf: (process) => ({
          environment: {
            ...environment,
            CONFIGURATION_VERSION: `version ${versions}`,
            TRIGGER_NAMES: JSON.stringify(integration.azumuta.contract.trigger),
          },
          clock: process.clock,
          random: chance.next,
          newId: chance.id,
          ...clientsOf(process, { table, queues, secrets, onQueued: wake }),
          writeLog: (line) => {
            logged.push(line);
            timeline.note(process.name, () => describeLog(line));
            const bug = bugIn(line);
            if (bug !== undefined) given.unexpected(`${stage}: ${bug}`);
          },
        }),
      },
    );
  const watched =
    (stage: string, handler: Handler): Handler =>
    (event, invocation) => {
      given.watch.gives(stage, event);
      return handler(event, invocation);
    };
  // A handler parses its event itself; the model passes what AWS would pass.
  const taking = <Event>(
    handler: (
      event: Event,
      ...rest: Parameters<Handler> extends [unknown, ...infer R] ? R : never
    ) => Promise<unknown>,
  ) => handler as Handler;
  const topics = topicsOf(given);
  const functions = {
    'receive-webhook': functionOf('receive-webhook', 10, (found) => taking(createReceiveWebhook(found))),
    'accept-product-orders': functionOf('accept-product-orders', 29, (found) =>
      taking(createAcceptProductOrders(integration, found)),
    ),
    'create-product-orders': functionOf('create-product-orders', 60, (found) =>
      taking(createCreateProductOrders(integration, found)),
    ),
    'book-completion': functionOf('book-completion', 60, (found) =>
      taking(createBookCompletion(integration, found)),
    ),
    'pull-product-orders': functionOf('pull-product-orders', 300, (found) =>
      createPullProductOrders(integration, found),
    ),
    'reconcile-completions': functionOf('reconcile-completions', 300, (found) =>
      createReconcileCompletions(integration, found),
    ),
    'send-alerts': functionOf('send-alerts', 60, (found) =>
      createSendAlerts(integration, { ...found, sns: topics }),
    ),
  };
  const pollerOf = (name: QueueName, stage: keyof typeof functions) =>
    createPoller(queueUrlOf(name), functions[stage], {
      time,
      chance,
      queues,
      comesTwice: (nth) => given.comesTwice(name, nth),
      isDeleteLost: (nth) => given.isDeleteLost(name, nth),
    });
  const pollers = {
    'product-orders': pollerOf('product-orders', 'create-product-orders'),
    completions: pollerOf('completions', 'book-completion'),
  };

  function wake(url: string): void {
    for (const poller of Object.values(pollers)) if (poller.url === url) poller.wake();
  }

  return {
    table,
    queues,
    secrets,
    functions,
    pollers,
    /** All lines that the functions have logged. */
    logged,
    /** Calls a function behind the HTTP API. `answered` gets its status, or 500 if it returned none. */
    call(
      stage: 'receive-webhook' | 'accept-product-orders',
      event: unknown,
      answered: (status: number) => void,
    ) {
      functions[stage].invoke(event, (ending) => {
        // A function behind an HTTP API returns this type; otherwise the API answers 500.
        const response = 'response' in ending ? (ending.response as APIGatewayProxyStructuredResultV2) : {};
        answered(response.statusCode ?? 500);
      });
    },
    /** Deploys another configuration: from now on each function runs in new containers, which are built of it. */
    deploy(changed: CompleteIntegration) {
      integration = changed;
      versions += 1;
      for (const one of Object.values(functions)) one.replace();
    },
    /** Ends all containers and their pending calls. */
    close() {
      for (const process of processes) process.die('the run is over');
    },
    /** The messages that wait and the functions that run, for the report of a run that does not end. */
    whatWaits: () =>
      [
        ...Object.entries(functions).map(([stage, one]) => `${one.running()} of ${stage} running`),
        ...Object.entries(pollers).map(([name, { url }]) => `${queues.messages(url).length} in ${name}`),
      ]
        .filter((each) => !each.startsWith('0 '))
        .join(', '),
    /** Whether no message waits and no function runs. Dead letters do not count, as they wait for a person. */
    isQuiet: () =>
      Object.values(functions).every((one: LambdaFunction) => one.running() === 0) &&
      Object.values(pollers).every(({ url }) => queues.messages(url).length === 0),
  };
}

/** A topic that takes each mail at once: no accident happens to it. */
function topicsOf({ mailed, timeline }: PlantSurroundings): AlertSurroundings['sns'] {
  const send = async ({ input }: PublishCommand) => {
    timeline.note('send-alerts 0', () => `mails ${input.Subject}`);
    if (input.TopicArn === environment.ALERTS_TOPIC_ARN) mailed?.();
    return {};
  };
  // The SDK's `send` has an overload for each command; this is the only one that is sent.
  return { send } as unknown as AlertSurroundings['sns'];
}

const day = 86_400;
export const queuesOfStack = queueNames.map((name) => ({
  name,
  url: queueUrlOf(name),
  visibilityTimeoutSeconds: name === 'dead-letters' ? 30 : 360,
  retentionSeconds: 14 * day,
  ...(name === 'dead-letters' ? {} : { redrive: { maxReceiveCount: 1000, to: queueUrlOf('dead-letters') } }),
}));

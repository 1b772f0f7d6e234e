import type { SQSEvent } from 'aws-lambda';
import { createAcceptProductOrders } from '../../functions/accept-product-orders/accept-product-orders.ts';
import { createBookCompletion } from '../../functions/book-completion/book-completion.ts';
import { createCreateProductOrders } from '../../functions/create-product-orders/create-product-orders.ts';
import { createPullProductOrders } from '../../functions/pull-product-orders/pull-product-orders.ts';
import { createReceiveWebhook } from '../../functions/receive-webhook/receive-webhook.ts';
import { createReconcileCompletions } from '../../functions/reconcile-completions/reconcile-completions.ts';
import { createSendAlerts } from '../../functions/send-alerts/send-alerts.ts';
import type { Runtime } from '../../functions/wiring.ts';
import { operatorLedger } from '../../infra/local/operator-clients.ts';
import { azumutaSandboxBaseUrl } from '../../infra/local/sandbox/api.ts';
import { DeadLetterQueue } from '../../infra/ops/dead-letters/queue.ts';
import { orderRefusedWith } from '../../infra/ops/replay/accept.ts';
import { type ReplayRequest, replayDeadLetters } from '../../infra/ops/replay/replay.ts';
import { defineIntegration } from '../../shared/integration/index.ts';
import { windowsRun } from '../../shared/integration/scheduled-runs.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import { createEventSourceMapping } from '../simulation/aws/event-source-mapping.ts';
import { createQueueModel } from '../simulation/aws/queue.ts';
import { createSecretsModel } from '../simulation/aws/secrets.ts';
import { createTableModel } from '../simulation/aws/table.ts';
import { createAzumutaModel, type TriggerRequest } from '../simulation/partners/azumuta.ts';
import { type ErpName, erpModels } from '../simulation/partners/erp.ts';
import { receivedOf, responseOf } from '../simulation/partners/fetch.ts';
import { recordedFigures } from '../simulation/world/integration.ts';
import { urlOf } from '../simulation/world/network.ts';
import {
  environment,
  orderApiKey,
  queuesOfStack,
  queueUrlOf,
  secretsOf,
  webhookToken,
} from '../simulation/world/plant.ts';
import type { Answer, Received } from '../support/server.ts';

export const minutes = 60_000;
export const hours = 60 * minutes;
export const days = 24 * hours;

type Configuration = Parameters<typeof defineIntegration>[0];
type Queue = 'product-orders' | 'completions';

export interface LifeOptions {
  /** Fields of the configuration that differ. */
  readonly integration?: Partial<Configuration>;
  /** Default: `rest`. */
  readonly erp?: ErpName;
}

export type LifePlant = ReturnType<typeof createLifePlant>;

/**
 * A plant in one process: the deployed functions over models of AWS, Azumuta and an ERP, with a clock that a test moves
 * by hand. One at a time: it replaces the built-in fetch until it is closed.
 */
export function createLifePlant({ integration: given = {}, erp: erpName = 'rest' }: LifeOptions = {}) {
  let now = Date.parse('2026-11-24T08:00:00.000Z');
  let ids = 0;
  const newId = () => `id${String(++ids).padStart(15, '0')}`;
  const clock = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      now += ms;
    },
    timeout: () => new AbortController().signal,
  };
  const table = createTableModel({ now: () => now, indexLagMs: () => 0 });
  let writes = 0;
  const { client } = table;
  const sendsToTable = client.send;
  client.send = ((command: { readonly constructor: { readonly name: string } }) => {
    if (!/^(Get|BatchGet|Query)/.test(command.constructor.name)) writes += 1;
    return Reflect.apply(sendsToTable, client, [command]);
  }) as typeof client.send;
  const queues = createQueueModel({
    now: () => now,
    random: () => 0.5,
    newId,
    queues: queuesOfStack,
  });
  const erp = erpModels[erpName]({ now: clock.now, newId });
  const triggers: TriggerRequest[] = [];
  const azumuta = createAzumutaModel({
    now: clock.now,
    newId,
    articles: Object.values(erp.articles),
    sendTrigger: (request) => triggers.push(request),
  });
  const secrets = createSecretsModel(secretsOf(azumuta, erp));
  const calls = { azumuta: 0, erp: 0 };
  /** What a partner answers instead, perhaps after something has happened. */
  const answers: Record<
    'azumuta' | 'erp',
    (received: Received, answer: () => Answer) => Answer | Promise<Answer>
  > = {
    azumuta: (_, answer) => answer(),
    erp: (_, answer) => answer(),
  };
  const { fetch: builtIn } = globalThis;
  globalThis.fetch = async (input, init = {}) => {
    const received = receivedOf(input instanceof Request ? input.url : input, init);
    const partner = received.url.hostname === 'azumuta.invalid' ? 'azumuta' : 'erp';
    calls[partner] += 1;
    const model = partner === 'azumuta' ? azumuta : erp;
    return responseOf(await answers[partner](received, () => model.answer(received)));
  };
  const mails: { readonly at: string; readonly subject: string; readonly text: string }[] = [];
  const store = new Table(table.client, 'ledger');
  const ledger = operatorLedger(store, clock);
  let mode = 'live';
  let functions = build({});

  function build(changes: Partial<Configuration>, version = 'first') {
    const integration = defineIntegration({
      plant: 'life',
      timeZone: 'Europe/Brussels',
      azumuta: { baseUrl: azumutaSandboxBaseUrl(urlOf('azumuta')) },
      erp: erp.definition(urlOf('erp')),
      productOrders: {
        parameters: ({ quantity }, { of }) => ({ Quantity: of > 1 ? 1 : Number(quantity.amount) }),
      },
      completions: recordedFigures,
      schedule: {
        pull: { everyMinutes: 5, from: '2026-11-01T00:00:00Z' },
        reconcile: { everyHours: 24, graceHours: 24 },
      },
      ...given,
      ...changes,
    });
    const names = integration.azumuta.contract.trigger;
    const runtime = {
      environment: {
        ...environment,
        STACK_NAME: 'AzumutaErp-life-production',
        CONFIGURATION_VERSION: version,
        MODE: mode,
        LIVE_FROM: integration.deployment.liveFrom,
        TRIGGER_NAMES: JSON.stringify(names),
      },
      clock,
      random: () => 0.5,
      newId,
      dynamodb: table.client,
      sqs: queues.client,
      secretsManager: secrets.client,
      sns: {
        async send({ input }: { readonly input: { readonly Subject?: string; readonly Message?: string } }) {
          const { Subject: subject = '', Message: text = '' } = input;
          mails.push({ at: clock.now().toISOString(), subject, text });
          return {};
        },
      },
      writeLog: () => undefined,
    };
    // The model of SNS takes what `publish` sends, and answers nothing that it reads.
    const all = runtime as Runtime & Parameters<typeof createSendAlerts>[1];
    return {
      names,
      accept: createAcceptProductOrders(integration, all),
      create: createCreateProductOrders(integration, all),
      book: createBookCompletion(integration, all),
      pull: createPullProductOrders(integration, all),
      reconcile: createReconcileCompletions(integration, all),
      webhook: createReceiveWebhook(all),
      alerts: createSendAlerts(integration, all),
    };
  }

  function invocation(seconds = 60) {
    const endsAt = now + seconds * 1000;
    return { awsRequestId: newId(), getRemainingTimeInMillis: () => Math.max(0, endsAt - now) };
  }

  const mapped = (name: Queue) => ({
    url: queueUrlOf(name),
    mapping: createEventSourceMapping(queues, queueUrlOf(name)),
    run: (event: SQSEvent) => functions[name === 'completions' ? 'book' : 'create'](event, invocation()),
  });
  const consumers = [mapped('product-orders'), mapped('completions')];

  /** A trigger with this body, whoever sends it. */
  const trigger = (body: string) =>
    call(functions.webhook, {
      body,
      pathParameters: { event: 'product-order-completed', token: webhookToken },
      requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' }, requestId: newId() },
    });

  /** Sends the triggers that wait. */
  async function sendTriggers(): Promise<void> {
    for (const { init } of triggers.splice(0)) await trigger(String(init.body));
  }

  /** What the HTTP API would pass, as far as the functions read it. */
  async function call(handler: (event: never, invocation: never) => Promise<unknown>, event: object) {
    const whole = { headers: {}, isBase64Encoded: false, rawQueryString: '', ...event };
    // API Gateway's types have dozens of fields that no function reads.
    return (await handler(whole as never, invocation(29) as never)) as { statusCode: number; body: string };
  }

  const ofErp = (method: string, more: object) => ({
    headers: { 'x-api-key': orderApiKey },
    requestContext: { http: { method, sourceIp: '192.0.2.1' }, requestId: newId() },
    ...more,
  });

  const pull = () => functions.pull({}, invocation(300));
  const reconcile = () => functions.reconcile({}, invocation(300));

  /** Works until nothing waits, or for so long. */
  async function work(forMs = 2 * hours): Promise<void> {
    const until = now + forMs;
    while (true) {
      await sendTriggers();
      let done = 0;
      for (const { mapping, run } of consumers) {
        const batch = mapping.receive();
        if (!batch) continue;
        mapping.finish(batch, { returned: await run(batch.event) });
        done += batch.messages.length;
      }
      if (done > 0) continue;
      const next = consumers.flatMap(({ url }) => queues.nextVisibleAt(url) ?? []);
      if (next.length === 0) return;
      now = Math.max(now + 1, Math.min(until, ...next));
      if (now >= until) return;
    }
  }

  /** All dead letters are sent again, or those that are asked for, and worked on. */
  async function replayed(request: Partial<ReplayRequest> = {}): Promise<void> {
    const deadLetters = new DeadLetterQueue(queues.client, queueUrlOf('dead-letters'), {
      names: functions.names,
    });
    const queueUrls = {
      'product-orders': queueUrlOf('product-orders'),
      completions: queueUrlOf('completions'),
      'dead-letters': queueUrlOf('dead-letters'),
    };
    await replayDeadLetters(
      { go: true, signal: new AbortController().signal, ...request },
      { deadLetters, queues: createQueues(queues.client), queueUrls, ledger, clock },
    );
    await work();
  }

  return {
    clock,
    table,
    queues,
    erp,
    azumuta,
    answers,
    calls,
    mails,
    ledger,
    work,
    triggers,
    sendTriggers,
    trigger,
    /** How the fields of a trigger are named by the configuration of now. */
    triggerNames: () => functions.names,
    /** Writes of the ledger so far, those that it refused among them. */
    writes: () => writes,
    advance(ms: number) {
      now += ms;
    },
    /** Other functions from now on, as after a deployment. */
    deploy(changes: Partial<Configuration>, version?: string, as = 'live') {
      mode = as;
      functions = build(changes, version);
    },
    async post(order: object) {
      const answer = await call(functions.accept, ofErp('POST', { body: JSON.stringify(order) }));
      return JSON.parse(answer.body).orders[0];
    },
    async get(number: string) {
      const answer = await call(functions.accept, ofErp('GET', { pathParameters: { number } }));
      return JSON.parse(answer.body).orders?.[0];
    },
    pull,
    /** Pulls, and works until nothing waits. */
    async pulled() {
      const report = await pull();
      await work();
      return report;
    },
    reconcile,
    /** The daily look, and all that follows from it. */
    looked: () => reconcile().then(() => work()),
    /** The second schedule's run, which finds parts whose time to be booked has come, and all that follows from it. */
    async woken() {
      const report = await functions.reconcile(windowsRun, invocation(300));
      await work();
      return report;
    },
    /** The ledger is lost, and an empty one takes its place. */
    async beginLedgerAnew() {
      for (const { pk, sk } of table.items()) await store.remove({ pk: String(pk), sk: String(sk) });
    },
    alerts: () => functions.alerts({}, invocation()),
    replayed,
    /** A person accepts figures of an order that are more than it is for. @throws UsageError */
    async accepted(number: string, figures: string) {
      const home = await orderRefusedWith(figures, new Set([number]), ledger);
      await replayed({ orders: new Set([home]), accepts: figures });
    },
    /** Reasons of the dead letters. */
    letters: () =>
      queues
        .messages(queueUrlOf('dead-letters'))
        .map(({ attributes }) => attributes.reason?.StringValue ?? ''),
    /** Plans an order in the ERP. */
    plan: (quantity = '5', article: keyof typeof erp.articles = 'plain', more: object = {}) =>
      erp.plan({ article, quantity, ...more }),
    close() {
      globalThis.fetch = builtIn;
    },
  };
}

import { onTestFinished } from 'vitest';
import type { Runtime } from '../../functions/wiring.ts';
import { azumutaSandboxBaseUrl } from '../../infra/local/sandbox/api.ts';
import type { ErpDefinition } from '../../shared/erp/connector.ts';
import {
  type CompleteIntegration,
  defineIntegration,
  type Integration,
} from '../../shared/integration/define.ts';
import { planned } from '../../shared/integration/mapping/recorded.ts';
import { createLedger } from '../../shared/ledger/ledger.ts';
import type { Part } from '../../shared/model/orders.ts';
import type { Partner } from '../../shared/model/partner.ts';
import { Slots } from '../../shared/slots/slots.ts';
import { createSecretsModel } from '../simulation/aws/secrets.ts';
import { createAzumutaModel } from '../simulation/partners/azumuta.ts';
import { erpModels } from '../simulation/partners/erp.ts';
import { claimedOrder } from '../support/bookings.ts';
import { testClock } from '../support/clock.ts';
import { startLedgerStore } from '../support/dynamodb.ts';
import { silent } from '../support/logs.ts';
import { newOrder } from '../support/orders.ts';
import { type Answer, type Received, startServer } from '../support/server.ts';
import { sqsRecord, startSqsEndpoint } from '../support/sqs.ts';

/** Parts of a configuration; those of a partner are added to what calls it. */
type Settings = Partial<Omit<Integration, 'azumuta' | 'erp'>> & {
  readonly azumuta?: Integration['azumuta'];
  readonly erp?: Pick<ErpDefinition, 'atOnce' | 'watermark'>;
};

type Answering = (
  received: Received,
  answer: () => Answer,
) => Answer | undefined | Promise<Answer | undefined>;

/** Each differs from what the code takes by itself. */
const seconds = { SETTLING_SECONDS: '420', RETRY_BASE_SECONDS: '9', BREAKER_COOLDOWN_SECONDS: '33' };
/** What the callers of the endpoints present. */
export const keys = { orders: 'a-key-of-the-order-endpoint', webhook: 'a-token-of-the-webhook' };

export type Surroundings = Awaited<ReturnType<typeof startSurroundings>>;

/**
 * What a function is built from: a configuration, an environment with another value for each variable, models of the
 * ledger and of the secrets; and SQS, Azumuta and an ERP on loopback.
 */
export async function startSurroundings(
  { azumuta: ofAzumuta, erp: ofErp, ...settings }: Settings = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const clock = testClock();
  let ids = 0;
  const newId = () => `id${String(++ids).padStart(15, '0')}`;
  const erp = erpModels.rest({ now: clock.now, newId });
  const articles = Object.values(erp.articles);
  const azumuta = createAzumutaModel({ now: clock.now, newId, articles, sendTrigger: () => {} });
  /** What a partner answers instead; undefined cuts the connection. */
  const answers: Record<'azumuta' | 'erp', Answering> = {
    azumuta: (_, answer) => answer(),
    erp: (_, answer) => answer(),
  };
  const [store, sqs, azumutaServer, erpServer] = await Promise.all([
    startLedgerStore(),
    startSqsEndpoint(),
    startServer((call) => answers.azumuta(call, () => azumuta.answer(call))),
    startServer((call) => answers.erp(call, () => erp.answer(call))),
  ]);
  onTestFinished(sqs.stop);
  const secrets = createSecretsModel(
    new Map(
      Object.entries({
        'webhook-token': { current: keys.webhook },
        'order-api-key': { current: keys.orders },
        'azumuta-api-key': { apiKey: azumuta.apiKey },
        'erp-credentials': erp.credentials,
      }).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
  );
  const integration: CompleteIntegration = defineIntegration({
    plant: 'functions',
    timeZone: 'Europe/Brussels',
    azumuta: { baseUrl: azumutaSandboxBaseUrl(azumutaServer.url), ...ofAzumuta },
    erp: { ...erp.definition(erpServer.url), ...ofErp },
    ...settings,
    completions: { quantity: planned, ...settings.completions },
  });
  const logged: string[] = [];
  const runtime: Runtime = {
    environment: {
      STACK_NAME: 'AzumutaErp-functions-test',
      CONFIGURATION_VERSION: 'version 1',
      LEDGER_TABLE_NAME: store.tableName,
      PRODUCT_ORDERS_QUEUE_URL: sqs.queueUrl('product-orders'),
      COMPLETIONS_QUEUE_URL: sqs.queueUrl('completions'),
      DEAD_LETTERS_QUEUE_URL: sqs.queueUrl('dead-letters'),
      WEBHOOK_TOKEN_SECRET_ARN: 'webhook-token',
      ORDER_API_KEY_SECRET_ARN: 'order-api-key',
      AZUMUTA_API_KEY_SECRET_ARN: 'azumuta-api-key',
      ERP_CREDENTIALS_SECRET_ARN: 'erp-credentials',
      TRIGGER_NAMES: JSON.stringify(integration.azumuta.contract.trigger),
      ALLOWED_SOURCES: '[]',
      ...seconds,
      ...environment,
    },
    clock,
    newId,
    random: () => 0.5,
    dynamodb: store.client,
    sqs: sqs.client,
    secretsManager: secrets.client,
    writeLog: (line) => logged.push(line),
  };
  const ledger = createLedger({ ...store, clock, settlingSeconds: 420 });

  return {
    clock,
    store,
    ledger,
    sqs,
    erp,
    azumuta,
    answers,
    integration,
    runtime,
    logged,
    /** What each partner was asked. */
    calls: { azumuta: azumutaServer.calls, erp: erpServer.calls },
    /** The messages that a queue got, parsed. */
    sent: (queue: 'product-orders' | 'completions' | 'dead-letters') =>
      sqs.sent.filter((message) => message.queue === queue).map(({ body }) => JSON.parse(body)),
    /** Plans and releases an order in the ERP. */
    plan: (quantity = '5') => erp.plan({ article: 'plain', quantity, dueDate: '2026-12-01' }),
    /** A product order that is in Azumuta, and in the ledger as created. */
    async created(
      number: string,
      { erpOrder = { number, article: 'GEAR-01' }, dueDate, part }: OrderChanges = {},
    ) {
      const made = azumuta.typeByHand(number, erp.articles.plain, { Quantity: 5 });
      if (!made) throw new Error('Azumuta has that article.');
      const was = { ...erpOrder, amount: '5', unit: 'u' };
      await ledger.orders.create(newOrder({ number, erpOrder: was, dueDate, ...(part && { part }) }));
      const receipt = { productOrder: { id: made.id, number }, azumutaId: made.id, awaiting: 'completion' };
      await ledger.claims.complete(await claimedOrder(ledger, number), receipt, { event: 'created' });
      return made;
    },
  };
}

interface OrderChanges {
  readonly erpOrder?: { readonly number: string; readonly id?: string; readonly article: string };
  readonly dueDate?: string;
  readonly part?: Part;
}

export const invocation = { awsRequestId: 'this invocation', getRemainingTimeInMillis: () => 60_000 };

/** Messages as Lambda passes them on. */
export const messages = (...bodies: readonly (string | object)[]) => ({
  Records: bodies.map((body) => sqsRecord({ body: typeof body === 'string' ? body : JSON.stringify(body) })),
});

/** The fields of an event of the HTTP API that a test gives. */
type HttpCall = Readonly<Record<string, unknown>> & { readonly method?: string; readonly sourceIp?: string };

/** What the HTTP API passes on, as far as the functions read it. */
export async function call(
  handler: (event: never, invocation: never) => Promise<unknown>,
  { method = 'POST', sourceIp = '192.0.2.1', ...event }: HttpCall,
) {
  const requestContext = { http: { method, sourceIp }, requestId: 'this call' };
  const whole = { headers: {}, isBase64Encoded: false, rawQueryString: '', requestContext, ...event };
  // API Gateway's types have dozens of fields that no function reads.
  const answer = (await handler(whole as never, invocation as never)) as { statusCode: number; body: string };
  return { statusCode: answer.statusCode, ...JSON.parse(answer.body) };
}

/** Another function takes the only slot of a partner. */
export async function takeSlot({ clock, integration, store }: Surroundings, partner: Partner, name: string) {
  const { table } = store;
  const slots = new Slots({ limits: integration, clock, table, name, settlingSeconds: 420, log: silent });
  slots.begin({ awsRequestId: 'another', getRemainingTimeInMillis: () => 3_600_000 });
  await slots.take(partner);
  return slots;
}

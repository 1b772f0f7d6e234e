import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { createSendAlerts } from '../../../functions/send-alerts/send-alerts.ts';
import sample from '../../../integration.config.ts';
import { alertSchema } from '../../../shared/alerts/alert.ts';
import { BreakerForPeople } from '../../../shared/circuit-breaker/breaker-for-people.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import type { Mode } from '../../../shared/model/mode.ts';
import { testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';
import { type Answer, type Received, startServer } from '../../support/server.ts';

/** A mail as SNS was given it. */
interface Mail {
  readonly topic: string;
  readonly subject: string;
  readonly text: string;
}

/** What the receivers answer next; `undefined` cuts the connection, `hang` never answers. */
type Answers = Record<'teams' | 'slack' | 'webhook', (received: Received) => Answer | undefined | 'hang'>;

interface AllReceived {
  readonly mails: Mail[];
  readonly teams: unknown[];
  readonly slack: unknown[];
  readonly webhook: z.infer<typeof alertSchema>[];
}

export interface StageOptions {
  readonly mode?: Mode;
  readonly start?: string;
  readonly deployment?: Partial<CompleteIntegration['deployment']>;
  readonly timeZone?: string;
  readonly erp?: CompleteIntegration['erp'];
  /** Stands before the table, to fail. */
  readonly dynamodb?: (store: LedgerStore['client']) => LedgerStore['client'];
}

/** What signs the links, where the deployment has pages. */
export const pagesKey = 'the key of the pages, first';

const accept = () => ({ status: 200, body: 'ok' });

/** The function between a ledger, an SNS and three webhooks on loopback. */
export async function startAlertStage(options: StageOptions = {}) {
  const clock = testClock(options.start);
  const store = await startLedgerStore();
  const answers: Answers = { teams: accept, slack: accept, webhook: accept };
  /** The key of the pages; it cannot be read without. */
  const pages: { key: string | undefined } = { key: pagesKey };
  /** Whether SNS takes mails. */
  const sns = { isUp: true };
  const received: AllReceived = { mails: [], teams: [], slack: [], webhook: [] };
  /** Messages in each queue, as SQS tells them. */
  const counts: Record<string, number> = {};
  const logged: string[] = [];
  const webhooks = await startReceivers(answers, received);

  const ledger = createLedger({ table: store.table, clock, settlingSeconds: 300 });
  const breaker = new BreakerForPeople(store.table, clock);
  const integration: CompleteIntegration = {
    ...sample,
    timeZone: options.timeZone ?? 'Europe/Brussels',
    erp: options.erp ?? sample.erp,
    deployment: {
      ...sample.deployment,
      alerts: { webhooks: ['teams', 'slack', 'webhook'], who: { planner: 'An Peeters, ext. 23' } },
      ...options.deployment,
    },
  };
  let runs = 0;

  const stage = {
    clock,
    ledger,
    breaker,
    store,
    counts,
    answers,
    sns,
    received,
    logged,
    pages,
    /** One run of the function, in a container of its own. */
    run() {
      runs += 1;
      const send = createSendAlerts(integration, {
        environment: { ...environmentOf(store.tableName), MODE: options.mode },
        clock,
        random: Math.random,
        newId: () => String(runs),
        dynamodb: options.dynamodb?.(store.client) ?? store.client,
        sqs: countingSqs(counts),
        secretsManager: secretsOf(webhooks, pages),
        sns: mailing(sns, received.mails),
        writeLog: (line) => logged.push(line),
      });
      const awsRequestId = `run ${runs}`;
      return send({}, { awsRequestId, getRemainingTimeInMillis: () => 60_000 });
    },
    /** Runs every five minutes, for so long; less often where days pass. */
    async runFor(minutes: number, every = 5) {
      for (let minute = 0; minute < minutes; minute += every) {
        clock.advance(every * 60);
        await stage.run();
      }
    },
    async outage(partner: 'erp' | 'azumuta', reason = 'The ERP failed (503) at GET /orders.') {
      const failure = new PartnerDown(reason);
      for (let count = 0; count < 5; count += 1)
        await breaker.recordFailure(partner, failure, 'call', 'test');
    },
    /** The ERP answers a probe. */
    async recovery() {
      await breaker.permit('erp', 'probe');
      await breaker.recordSuccess('erp', 'probe', 'probe');
    },
  };
  return stage;
}

function environmentOf(tableName: string) {
  const queue = (name: string) => `https://sqs.eu-west-1.amazonaws.com/1/${name}`;
  return {
    STACK_NAME: 'AzumutaErp-ghent-production',
    LEDGER_TABLE_NAME: tableName,
    SETTLING_SECONDS: '300',
    BREAKER_COOLDOWN_SECONDS: '15',
    PRODUCT_ORDERS_QUEUE_URL: queue('product-orders'),
    COMPLETIONS_QUEUE_URL: queue('completions'),
    DEAD_LETTERS_QUEUE_URL: queue('dead-letters'),
    ALERTS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:1:alerts',
    MORNING_MAIL_TOPIC_ARN: 'arn:aws:sns:eu-west-1:1:morning',
    ALERT_WEBHOOKS_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:1:secret:alert-webhooks-AbCdEf',
    STAGE: 'production',
    PAGES_URL: 'https://plant.example/pages',
    PAGES_KEY_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:1:secret:pages-key-AbCdEf',
  };
}

async function startReceivers(answers: Answers, received: AllReceived) {
  const receiver = async (name: 'teams' | 'slack' | 'webhook') => {
    const { url } = await startServer((call) => {
      const answer = answers[name](call);
      if (answer === 'hang') return new Promise(() => undefined);
      if (answer?.status === 200) {
        const body: unknown = JSON.parse(call.body);
        if (name === 'webhook') received.webhook.push(z.parse(alertSchema, body));
        else received[name].push(body);
      }
      return answer;
    });
    return `${url}/secret-${name}?sig=secret`;
  };
  return {
    teams: await receiver('teams'),
    slack: await receiver('slack'),
    webhook: await receiver('webhook'),
  };
}

/** SNS, as far as mails are published. */
function mailing(sns: { readonly isUp: boolean }, mails: Mail[]): Pick<SNSClient, 'send'> {
  const send = async (command: unknown) => {
    if (!(command instanceof PublishCommand)) throw new Error('SNS is asked to publish only.');
    if (!sns.isUp) throw new Error('SNS does not answer.');
    const { TopicArn = '', Subject = '', Message = '' } = command.input;
    mails.push({ topic: TopicArn.split(':').at(-1) ?? '', subject: Subject, text: Message });
    return {};
  };
  // The overloads of the SDK's method are one function.
  return { send } as Pick<SNSClient, 'send'>;
}

/** SQS, as far as it is asked how much there is. */
function countingSqs(counts: Readonly<Record<string, number>>): Pick<SQSClient, 'send'> {
  const send = async (command: unknown) => {
    if (!(command instanceof GetQueueAttributesCommand)) throw new Error('SQS is asked for counts only.');
    const name = command.input.QueueUrl?.split('/').at(-1) ?? '';
    return { Attributes: { ApproximateNumberOfMessages: String(counts[name] ?? 0) } };
  };
  // As above.
  return { send } as Pick<SQSClient, 'send'>;
}

function secretsOf(webhooks: object, pages: { readonly key: string | undefined }) {
  const send = async (command: unknown) => {
    if (!(command instanceof GetSecretValueCommand)) throw new Error('Secrets are read only.');
    if (!command.input.SecretId?.includes(':pages-key-')) return { SecretString: JSON.stringify(webhooks) };
    if (pages.key === undefined) throw new Error('Secrets Manager does not answer.');
    return { SecretString: JSON.stringify({ current: pages.key }) };
  };
  // As above.
  return { send } as Pick<SecretsManagerClient, 'send'>;
}

/** An order that came from the ERP and waits to be created. */
export async function orderOf(
  ledger: Ledger,
  { number, amount = '5', dueDate }: { number: string; amount?: string; dueDate?: string },
): Promise<void> {
  const made = newOrder({ number, dueDate });
  const erpOrder = { ...made.erpOrder, amount };
  await ledger.orders.create({ ...made, erpOrder });
  await ledger.erpOrders.writeVersion(splitOrder(number, 1, { book: 'each', erpOrder, dueDate }));
}

/** A dead letter of a booking that the ERP refuses. */
export const refused = (number: string, reason = 'The ERP refuses it: period 11 is closed.') => ({
  messageId: `message of ${number}`,
  orderNumber: number,
  stage: 'book-completion',
  reason,
  cause: 'refused-by-erp' as const,
  partner: 'erp' as const,
});

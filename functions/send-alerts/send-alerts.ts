import type { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod/mini';
import { sendTest } from '../../shared/alerts/channels/channels.ts';
import type { AlertDependencies } from '../../shared/alerts/dependencies.ts';
import { sendAlerts } from '../../shared/alerts/send-alerts.ts';
import { BreakerForPeople } from '../../shared/circuit-breaker/breaker-for-people.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { dueTermsOf } from '../../shared/integration/due-terms.ts';
import { createAlertLedger } from '../../shared/ledger/ledger.ts';
import { reasonOf } from '../../shared/model/errors.ts';
import { signedLink } from '../../shared/pages/links.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { readQueue } from '../../shared/platform/aws/queue.ts';
import { createWiring, type Runtime, type Wiring } from '../wiring.ts';

export interface AlertSurroundings extends Runtime {
  readonly sns: Pick<SNSClient, 'send'>;
}

/** A run by hand may ask for a test message to each channel. */
const alertEventSchema = z.object({ test: z._default(z.boolean(), false) });

/** Tells people of concerns and of their end; once a workday, mails the state of the plant. */
export function createSendAlerts(integration: CompleteIntegration, runtime: AlertSurroundings) {
  const wiring = createWiring('send-alerts', integration, runtime, createAlertLedger);
  const { ledger, table, clock, secrets, log, setting } = wiring;
  const { deployment } = integration;
  const { alerts, morningMail } = deployment;
  const mode = setting('MODE');
  const { webhooks, who } = alerts;
  const urls = {
    'product-orders': setting('PRODUCT_ORDERS_QUEUE_URL'),
    completions: setting('COMPLETIONS_QUEUE_URL'),
    'dead-letters': setting('DEAD_LETTERS_QUEUE_URL'),
  };
  const dependencies: AlertDependencies = {
    ledger,
    clock,
    log,
    mode,
    ...dueTermsOf(integration),
    morningMail,
    caution: integration.erp.caution,
    who,
    stack: setting('STACK_NAME'),
    breaker: new BreakerForPeople(table, clock),
    // Five minutes; on this machine, where a breaker cools down in a second, twenty seconds.
    outageSeconds: 20 * setting('BREAKER_COOLDOWN_SECONDS'),
    queue: (queue) => readQueue(runtime.sqs, urls[queue]),
    async countDeadLetters() {
      const { waiting, underWay } = await readQueue(runtime.sqs, urls['dead-letters']);
      return waiting + underWay;
    },
    sns: runtime.sns,
    secrets,
    webhooks,
    topicArns: {
      email: setting('ALERTS_TOPIC_ARN'),
      'morning-mail': morningMail && setting('MORNING_MAIL_TOPIC_ARN'),
    },
    webhooksSecretArn: webhooks.length === 0 ? '' : setting('ALERT_WEBHOOKS_SECRET_ARN'),
  };
  const linksOfRun = wirePageLinks(wiring, deployment.pages);
  return async (event: unknown, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    const asked = z.safeParse(alertEventSchema, event);
    const withLinks = { ...dependencies, linkTo: await linksOfRun?.() };
    return asked.success && asked.data.test ? sendTest(withLinks) : sendAlerts(withLinks, invocation);
  };
}

/** What signs the links of a run; undefined where there are no pages. Alerts do not wait for a key that cannot be read. */
function wirePageLinks(
  { integration: { plant }, setting, secrets, clock, log }: Wiring,
  pages: CompleteIntegration['deployment']['pages'],
) {
  if (!pages) return undefined;
  const [url, arn, stage] = [setting('PAGES_URL'), setting('PAGES_KEY_SECRET_ARN'), setting('STAGE')];
  return async (): Promise<AlertDependencies['linkTo']> => {
    try {
      const { current: key } = await secrets.read(arn, rotatingSecretSchema, { refresh: true });
      const until = Math.floor(clock.now().getTime() / 1000) + pages.validHours * 3600;
      return (page) => `${url}/${signedLink({ ...page, until }, { key, plant, stage })}`;
    } catch (error) {
      log.error('Alerts go out without links', { reason: reasonOf(error) });
      return undefined;
    }
  };
}

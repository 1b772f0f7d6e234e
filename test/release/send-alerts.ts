import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createSendAlerts } from '../../functions/send-alerts/send-alerts.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { RecordingPlant } from './recording-plant.ts';

/** One run of the function that sends alerts, over the plant's table. */
export async function sendAlerts(
  { plant, time }: Pick<RecordingPlant, 'plant' | 'time'>,
  integration: CompleteIntegration,
  { receives }: { readonly receives: boolean },
): Promise<void> {
  const webhooks = ['teams', 'slack', 'webhook'].map((name) => [name, `https://${name}.invalid/hook`]);
  plant.secrets.set('alert-webhooks', JSON.stringify(Object.fromEntries(webhooks)));
  const send = createSendAlerts(integration, {
    environment: {
      STACK_NAME: 'simulation',
      LEDGER_TABLE_NAME: 'ledger',
      SETTLING_SECONDS: '300',
      BREAKER_COOLDOWN_SECONDS: '15',
      PRODUCT_ORDERS_QUEUE_URL: 'product-orders',
      COMPLETIONS_QUEUE_URL: 'completions',
      BOOKINGS_QUEUE_URL: 'bookings',
      DEAD_LETTERS_QUEUE_URL: 'dead-letters',
      ALERTS_TOPIC_ARN: 'alerts',
      MORNING_MAIL_TOPIC_ARN: 'morning-mail',
      ALERT_WEBHOOKS_SECRET_ARN: 'alert-webhooks',
    },
    clock: {
      now: () => new Date(time.now()),
      sleep: async () => {},
      timeout: () => new AbortController().signal,
    },
    random: () => 0.5,
    newId: () => 'run',
    dynamodb: plant.table.client,
    secretsManager: plant.secrets.client,
    // The SDK's `send` has an overload for each command; each client is used for one command only.
    sqs: {
      send: async (command: unknown) => {
        if (!(command instanceof GetQueueAttributesCommand)) throw new Error('Only counts may be requested.');
        return { Attributes: { ApproximateNumberOfMessages: '1' } };
      },
    } as Pick<SQSClient, 'send'>,
    sns: {
      send: async (command: unknown) => {
        if (!(command instanceof PublishCommand)) throw new Error('Only mails may be sent.');
        if (!receives) throw new Error('SNS is throttled.');
        return {};
      },
    } as Pick<SNSClient, 'send'>,
    writeLog: () => {},
  });
  const { fetch: builtIn } = globalThis;
  globalThis.fetch = async () =>
    receives ? new Response('ok') : new Response('', { status: 429, headers: { 'retry-after': '600' } });
  try {
    await send({}, { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 });
  } finally {
    globalThis.fetch = builtIn;
  }
}

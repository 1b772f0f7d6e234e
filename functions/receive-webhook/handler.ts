import { createSqsClient } from '../../shared/platform/aws/queue.ts';
import { createSecretsClient } from '../../shared/platform/aws/secrets.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { createReceiveWebhook } from './receive-webhook.ts';

/**
 * Trigger: `GET` and `POST /webhooks/azumuta/{event}/{token}`. It does not read the configuration, so that triggers are
 * accepted even when the configuration is wrong.
 */
export const handler = createReceiveWebhook({
  environment: process.env,
  clock: systemClock,
  sqs: createSqsClient(),
  secretsManager: createSecretsClient(),
});

import * as z from 'zod/mini';
import { triggerNamesSchema } from '../../shared/azumuta/trigger.ts';
import { WebhookReceiver } from '../../shared/completions/receive-webhook.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import { Secrets } from '../../shared/platform/aws/secrets.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { ipAllowListCheck } from '../../shared/platform/ip-allow-list.ts';
import { createLogger } from '../../shared/platform/log.ts';
import type { Runtime } from '../container.ts';
import { bodyOf, createHttpHandler } from '../http-handler.ts';

const variables = [
  'STACK_NAME',
  'COMPLETIONS_QUEUE_URL',
  'DEAD_LETTERS_QUEUE_URL',
  'WEBHOOK_TOKEN_SECRET_ARN',
  'TRIGGER_NAMES',
  'ALLOWED_SOURCES',
] as const;

export function createReceiveWebhook({
  environment,
  clock,
  sqs,
  secretsManager,
  writeLog,
}: Pick<Runtime, 'environment' | 'clock' | 'sqs' | 'secretsManager' | 'writeLog'>) {
  const settings = readEnvironment(variables, environment);
  const secrets = new Secrets(secretsManager, clock);
  const log = createLogger({ stack: settings.STACK_NAME, functionName: 'receive-webhook' }, writeLog, clock);
  const receiver = new WebhookReceiver({
    queues: createQueues(sqs),
    completionsQueueUrl: settings.COMPLETIONS_QUEUE_URL,
    deadLetterQueueUrl: settings.DEAD_LETTERS_QUEUE_URL,
    names: z.parse(triggerNamesSchema, JSON.parse(settings.TRIGGER_NAMES)),
    mayCall: ipAllowListCheck(settings.ALLOWED_SOURCES),
    key: (options) => secrets.read(settings.WEBHOOK_TOKEN_SECRET_ARN, rotatingSecretSchema, options),
    clock,
    log,
  });

  return createHttpHandler(log, (event) =>
    receiver.receive({
      method: event.requestContext.http.method,
      sourceIp: event.requestContext.http.sourceIp,
      event: event.pathParameters?.event ?? '',
      token: event.pathParameters?.token ?? '',
      rawQueryString: event.rawQueryString,
      body: bodyOf(event),
      id: event.requestContext.requestId,
    }),
  );
}

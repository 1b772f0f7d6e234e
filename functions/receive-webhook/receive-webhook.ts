import * as z from 'zod/mini';
import { triggerNamesSchema } from '../../shared/azumuta/trigger.ts';
import { WebhookReceiver } from '../../shared/completions/receive-webhook.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { createWorkerQueues } from '../../shared/platform/aws/queue.ts';
import { ipAllowListCheck } from '../../shared/platform/ip-allow-list.ts';
import { bodyOf, createHttpHandler } from '../http-handler.ts';
import { type Runtime, type Surroundings, surroundingsOf } from '../wiring.ts';

export function createReceiveWebhook(runtime: Surroundings & Pick<Runtime, 'sqs'>) {
  const { setting, secrets, clock, log } = surroundingsOf('receive-webhook', runtime);
  const tokenArn = setting('WEBHOOK_TOKEN_SECRET_ARN');
  const receiver = new WebhookReceiver({
    queues: createWorkerQueues(runtime.sqs),
    completionsQueueUrl: setting('COMPLETIONS_QUEUE_URL'),
    deadLetterQueueUrl: setting('DEAD_LETTERS_QUEUE_URL'),
    names: z.parse(triggerNamesSchema, JSON.parse(setting('TRIGGER_NAMES'))),
    mayCall: ipAllowListCheck(setting('ALLOWED_SOURCES')),
    key: (options) => secrets.read(tokenArn, rotatingSecretSchema, options),
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

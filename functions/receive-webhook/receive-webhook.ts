import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { triggerNamesSchema } from '../../shared/azumuta/trigger.ts';
import { receiveWebhook } from '../../shared/completions/receive-webhook.ts';
import { createUnusableCalls } from '../../shared/completions/unusable-calls.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import { createSecrets } from '../../shared/platform/aws/secrets.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { ipAllowListCheck, ipAllowListSchema } from '../../shared/platform/ip-allow-list.ts';
import { createLogger } from '../../shared/platform/log.ts';
import type { Surroundings } from '../container.ts';

/** Validates and enqueues Azumuta's triggers. */
export function createReceiveWebhook({
  environment,
  clock,
  sqs,
  secretsManager,
  writeLog,
}: Pick<Surroundings, 'environment' | 'clock' | 'sqs' | 'secretsManager' | 'writeLog'>) {
  const settings = readEnvironment(
    [
      'STACK_NAME',
      'COMPLETIONS_QUEUE_URL',
      'DEAD_LETTERS_QUEUE_URL',
      'WEBHOOK_TOKEN_SECRET_ARN',
      'TRIGGER_NAMES',
      'ALLOWED_SOURCES',
    ],
    environment,
  );
  const secrets = createSecrets({ client: secretsManager, clock });
  const log = createLogger({ stack: settings.STACK_NAME, functionName: 'receive-webhook' }, writeLog, clock);
  const dependencies: Parameters<typeof receiveWebhook>[1] = {
    queues: createQueues(sqs),
    completionsQueueUrl: settings.COMPLETIONS_QUEUE_URL,
    deadLetterQueueUrl: settings.DEAD_LETTERS_QUEUE_URL,
    kept: createUnusableCalls(),
    names: z.parse(triggerNamesSchema, JSON.parse(settings.TRIGGER_NAMES)),
    mayCall: ipAllowListCheck(z.parse(ipAllowListSchema, JSON.parse(settings.ALLOWED_SOURCES))),
    token: (options) => secrets.read(settings.WEBHOOK_TOKEN_SECRET_ARN, rotatingSecretSchema, options),
    clock,
    log,
  };

  return async (
    event: APIGatewayProxyEventV2,
    invocation: Invocation,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    log.begin(invocation.awsRequestId);
    const { statusCode, body } = await receiveWebhook(
      {
        method: event.requestContext.http.method,
        sourceIp: event.requestContext.http.sourceIp,
        event: event.pathParameters?.event ?? '',
        token: event.pathParameters?.token ?? '',
        rawQueryString: event.rawQueryString,
        body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
        id: event.requestContext.requestId,
      },
      dependencies,
    );
    return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  };
}

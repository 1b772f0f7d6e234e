import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { TriggerNames } from '../../../shared/azumuta/trigger.ts';
import { parseTrigger } from '../../../shared/azumuta/trigger.ts';
import { ownHint, webhookHint } from '../../../shared/completions/messages.ts';
import { type Cause, causes } from '../../../shared/model/errors.ts';
import { consumerOf, type QueueName, queueNames } from '../../../shared/model/queues.ts';
import { orderNumberAttribute } from '../../../shared/worker/dead-letter.ts';

export { type QueueName, queueNames };

/** A message of the dead-letter queue, held by this run. */
export interface DeadLetterMessage {
  /** SQS's id of it in the dead-letter queue. */
  readonly sqsId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Function that put it aside; `unknown` when neither its attributes nor its body tell. */
  readonly stage: string;
  /** Empty when it does not tell its order. */
  readonly orderNumber: string;
  /** Order under which the ledger keeps the record of it. */
  readonly filedUnder: string;
  /** Every number in it that a planner may know it by. */
  readonly numbers: readonly string[];
  readonly reason: string;
  /** Undefined when SQS put it aside by itself. */
  readonly cause: Cause | undefined;
  readonly since: Date;
  /** Of a booking: product order under which the ledger keeps it. */
  readonly home: string | undefined;
  /** Id of the message in its own queue, through all replays. */
  readonly messageId: string;
}

/** Where a letter goes, or why it stays. */
export type Route = { readonly to: QueueName; readonly body: string } | { readonly stays: string };

/** Function that takes from a queue. */
export function stageOfQueue(queue: QueueName): string {
  return consumerOf[queue];
}

const stageOfKind: Readonly<Record<string, string>> = {
  'product-order': 'create-product-orders',
  completion: 'collect-completion',
  booking: 'book-completion',
  'webhook-call': 'receive-webhook',
};

const tellingSchema = z.object({
  kind: z.catch(z.optional(z.string()), undefined),
  number: z.catch(z.optional(z.string()), undefined),
  productOrderNumber: z.catch(z.optional(z.string()), undefined),
  home: z.catch(z.optional(z.string()), undefined),
  erpOrder: z.catch(z.optional(z.object({ number: z.string() })), undefined),
});

const causeSchema = z.catch(z.optional(z.enum(causes)), undefined);

export const webhookCallSchema = z.object({
  method: z.string(),
  event: z.string(),
  rawQueryString: z.string(),
  bodyBase64: z.string(),
  truncated: z.boolean(),
});

/** SQS moved it there by itself, after its last receive: nothing tells why. */
const withoutReason = 'SQS put it aside after too many receives';

/**
 * A received message as a letter. Those that consumers put aside tell of themselves in attributes; those that
 * SQS's own redrive moved only by the `kind` in their body.
 */
export function letterOf(message: Message): DeadLetterMessage {
  const { MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes = {}, Attributes = {} } = message;
  const attribute = (name: string) => MessageAttributes[name]?.StringValue;
  const telling = z.safeParse(tellingSchema, jsonOf(Body));
  const { kind = '', number, productOrderNumber, home, erpOrder } = telling.success ? telling.data : {};
  const inBody = [productOrderNumber, number, home].flatMap((each) => each || []);
  const told = attribute('orderNumber') ?? 'unknown';
  // A long number is cut in its attribute; the ledger and the body have all of it.
  const filedUnder = inBody.find((each) => orderNumberAttribute(each) === told) ?? told;
  const orderNumber = filedUnder === 'unknown' ? (inBody[0] ?? '') : filedUnder;
  const firstAttempt = Date.parse(attribute('firstAttemptAt') ?? '');
  return {
    sqsId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    stage: attribute('stage') ?? stageOfKind[kind] ?? 'unknown',
    orderNumber,
    filedUnder,
    numbers: [orderNumber, ...inBody, erpOrder?.number].flatMap((each) => each || []),
    reason: attribute('reason') ?? withoutReason,
    cause: z.parse(causeSchema, attribute('cause')),
    home,
    since: new Date(Number.isNaN(firstAttempt) ? Number(Attributes.SentTimestamp ?? 0) : firstAttempt),
    messageId: attribute('messageId') ?? MessageId,
  };
}

/**
 * Where a letter goes back to. A webhook call is parsed again, as its fields' names may be known by now. A booking is
 * asked for once more: what it books is what the ledger planned and Azumuta says, never what a letter holds, which
 * more than one function may write.
 */
export function routeOf(letter: DeadLetterMessage, names: TriggerNames, now: Date): Route {
  if (letter.stage === 'book-completion') {
    if (letter.home === undefined) return { stays: 'nothing in it tells which product order it books' };
    const hint = ownHint(letter.home, 'replay', { now, eventId: letter.messageId });
    return { to: 'completions', body: JSON.stringify(hint) };
  }
  const to = queueNames.find((queue) => consumerOf[queue] === letter.stage);
  if (to !== undefined) return { to, body: letter.body };
  if (letter.stage !== 'receive-webhook')
    return {
      stays: 'nothing in it tells which function it is for: read it in the queue, then delete it there',
    };
  const call = z.safeParse(webhookCallSchema, jsonOf(letter.body));
  if (!call.success) return { stays: 'it is not a webhook call that this version can read' };
  if (!names.events.includes(call.data.event))
    return {
      stays: `its event is none of ${names.events.join(', ')}: correct the trigger's URL in Azumuta`,
    };
  if (call.data.truncated) return { stays: 'it was too large to be kept whole' };
  const { method, rawQueryString, bodyBase64 } = call.data;
  const parsed = parseTrigger({ method, rawQueryString, body: Buffer.from(bodyBase64, 'base64') }, names);
  if (!parsed.ok)
    return {
      stays: `still not understood (${parsed.reason}) Deploy that, and replay again`,
    };
  // Its patience with Azumuta begins now, not when the call came.
  const hint = webhookHint(parsed.content, { receivedAt: now, eventId: letter.messageId });
  return { to: 'completions', body: JSON.stringify(hint) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

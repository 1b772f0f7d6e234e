import { createHash } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { parseTrigger, type TriggerNames } from '../../../shared/azumuta/trigger.ts';
import { completionHint } from '../../../shared/completions/messages.ts';
import type { DeadLetter } from '../../../shared/ledger/records/dead-letters.ts';
import { causes } from '../../../shared/model/causes.ts';
import { partnerNames } from '../../../shared/model/partner.ts';
import { consumerOf, type QueueName, queueNames } from '../../../shared/model/queues.ts';
import type { Key } from '../../../shared/platform/aws/dynamodb-table.ts';
import { isRecord, jsonOf } from '../../../shared/platform/json.ts';
import { withoutOrder } from '../../../shared/situation/reasons.ts';
import { type DeadLetterAttribute, orderNumberAttribute } from '../../../shared/worker/dead-letter.ts';

/** A message of the dead-letter queue, held by this run. */
export type DeadLetterMessage = ReturnType<typeof parseDeadLetter>;

/** What dead letters are listed and grouped by, whether the queue or the ledger tells of them. */
export interface ListedDeadLetter
  extends Pick<DeadLetterMessage, 'messageId' | 'orderNumber' | 'cause' | 'reason' | 'stage' | 'since'> {
  /** SQS's id of it in the dead-letter queue, where it was read there. */
  readonly sqsId?: string;
  /** The queue that it goes back to, or why it cannot be replayed. */
  readonly route: { readonly to: QueueName } | { readonly whyNot: string };
  /** What the ledger has of it, where it was read there. */
  readonly record?: DeadLetter;
  /** Keys of younger ones of its order with the same cause: it stands for them in the list. */
  readonly more?: readonly Key[] | undefined;
}

const stageOfKind: Readonly<Record<string, string>> = {
  'product-order': 'create-product-orders',
  completion: 'book-completion',
  'webhook-call': 'receive-webhook',
};

const textIfAny = z.catch(z.optional(z.string()), undefined);
const deadLetterBodySchema = z.object({
  kind: textIfAny,
  number: textIfAny,
  productOrderNumber: textIfAny,
  otherNumber: textIfAny,
});
/** All are absent where SQS itself moved it. */
export const deadLetterAttributesSchema = z.object({
  stage: textIfAny,
  orderNumber: textIfAny,
  messageId: textIfAny,
  reason: textIfAny,
  cause: z.catch(z.optional(z.enum(causes)), undefined),
  /** The partner that was called last. */
  partner: z.catch(z.optional(z.enum(partnerNames)), undefined),
  firstAttemptAt: textIfAny,
  lastAttemptAt: textIfAny,
  /** Of a booking that was refused: its key and its figures, for a person. A replay never reads them. */
  booking: textIfAny,
  figures: textIfAny,
} satisfies Record<DeadLetterAttribute, unknown>);

export const webhookCallSchema = z.object({
  method: z.string(),
  event: z.string(),
  rawQueryString: z.string(),
  bodyBase64: z.string(),
  truncated: z.boolean(),
});

/** After the last allowed receive SQS moves a message without giving a reason. */
const withoutReason = 'SQS dead-lettered it after too many receives';

/**
 * Reads a message by the attributes that our functions give it; one that SQS moved itself, by the `kind` in its body.
 * @param names How triggers name their content, as the stack is configured now.
 */
export function parseDeadLetter(message: Message, names: TriggerNames) {
  const { MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes = {}, Attributes = {} } = message;
  const texts = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
  const attributes = z.parse(deadLetterAttributesSchema, Object.fromEntries(texts));
  const { data } = z.safeParse(deadLetterBodySchema, jsonOf(Body));
  const { kind = '', number, productOrderNumber, otherNumber } = data ?? {};
  const inBody = [productOrderNumber, number, otherNumber].flatMap((each) => each || []);
  const named = attributes.orderNumber ?? 'unknown';
  // The attribute holds a shortened number when it is long; the ledger and the body have the whole number.
  const filedUnder = inBody.find((each) => orderNumberAttribute(each) === named) ?? named;
  const orderNumber = filedUnder === 'unknown' ? (inBody[0] ?? '') : filedUnder;
  const firstAttempt = Date.parse(attributes.firstAttemptAt ?? '');
  /** Function that dead-lettered it; `unknown` when neither its attributes nor its body name one. */
  const stage = attributes.stage ?? stageOfKind[kind] ?? 'unknown';
  /** Id of the message in its own queue; every replay keeps it. */
  const messageId = attributes.messageId ?? MessageId;
  return {
    ...attributes,
    sqsId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    stage,
    /** Empty when the message names no order. */
    orderNumber,
    /** Order under which the ledger keeps its record. */
    filedUnder,
    /** Every number in it that a planner may know. */
    numbers: [orderNumber, ...inBody].filter(Boolean),
    reason: attributes.reason ?? withoutReason,
    /** When it was first attempted. */
    since: new Date(Number.isNaN(firstAttempt) ? Number(Attributes.SentTimestamp ?? 0) : firstAttempt),
    messageId,
    route: routeOf({ stage, messageId, body: Body }, names),
  };
}

/**
 * Decides where a dead letter goes back to. A webhook call is parsed again, because the contract may know its fields by now. No
 * attribute is trusted, because more than one function may write to the dead-letter queue.
 */
function routeOf(
  { stage, messageId, body }: Readonly<Record<'stage' | 'messageId' | 'body', string>>,
  names: TriggerNames,
): { readonly to: QueueName; readonly body: string } | { readonly whyNot: string } {
  const to = queueOfStage(stage);
  if (to !== undefined) return { to, body: markWantedAgain(body, to) };
  if (stage !== 'receive-webhook')
    return { whyNot: 'it does not say which function it is for: read it in the queue, then delete it there' };
  const call = z.safeParse(webhookCallSchema, jsonOf(body));
  if (!call.success) return { whyNot: 'it is not a webhook call that this version can read' };
  if (!names.events.includes(call.data.event))
    return {
      whyNot: `its event is none of ${names.events.join(', ')}: correct the trigger's URL in Azumuta`,
    };
  if (call.data.truncated) return { whyNot: 'it was too large to be kept completely' };
  const { method, rawQueryString, bodyBase64 } = call.data;
  const parsed = parseTrigger({ method, rawQueryString, body: Buffer.from(bodyBase64, 'base64') }, names);
  if (!parsed.ok)
    return { whyNot: `it is still not understood (${parsed.reason}) Deploy that, and replay again` };
  const hint = completionHint('webhook', parsed.content, messageId);
  return { to: 'completions', body: markWantedAgain(JSON.stringify(hint), 'completions') };
}

export function queueOfStage(stage: string): QueueName | undefined {
  return queueNames.find((queue) => consumerOf[queue] === stage);
}

/**
 * The message of a person: a hint says that they want it again, a product order that the ERP is asked what it wants now.
 * What cannot be read goes unchanged, and is refused by its function.
 */
function markWantedAgain(body: string, to: QueueName): string {
  const message = jsonOf(body);
  if (!isRecord(message)) return body;
  return JSON.stringify({ ...message, ...(to === 'completions' ? { again: true } : { asksErp: 'replay' }) });
}

type IdentifyingFields = Pick<DeadLetterMessage, 'sqsId' | 'filedUnder' | 'messageId' | 'body'>;

/**
 * What a queue that delivers at least once holds a second time: the same order, message and hint. Both are compared as
 * they were read: what only the ledger says of one makes no message a copy of it.
 */
export function splitCopies<Held extends IdentifyingFields>(
  all: readonly Held[],
): { readonly firsts: readonly Held[]; readonly copies: readonly Held[] } {
  const firsts = [...Map.groupBy(all, identityOf).values()].flatMap(([first]) => first ?? []);
  const kept = new Set(firsts);
  return { firsts, copies: all.filter((one) => !kept.has(one)) };
}

/** Those that are second copies of a chosen one, among all that were read in the same run. */
export function copiesOf<Held extends IdentifyingFields>(
  chosen: readonly Held[],
  read: readonly Held[],
): readonly Held[] {
  const identities = new Set(chosen.map(identityOf));
  const own = new Set(chosen.map(({ sqsId }) => sqsId));
  return read.filter((one) => !own.has(one.sqsId) && identities.has(identityOf(one)));
}

function identityOf({ filedUnder, messageId, body }: IdentifyingFields): string {
  return `${filedUnder}\n${messageId}\n${body}`;
}

/** Dead letters of one function with the same cause and reason that go to the same queue: oldest first. */
export interface DeadLetterGroup {
  readonly id: string;
  /** Without the numbers of their orders. */
  readonly reason: string;
  readonly deadLetters: readonly [oldest: ListedDeadLetter, ...others: ListedDeadLetter[]];
}

/** Largest first. */
export function groupDeadLetters(all: readonly ListedDeadLetter[]): DeadLetterGroup[] {
  return [...Map.groupBy(all, groupIdOf)]
    .flatMap(([id, members]): DeadLetterGroup[] => {
      const [oldest, ...others] = members.toSorted((a, b) => a.since.getTime() - b.since.getTime());
      return oldest ? [{ id, reason: reasonFor(oldest), deadLetters: [oldest, ...others] }] : [];
    })
    .sort((a, b) => b.deadLetters.length - a.deadLetters.length || oldestAttemptMs(a) - oldestAttemptMs(b));
}

const oldestAttemptMs = ({ deadLetters: [oldest] }: DeadLetterGroup): number => oldest.since.getTime();

/** Short and stable: the same reason, without the number of the order, always has the same id. */
function groupIdOf(deadLetter: ListedDeadLetter): string {
  const { cause, stage, route } = deadLetter;
  const text = JSON.stringify([cause, reasonFor(deadLetter), stage, 'to' in route ? route.to : route.whyNot]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function reasonFor({ reason, orderNumber }: ListedDeadLetter): string {
  return withoutOrder(reason, [orderNumber]);
}

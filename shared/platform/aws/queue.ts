import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { jsonOf } from '../json.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { describeMismatches, parse } from '../validation.ts';
import { awsClientOptions } from './lambda.ts';

/** SQS takes ten entries in one call, and 1 MiB in all (AWS quota for messages). */
const maxEntries = 10;
export const maxMessageBytes = 1024 * 1024;
/** In each message. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export const maxAttributes = 10;
const batchesAtOnce = 4;

export interface OutgoingMessage {
  /** JSON text. */
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Visibility {
  readonly receiptHandle: string;
  /** From now; no later than 12 hours after the receive (AWS quota). */
  readonly seconds: number;
}

/** A client of the region's endpoint (or `AWS_ENDPOINT_URL`), even where a queue's URL names another host. */
export function createSqsClient(): SQSClient {
  // The client's middlewares are put in order once, not for each call: nobody adds one later.
  return new SQSClient({ ...awsClientOptions, useQueueUrlAsEndpoint: false, cacheMiddleware: true });
}

export type WorkerQueues = ReturnType<typeof createWorkerQueues>;

/** For who sends messages one at a time: the bundle of such a function is small without the rest. */
export function createWorkerQueues(client: Pick<SQSClient, 'send'>) {
  return {
    /** Resolves only after SQS has the message. */
    async send(queueUrl: string, message: OutgoingMessage): Promise<void> {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...entryOf(message) }));
    },

    /** Sets when messages, ten at most, are retried. @returns how many SQS refused, which keep their time. */
    async changeVisibility(QueueUrl: string, messages: readonly Visibility[]): Promise<number> {
      const Entries = messages.map(({ receiptHandle, seconds }, index) => {
        return { Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
      });
      try {
        const asked = new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries });
        return (await client.send(asked)).Failed?.length ?? 0;
      } catch {
        return messages.length;
      }
    },
  };
}

export type Queues = ReturnType<typeof createQueues>;

export function createQueues(client: Pick<SQSClient, 'send'>) {
  return {
    ...createWorkerQueues(client),

    /** Sends all in as few calls as possible; what SQS refused is sent again. @returns the indexes of what it did not take. */
    async sendAll(queueUrl: string, messages: readonly OutgoingMessage[]): Promise<number[]> {
      const entries = messages.map((message, index) => ({ Id: String(index), ...entryOf(message) }));
      const refused = await sendOnce(client, queueUrl, entries);
      // What failed by SQS's own fault is likely to be taken now (API reference of BatchResultErrorEntry).
      const final = refused.filter(({ SenderFault }) => SenderFault);
      const passing = new Set(refused.filter((one) => !final.includes(one)).map(({ Id }) => Id));
      const again = entries.filter(({ Id }) => passing.has(Id));
      return [...final, ...(await sendOnce(client, queueUrl, again))].map(({ Id }) => Number(Id));
    },
  };
}

/** @returns the entries that SQS did not take; the id of each is its index. */
async function sendOnce(client: Pick<SQSClient, 'send'>, QueueUrl: string, entries: readonly Entry[]) {
  const refused = await mapConcurrently([...batchesOf(entries)], batchesAtOnce, async (Entries) => {
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    return Failed;
  });
  return refused.flat();
}

/**
 * JSON in ASCII alone, which is the same JSON: SQS refuses U+FFFE and U+FFFF (InvalidMessageContents), and stand-ins of it
 * more. So nothing that an order is called makes SQS refuse its message for ever.
 */
function bodyForSqs(json: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(/[\u007f-\uffff]/g, escaped);
}

function entryOf({ body, attributes }: OutgoingMessage) {
  return {
    MessageBody: bodyForSqs(body),
    MessageAttributes: attributes && attributesForSqs(attributes),
  };
}

/** @throws Error for more than SQS takes, which would refuse the message in words that name none of them. */
function attributesForSqs(attributes: Readonly<Record<string, string>>) {
  const written = Object.entries(attributes);
  if (written.length > maxAttributes)
    throw new Error(
      `A message has ${written.length} attributes (${Object.keys(attributes).join(', ')}), and SQS takes ${maxAttributes}: put one of them into the body, or in the place of another.`,
    );
  return Object.fromEntries(
    written.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

type Entry = ReturnType<typeof entryOf> & { readonly Id: string };

function* batchesOf(entries: readonly Entry[]) {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const each of entries) {
    const size = Buffer.byteLength(each.MessageBody) + 1024;
    const wouldBeTooLarge = batch.length > 0 && bytes + size > maxMessageBytes;
    if (batch.length === maxEntries || wouldBeTooLarge) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(each);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** What SQS says of a queue, without taking a message; counts are approximations. */
export async function readQueue(client: Pick<SQSClient, 'send'>, QueueUrl: string) {
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes: attributes = {} } = await client.send(asked);
  const count = (state: '' | 'Delayed' | 'NotVisible') =>
    Number(attributes[`ApproximateNumberOfMessages${state}`] ?? 0);
  return {
    attributes,
    arn: attributes.QueueArn ?? '',
    waiting: count('') + count('Delayed'),
    /** In the hands of a function, or waiting for their next attempt: SQS does not distinguish these. */
    underWay: count('NotVisible'),
  };
}

/** @throws Rejected naming the path of each invalid field. */
export function parseMessage<T>(schema: z.ZodMiniType<T>, body: string): T {
  const json = jsonOf(body);
  if (json === undefined) throw new Rejected('The message is not JSON.', { causeCode: 'unreadable-message' });
  const parsed = parse(schema, json);
  if (parsed.ok) return parsed.value;
  throw new Rejected(`The message is invalid: ${describeMismatches(parsed.mismatches)}.`, {
    causeCode: 'unreadable-message',
  });
}

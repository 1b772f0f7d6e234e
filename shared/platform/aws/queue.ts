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

export type Queues = ReturnType<typeof createQueues>;

export function createQueues(client: Pick<SQSClient, 'send'>) {
  return {
    /** Resolves only after SQS has the message. */
    async send(queueUrl: string, message: OutgoingMessage): Promise<void> {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...entryOf(message) }));
    },

    /** Sends all, in as few calls as possible, and once more what SQS refused. @returns the indexes of what it did not take. */
    async sendAll(queueUrl: string, messages: readonly OutgoingMessage[]): Promise<number[]> {
      const outgoing = messages.map((message, index) => ({ index, message }));
      const refused = await sendOnce(client, queueUrl, outgoing);
      // What failed by SQS's own fault is likely to be taken now (API reference of BatchResultErrorEntry).
      const [final = [], passing = []] = [true, false].map((fault) =>
        refused.filter(({ SenderFault = false }) => SenderFault === fault).map(({ Id }) => Number(Id)),
      );
      const resend = outgoing.filter(({ index }) => passing.includes(index));
      const again = await sendOnce(client, queueUrl, resend);
      return [...final, ...again.map(({ Id }) => Number(Id))];
    },

    /** Sets when messages are retried. Does not throw: one that fails keeps its old visibility timeout. */
    async changeVisibility(queueUrl: string, messages: readonly Visibility[]): Promise<{ failed: number }> {
      let failed = 0;
      for (let start = 0; start < messages.length; start += maxEntries) {
        const entries = messages
          .slice(start, start + maxEntries)
          .map(({ receiptHandle, seconds }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }));
        try {
          const { Failed = [] } = await client.send(
            new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
          );
          failed += Failed.length;
        } catch {
          failed += entries.length;
        }
      }
      return { failed };
    },
  };
}

interface Indexed {
  readonly index: number;
  readonly message: OutgoingMessage;
}

/** @returns the entries that SQS did not take; the id of each is its index. */
async function sendOnce(client: Pick<SQSClient, 'send'>, QueueUrl: string, messages: readonly Indexed[]) {
  const refused = await mapConcurrently([...batchesOf(messages)], batchesAtOnce, async (batch) => {
    const Entries = batch.map(({ index, message }) => ({ Id: String(index), ...entryOf(message) }));
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
    MessageAttributes:
      attributes &&
      Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
  };
}

function* batchesOf(messages: readonly Indexed[]) {
  let batch: Indexed[] = [];
  let bytes = 0;
  for (const each of messages) {
    const size = Buffer.byteLength(bodyForSqs(each.message.body)) + 1024;
    if (batch.length === maxEntries || (batch.length > 0 && bytes + size > maxMessageBytes)) {
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
  if (json === undefined) throw new Rejected('The message is not JSON.', { code: 'unreadable-message' });
  const parsed = parse(schema, json);
  if (parsed.ok) return parsed.value;
  throw new Rejected(`The message is invalid: ${describeMismatches(parsed.mismatches)}.`, {
    code: 'unreadable-message',
  });
}

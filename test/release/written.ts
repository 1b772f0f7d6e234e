import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { StoredItem } from '../../shared/platform/aws/dynamodb-table.ts';
import { type Plant, queueUrlOf } from '../simulation/world/plant.ts';
import type { RecordedItem, RecordedMessage } from './recorded.ts';

/** What a plant has written, in order. */
export interface Written {
  readonly items: RecordedItem[];
  readonly messages: RecordedMessage[];
}

export type Queue = RecordedMessage['queue'];
export const queueNames = [
  'product-orders',
  'completions',
  'bookings',
  'dead-letters',
] as const satisfies Queue[];

/** Records, from now on, every item that the plant writes and every message that it sends. */
export function writtenBy({ table, queues }: Pick<Plant, 'table' | 'queues'>): Written {
  const written: Written = { items: [], messages: [] };
  const answerOfTable = table.answer;
  const answerOfQueues = queues.answer;
  const ofTable: typeof answerOfTable = (command) => {
    const answered = answerOfTable(command);
    if (!(command instanceof PutItemCommand || command instanceof UpdateItemCommand)) return answered;
    const { TableName } = command.input;
    const { pk, sk } = (command instanceof PutItemCommand ? command.input.Item : command.input.Key) ?? {};
    if (!pk || !sk) throw new Error('A write must have a key.');
    const read = answerOfTable(new GetItemCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }));
    if ('Item' in read && read.Item) written.items.push(itemOf(unmarshall(read.Item)));
    return answered;
  };
  const ofQueues: typeof answerOfQueues = (command) => {
    const answered = answerOfQueues(command);
    if (command instanceof SendMessageCommand) {
      const { QueueUrl: url, MessageBody: text, MessageAttributes: attributes } = command.input;
      written.messages.push(messageOf(url, answered.MessageId, text, attributes));
    }
    if (command instanceof SendMessageBatchCommand) {
      const { QueueUrl: url, Entries = [] } = command.input;
      for (const { Id, MessageBody: text, MessageAttributes: attributes } of Entries) {
        const sent = answered.Successful?.find((one) => one.Id === Id);
        if (sent) written.messages.push(messageOf(url, sent.MessageId, text, attributes));
      }
    }
    return answered;
  };
  // The SDK's `send` has an overload for each command; the models support those that are used.
  const clientOf = <Client>(answer: (command: never) => unknown) =>
    ({ send: async (command: never) => answer(command) }) as unknown as Client;
  Object.assign(table, { answer: ofTable, client: clientOf(ofTable) });
  Object.assign(queues, { answer: ofQueues, client: clientOf(ofQueues) });
  return written;
}

/** An item as plain JSON; every item has a key. */
export function itemOf(stored: StoredItem): RecordedItem {
  return { ...stored, pk: String(stored.pk), sk: String(stored.sk) };
}

export function messageOf(
  url: string | undefined,
  id = '',
  text = '',
  attributes: Readonly<Record<string, { readonly StringValue?: string | undefined }>> = {},
): RecordedMessage {
  const queue = queueNames.find((name) => queueUrlOf(name) === url);
  if (!queue) throw new Error(`There is no queue ${url}.`);
  const texts = Object.entries(attributes).map(([name, { StringValue = '' }]) => [name, StringValue]);
  return { queue, id, received: false, body: bodyOf(text), attributes: Object.fromEntries(texts) };
}

/** Parsed as JSON, if that can be converted back to the same text. */
function bodyOf(text: string): RecordedMessage['body'] {
  try {
    const parsed = JSON.parse(text);
    return JSON.stringify(parsed) === text ? parsed : text;
  } catch {
    return text;
  }
}

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Emulator } from '../../../../infra/local/emulator/emulator.ts';
import { startServer } from '../../../support/server.ts';
import type { Task } from './handlers/Worker.ts';

/** A URL that does not answer before the test calls `open`; `calls` has the calls so far. */
export async function startGate() {
  const { promise, resolve: open } = Promise.withResolvers<void>();
  const { calls, url } = await startServer(() => promise.then(() => ({})));
  return { calls, url, open };
}

/** AWS as its SDK sees it, with the operator's credentials. */
export function awsOf({ region, awsEndpoint, credentials, queueUrl, tableName }: Emulator) {
  // It outlasts the restart of a process that was killed.
  const client = { region, endpoint: awsEndpoint, credentials, maxAttempts: 8 };
  const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
  const dynamodb = new DynamoDBClient(client);
  return {
    dynamodb,
    secrets: new SecretsManagerClient(client),

    async send(task: Task): Promise<string> {
      const sent = await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl('Orders'),
          MessageBody: JSON.stringify(task),
          MessageAttributes: { kind: { DataType: 'String', StringValue: 'task' } },
        }),
      );
      return sent.MessageId ?? '';
    },

    /** What the Worker wrote about a task: how often it saw it, and the last record. */
    async seen(id: string) {
      const { Item } = await dynamodb.send(
        new GetItemCommand({
          TableName: tableName('Ledger'),
          Key: { pk: { S: id }, sk: { S: 'task' } },
          ConsistentRead: true,
        }),
      );
      if (!Item) return undefined;
      return {
        times: Number(Item.seen?.N),
        record: JSON.parse(Item.latest?.S ?? 'null'),
      };
    },

    /** Messages in the queue: visible and in flight. */
    async depth(queue: string): Promise<{ visible: number; inFlight: number }> {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl(queue), AttributeNames: ['All'] }),
      );
      return {
        visible: Number(Attributes?.ApproximateNumberOfMessages),
        inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
      };
    },

    /** Ends the time for which a received message is hidden. */
    async show(queue: string, ReceiptHandle: string): Promise<void> {
      const hidden = { QueueUrl: queueUrl(queue), ReceiptHandle, VisibilityTimeout: 0 };
      await sqs.send(new ChangeMessageVisibilityCommand(hidden));
    },

    /** Receives and deletes one message. */
    async take(queue: string) {
      const QueueUrl = queueUrl(queue);
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], AttributeNames: ['All'] }),
      );
      const message = Messages?.[0];
      if (message) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      }
      return message;
    },
  };
}

/** Whether a process with this id is running. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ReceivedMessage } from '../../../infra/local/emulator/lambda/sqs-event.ts';
import { createQueueOperations, type QueueModelOptions } from './queue-operations.ts';
import { inBatch } from './queue-rules.ts';

export type QueueCommand =
  | SendMessageCommand
  | SendMessageBatchCommand
  | ChangeMessageVisibilityBatchCommand
  | ReceiveMessageCommand
  | DeleteMessageBatchCommand
  | GetQueueAttributesCommand;

export type QueueModel = ReturnType<typeof createQueueModel>;

/** The parts of the SDK's outputs that the bundle and the tests read; each command sets some of them. */
export interface Answer {
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly MessageId?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly Messages?: readonly ReceivedMessage[];
  readonly Successful?: readonly { readonly Id: string; readonly MessageId?: string }[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/** A synchronous model of standard SQS queues, in memory. */
export function createQueueModel(options: QueueModelOptions) {
  const { now } = options;
  const { queueAt, nextVisibleAt, put, send, sendBatch, receive, changeVisibility, remove } =
    createQueueOperations(options);

  /**
   * Answers a command as SQS does. Its effect is complete when this returns.
   * @throws the SDK's error, as SQS would; Error for a command that the model does not support.
   */
  function answer(command: QueueCommand): Answer {
    const $metadata = { httpStatusCode: 200 };
    if (command instanceof SendMessageCommand) {
      return { $metadata, ...send(queueAt(command.input.QueueUrl), command.input) };
    }
    if (command instanceof SendMessageBatchCommand) return sendBatch(command.input);
    if (command instanceof ReceiveMessageCommand) {
      const Messages = receive(command.input);
      return Messages.length > 0 ? { $metadata, Messages } : { $metadata };
    }
    if (command instanceof ChangeMessageVisibilityBatchCommand) {
      const queue = queueAt(command.input.QueueUrl);
      return inBatch(command.input.Entries ?? [], (entry) => changeVisibility(queue, entry));
    }
    if (command instanceof DeleteMessageBatchCommand) {
      const queue = queueAt(command.input.QueueUrl);
      return inBatch(command.input.Entries ?? [], ({ ReceiptHandle }) => remove(queue, ReceiptHandle));
    }
    if (command instanceof GetQueueAttributesCommand) {
      // Counted exactly, where SQS approximates; those that are hidden count among them.
      const ApproximateNumberOfMessages = String(queueAt(command.input.QueueUrl).copies.size);
      return { $metadata, Attributes: { ApproximateNumberOfMessages } };
    }
    throw new Error('The model of SQS does not have this command.');
  }

  return {
    answer,
    /**
     * For `createQueues`. It answers within the call, so that the effect does not wait for a promise. The SDK's method
     * has an overload for each SQS command; the bundle's Lambdas send only these.
     */
    client: { send: async (command: QueueCommand) => answer(command) } as unknown as Pick<SQSClient, 'send'>,

    /**
     * Puts another copy of a message into its queue, visible at once, even if the message was deleted: a server that
     * missed the delete may hand out its copy (API reference of DeleteMessage; "At-least-once delivery").
     * @throws Error when the message was never in the queue.
     */
    duplicate(queueUrl: string, messageId: string): void {
      const queue = queueAt(queueUrl);
      const copy = queue.known.get(messageId);
      if (!copy) throw new Error(`${queue.name} never had the message ${messageId}.`);
      put(queue, { ...copy, handle: undefined, visibleAt: now() });
    },

    /** The earliest moment (epoch milliseconds, not before now) at which a receive can return or move something. */
    nextVisibleAt(queueUrl: string): number | undefined {
      const next = nextVisibleAt(queueAt(queueUrl));
      return next === undefined ? undefined : Math.max(next, now());
    },

    /** All messages in the queue, oldest first; a duplicated message appears once per copy. */
    messages: (queueUrl: string) =>
      [...queueAt(queueUrl).copies].map(({ id, body, attributes }) => ({ messageId: id, body, attributes })),
  };
}

import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import {
  type ReceivedMessage,
  sqsEvent,
  succeededMessages,
} from '../../../infra/local/emulator/lambda/sqs-event.ts';
import type { QueueModel } from './queue.ts';

export interface Batch {
  readonly event: SQSEvent;
  readonly messages: readonly ReceivedMessage[];
}

/** How an invocation ended: with the handler's return value, or with an error, a timeout or a crash. */
export type InvocationEnd = { readonly returned: unknown } | 'failed';

/**
 * Models what Lambda's event source mapping does before and after an invocation, with ReportBatchItemFailures. The
 * caller decides when it polls and how many invocations run at once.
 */
export function createEventSourceMapping(queues: QueueModel, QueueUrl: string) {
  const region = 'eu-west-1';
  const arn = `arn:aws:sqs:${region}:000000000000:${QueueUrl.split('/').at(-1)}`;
  return {
    /**
     * One receive, by long poll: without a batching window, a batch is no more ("Creating and configuring an SQS event
     * source mapping"). The messages get the queue's visibility timeout. Undefined when the queue is empty.
     */
    receive(most = 10): Batch | undefined {
      const { Messages: messages } = queues.answer(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: most, WaitTimeSeconds: 20 }),
      );
      return messages && { messages, event: sqsEvent(messages, { arn, region }) };
    },

    /**
     * Deletes the messages that succeeded. All others are received again once their visibility timeout is over: the whole
     * batch after a failed invocation, or when the response cannot be read or names an unknown message ("Handling errors
     * for an SQS event source in Lambda"). Not calling this models a delete that is lost.
     */
    finish({ messages }: Batch, end: InvocationEnd): void {
      if (end === 'failed') return;
      const done = succeededMessages(messages, { status: 200, payload: end.returned });
      if (done.length === 0) return;
      const Entries = done.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      queues.answer(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    },
  };
}

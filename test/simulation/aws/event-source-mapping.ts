import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { sqsEvent, succeeded } from '../../../infra/local/emulator/lambda/sqs-event.ts';
import type { QueueModel, Received } from './queue.ts';

export interface MappedQueue {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly region: string;
  /** 10 at most: without a batching window a batch is one receive ("Creating and configuring an SQS event source mapping"). */
  readonly batchSize: number;
}

export interface Batch {
  readonly event: SQSEvent;
  readonly messages: readonly Received[];
}

/** How an invocation ended: with what the handler returned, or by an error, a timeout or a crash. */
export type InvocationEnd = { readonly returned: unknown } | 'failed';

/**
 * What Lambda's event source mapping does around one invocation, with ReportBatchItemFailures. When it polls, and how
 * many invocations run at once, is up to the caller.
 */
export interface EventSourceMapping {
  /** One receive by long poll, whose messages get the queue's visibility timeout; undefined when there is nothing. */
  readonly receive: () => Batch | undefined;
  /**
   * Deletes what succeeded; all else comes again when its visibility timeout is over. After a failed invocation, or a
   * response that Lambda cannot read or that names an unknown message, that is the whole batch ("Handling errors for an
   * SQS event source in Lambda"). A batch that is never finished is one whose delete was lost.
   */
  readonly finish: (batch: Batch, end: InvocationEnd) => void;
}

export function createEventSourceMapping(queues: QueueModel, mapped: MappedQueue): EventSourceMapping {
  const { queueUrl: QueueUrl, queueArn: arn, region, batchSize } = mapped;
  return {
    receive() {
      const { Messages: messages } = queues.answer(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: batchSize, WaitTimeSeconds: 20 }),
      );
      return messages && { messages, event: sqsEvent(messages, { arn, region }) };
    },

    finish({ messages }, end) {
      if (end === 'failed') return;
      const done = succeeded(messages, { status: 200, payload: end.returned }, true);
      if (done.length === 0) return;
      const Entries = done.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      queues.answer(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    },
  };
}

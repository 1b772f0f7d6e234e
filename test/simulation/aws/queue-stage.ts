import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { createQueueModel } from './queue.ts';

export const main = 'http://sqs.local/000000000000/main';
export const dead = 'http://sqs.local/000000000000/dead';
export const second = 1000;
export const hour = 3600 * second;
export const day = 24 * hour;

/** A queue and its dead-letter queue, on a clock that the test sets. Without `random`, SQS behaves ideally. */
export function queueStage({ random = () => 0.999 }: { random?: () => number } = {}) {
  const began = Date.parse('2026-11-24T08:00:00Z');
  let at = began;
  let ids = 0;
  const model = createQueueModel({
    queues: [
      {
        name: 'main',
        url: main,
        visibilityTimeoutSeconds: 30,
        retentionSeconds: (4 * day) / second,
        redrive: { maxReceiveCount: 2, to: dead },
      },
      { name: 'dead', url: dead, visibilityTimeoutSeconds: 30, retentionSeconds: (14 * day) / second },
    ],
    now: () => at,
    random,
    newId: () => `id ${++ids}`,
  });
  return {
    model,
    began,
    pass: (ms: number) => {
      at += ms;
    },
    send: (body: string) =>
      model.answer(new SendMessageCommand({ QueueUrl: main, MessageBody: body })).MessageId ?? '',
    receive: (QueueUrl = main, MaxNumberOfMessages = 10, WaitTimeSeconds = 20) =>
      model.answer(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, WaitTimeSeconds })).Messages ??
      [],
    /** @returns the code of the refusal. */
    remove: (ReceiptHandle: string | undefined) => {
      const Entries = [{ Id: '1', ReceiptHandle }];
      return model.answer(new DeleteMessageBatchCommand({ QueueUrl: main, Entries })).Failed?.[0]?.Code;
    },
    /** @returns the code of the refusal. */
    change: (ReceiptHandle: string | undefined, VisibilityTimeout: number) => {
      const Entries = [{ Id: '1', ReceiptHandle, VisibilityTimeout }];
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: main, Entries });
      return model.answer(command).Failed?.[0]?.Code;
    },
  };
}

import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { durationInWords } from '../../../shared/model/time.ts';
import { createQueues, readQueue } from '../../../shared/platform/aws/queue.ts';
import { type DeadLetterMessage, letterOf } from './dead-letter.ts';

/** How long letters stay hidden from others while a run looks at them. */
const hidesSeconds = 300;
export const hiddenInWords = durationInWords(hidesSeconds);

export interface DeadLetterQueueOptions {
  /** How long letters stay hidden if the run that took them is killed before it can give them back. */
  readonly hiddenSeconds?: number | undefined;
  /** How long SQS may look for more letters. Default 1: a long poll asks all servers, so an empty answer is certain. */
  readonly waitSeconds?: number;
}

export type DeadLetterQueue = ReturnType<typeof openDeadLetterQueue>;

/** SQS takes and returns at most ten messages in one call. */
export const pageSize = 10;

/** The dead-letter queue, for an operator. */
export function openDeadLetterQueue(
  sqs: Pick<SQSClient, 'send'>,
  queueUrl: string,
  { hiddenSeconds = hidesSeconds, waitSeconds = 1 }: DeadLetterQueueOptions = {},
) {
  const queues = createQueues(sqs);
  return {
    /** About how many letters can be taken, and how many are hidden because another run holds them. */
    async size() {
      const { waiting, underWay } = await readQueue(sqs, queueUrl);
      return { visible: waiting, hidden: underWay };
    },

    /**
     * Takes letters, page by page, until there are no more or one comes a second time. (In a long queue the first
     * letters become visible again before the last are taken; only the newer receipt can remove such a letter.) Letters
     * are hidden from others until they are given back or removed.
     */
    async *take(): AsyncIterable<readonly DeadLetterMessage[]> {
      const seen = new Set<string>();
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MaxNumberOfMessages: pageSize,
            VisibilityTimeout: hiddenSeconds,
            WaitTimeSeconds: waitSeconds,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['SentTimestamp'],
          }),
        );
        const letters = Messages.map(letterOf);
        const again = letters.some(({ sqsId }) => seen.has(sqsId));
        for (const { sqsId } of letters) seen.add(sqsId);
        if (letters.length > 0) yield letters;
        if (letters.length === 0 || again) return;
      }
    },

    /** Makes letters visible again, at once. */
    async giveBack(letters: readonly DeadLetterMessage[]): Promise<void> {
      // Letters whose visibility SQS does not change become visible when their timeout ends.
      await queues.changeVisibility(
        queueUrl,
        letters.map(({ receiptHandle }) => ({ receiptHandle, seconds: 0 })),
      );
    },

    /** @returns the letters that SQS did not remove; they become visible again. */
    async remove(letters: readonly DeadLetterMessage[]): Promise<readonly DeadLetterMessage[]> {
      const left: DeadLetterMessage[] = [];
      for (const page of pagesOf(letters)) {
        const { Failed = [] } = await sqs.send(
          new DeleteMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: page.map(({ receiptHandle }, at) => ({ Id: String(at), ReceiptHandle: receiptHandle })),
          }),
        );
        left.push(...Failed.flatMap(({ Id }) => page[Number(Id)] ?? []));
      }
      return left;
    },
  };
}

/** Splits a list into pages of `size`. */
export function* pagesOf<T>(all: readonly T[], size = pageSize): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

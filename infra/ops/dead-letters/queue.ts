import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { TriggerNames } from '../../../shared/azumuta/trigger.ts';
import { durationInWords } from '../../../shared/model/time.ts';
import { createQueues, readQueue } from '../../../shared/platform/aws/queue.ts';
import { type DeadLetterMessage, parseDeadLetter } from './dead-letter.ts';

/** How long dead letters stay hidden from others while a run looks at them. */
const hidesSeconds = 300;
export const hiddenInWords = durationInWords(hidesSeconds);

export interface DeadLetterQueueOptions {
  /** How triggers name their content, as the stack is configured now. */
  readonly names: TriggerNames;
  /** How long dead letters stay hidden if the run that took them is killed before it can give them back. */
  readonly hiddenSeconds?: number | undefined;
  /** How long SQS may look for more dead letters. Default 1: a long poll asks all servers, so an empty answer is certain. */
  readonly waitSeconds?: number;
}

/** SQS takes and returns at most ten messages in one call. */
const deadLettersPerSqsCall = 10;

/** The dead-letter queue, for an operator. It holds the dead letters of one run until they are given back or removed. */
export class DeadLetterQueue {
  readonly #sqs: Pick<SQSClient, 'send'>;
  readonly #queueUrl: string;
  readonly #options: DeadLetterQueueOptions;
  /** By SQS's id, so that a dead letter which is taken a second time replaces itself. */
  readonly #held = new Map<string, DeadLetterMessage>();
  /** A dead letter came a second time: there are more than one run can look at. */
  cameBack = false;

  constructor(sqs: Pick<SQSClient, 'send'>, queueUrl: string, options: DeadLetterQueueOptions) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#options = options;
  }

  get held(): readonly DeadLetterMessage[] {
    return [...this.#held.values()];
  }

  /** About how many dead letters are hidden, because another run holds them. */
  async hidden(): Promise<number> {
    return (await readQueue(this.#sqs, this.#queueUrl)).underWay;
  }

  /**
   * Takes dead letters, page by page, until there are no more or one comes a second time: in a long queue the first become
   * visible again before the last are taken, and only the newer receipt can remove them. Forgets those of an earlier run.
   */
  async *take(): AsyncIterable<readonly DeadLetterMessage[]> {
    const { names, hiddenSeconds = hidesSeconds, waitSeconds = 1 } = this.#options;
    this.#held.clear();
    this.cameBack = false;
    while (!this.cameBack) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#queueUrl,
          MaxNumberOfMessages: deadLettersPerSqsCall,
          VisibilityTimeout: hiddenSeconds,
          WaitTimeSeconds: waitSeconds,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      if (Messages.length === 0) return;
      const deadLetters = Messages.map((message) => parseDeadLetter(message, names));
      this.cameBack = deadLetters.some(({ sqsId }) => this.#held.has(sqsId));
      for (const deadLetter of deadLetters) this.#held.set(deadLetter.sqsId, deadLetter);
      yield deadLetters;
    }
  }

  /** Makes the dead letters that are held visible again, at once. */
  async giveBack(): Promise<void> {
    const deadLetters = this.held.map(({ receiptHandle }) => ({ receiptHandle, seconds: 0 }));
    // Dead letters whose visibility SQS does not change become visible when their timeout ends.
    const queues = createQueues(this.#sqs);
    for (const page of splitIntoSqsPages(deadLetters)) await queues.changeVisibility(this.#queueUrl, page);
  }

  /** @param page As `splitIntoSqsPages` makes them. @returns the dead letters that SQS did not remove; they are held still. */
  async remove(page: readonly DeadLetterMessage[]): Promise<readonly DeadLetterMessage[]> {
    if (page.length === 0) return [];
    const { Failed = [] } = await this.#sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: this.#queueUrl,
        Entries: page.map(({ receiptHandle }, at) => ({ Id: String(at), ReceiptHandle: receiptHandle })),
      }),
    );
    const left = Failed.flatMap(({ Id }) => page[Number(Id)] ?? []);
    for (const deadLetter of page) if (!left.includes(deadLetter)) this.#held.delete(deadLetter.sqsId);
    return left;
  }
}

/** Splits a list into pages, as SQS takes and removes them. */
export function* splitIntoSqsPages<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += deadLettersPerSqsCall)
    yield all.slice(start, start + deadLettersPerSqsCall);
}

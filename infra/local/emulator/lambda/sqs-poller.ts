import { setTimeout as wait } from 'node:timers/promises';
import { reasonOf } from '../../../../shared/model/errors.ts';
import { type AwsClient, awsClient } from '../aws-endpoint/client.ts';
import type { Services } from '../services.ts';
import type { LocalMapping, LocalQueue } from '../template/read-stack.ts';
import type { Lambda } from './service.ts';
import { type ReceivedMessage, receivedSchema, sqsEvent, succeeded } from './sqs-event.ts';

export type QueueMapping = LocalMapping & { readonly queue: LocalQueue; readonly functionArn: string };

/** After so long a poll that was refused is tried again. */
const pauseMs = 500;

/** Lambda starts with five batches at once; on one machine, more would not be faster. */
const localConcurrency = 5;

/**
 * Polls for one event source mapping: receives messages and invokes the function, with several batches at a time.
 * Messages that succeeded are deleted; all others stay hidden until their visibility timeout ends, and are received
 * again.
 */
export class MappingPoll {
  readonly #mapping: QueueMapping;
  readonly #lambda: Lambda;
  readonly #region: string;
  readonly #sqs: AwsClient;
  readonly #log: (line: string) => void;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #ended: Promise<void>;

  constructor(mapping: QueueMapping, services: Services, lambda: Lambda) {
    this.#mapping = mapping;
    this.#lambda = lambda;
    this.#region = services.stack.region;
    // With a session of the function's role, as Lambda polls with that role.
    const { accessKeyId } = services.access.principal('mapping', mapping.logicalId).credentials;
    this.#sqs = awsClient(services.awsEndpoint, 'sqs', 'AmazonSQS', { accessKeyId, region: this.#region });
    this.#log = (line) => services.log(`pollers: ${mapping.queueName}: ${line}`);
    this.#ended = this.#loop(this.#stopping.signal);
  }

  /** Stops receiving; resolves when the running batches have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
    await Promise.all(this.#running);
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const limit = Math.min(this.#mapping.maximumConcurrency ?? localConcurrency, localConcurrency);
    let isReady = false;
    let lastLogged = '';
    while (!signal.aborted) {
      try {
        // Lambda scales its pollers by the queue's attributes, so that a function's role needs this grant besides
        // those to receive and delete ("Execution role permissions" for SQS in the Lambda guide).
        if (!isReady)
          await this.#ask('GetQueueAttributes', { AttributeNames: ['ApproximateNumberOfMessages'] });
        isReady = true;
        if (this.#running.size >= limit) {
          await Promise.race(this.#running);
          continue;
        }
        const batch = await this.#receive();
        lastLogged = '';
        if (batch.length > 0) this.#begin(batch);
      } catch (error) {
        if (signal.aborted) return;
        // Logged once, as the same refusal comes each time.
        const line = `${reasonOf(error)}; polling again.`;
        if (line !== lastLogged) this.#log(line);
        lastLogged = line;
        await wait(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #ask(operation: string, parameters: object): Promise<unknown> {
    const { url: QueueUrl } = this.#mapping.queue;
    const answer = await this.#sqs(operation, { QueueUrl, ...parameters }, this.#stopping.signal);
    if (answer.status === 200) return answer.json;
    throw new Error(`${answer.type || answer.status}: ${answer.message || answer.text}`);
  }

  /** Waits for messages as long as SQS allows. */
  async #receive(): Promise<ReceivedMessage[]> {
    const received = await this.#ask('ReceiveMessage', {
      MaxNumberOfMessages: this.#mapping.batchSize,
      WaitTimeSeconds: 20,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return receivedSchema.parse(received).Messages;
  }

  #begin(batch: readonly ReceivedMessage[]): void {
    const batchDone = this.#work(batch)
      .catch((error: unknown) => this.#log(reasonOf(error)))
      .finally(() => this.#running.delete(batchDone));
    this.#running.add(batchDone);
  }

  async #work(batch: readonly ReceivedMessage[]): Promise<void> {
    const { queue, functionName } = this.#mapping;
    const event = sqsEvent(batch, { arn: queue.arn, region: this.#region });
    const invoked = await this.#lambda.invoke(functionName, JSON.stringify(event));
    const done = succeeded(batch, invoked);
    if (done.length < batch.length) {
      const why = invoked.status === 200 ? (invoked.functionError ?? 'reported') : `status ${invoked.status}`;
      this.#log(`${batch.length - done.length} of ${batch.length} messages are received again (${why}).`);
    }
    if (done.length > 0) await this.#remove(done);
  }

  async #remove(messages: readonly ReceivedMessage[]): Promise<void> {
    const Entries = messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    const answer = await this.#sqs('DeleteMessageBatch', { QueueUrl: this.#mapping.queue.url, Entries });
    if (answer.status !== 200)
      this.#log(
        `${messages.length} messages could not be deleted, and are received again. ${answer.message}`,
      );
  }
}

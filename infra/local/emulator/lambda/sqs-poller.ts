import { setTimeout as wait } from 'node:timers/promises';
import { reasonOf } from '../../../../shared/model/errors.ts';
import { awsClient } from '../aws-endpoint/client.ts';
import type { Services } from '../services.ts';
import type { LocalMapping, LocalQueue } from '../template/read-stack.ts';
import type { Lambda } from './service.ts';
import { type ReceivedMessage, receivedSchema, sqsEvent, succeeded } from './sqs-event.ts';

type QueueMapping = LocalMapping & { readonly queue: LocalQueue };

export type MappingPoll = ReturnType<typeof pollMapping>;

/** How long a start of the platform may take, since this process began. */
const startingMs = 5_000;

/** Lambda starts with five batches at once; on one machine, more would not be faster. */
const localConcurrency = 5;

/**
 * Polls for one event source mapping: receives messages, gathers them for the batching window, and invokes the
 * function, with several batches at a time. Messages that succeeded are deleted; all others stay hidden until their
 * visibility timeout ends, and are received again.
 */
export function pollMapping(mapping: QueueMapping, services: Services, lambda: Lambda) {
  const { region } = services.stack;
  // With a session of the function's role, as Lambda polls with that role.
  const { accessKeyId } = services.access.principal('mapping', mapping.logicalId).credentials;
  const sqs = awsClient(services.awsEndpoint, 'sqs', 'AmazonSQS', { accessKeyId, region });
  const log = (line: string) => services.log(`pollers: ${mapping.queueName}: ${line}`);
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<void>>();
  const limit = Math.min(mapping.maximumConcurrency ?? localConcurrency, localConcurrency);

  async function ask(operation: string, parameters: object): Promise<unknown> {
    const answer = await sqs(operation, parameters, signal);
    if (answer.status === 200) return answer.json;
    throw new Error(`${answer.type || answer.status}: ${answer.message || answer.text}`);
  }

  async function receive(most: number, seconds: number): Promise<ReceivedMessage[]> {
    const received = await ask('ReceiveMessage', {
      QueueUrl: mapping.queue.url,
      MaxNumberOfMessages: Math.min(10, most),
      WaitTimeSeconds: seconds,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return receivedSchema.parse(received).Messages;
  }

  /** Waits for a first message as long as SQS allows, then for others as long as the window is open. */
  async function gather(): Promise<ReceivedMessage[]> {
    const batch = await receive(mapping.batchSize, 20);
    if (batch.length === 0) return batch;
    const closes = performance.now() + mapping.windowSeconds * 1000;
    while (batch.length < mapping.batchSize) {
      const left = Math.ceil((closes - performance.now()) / 1000);
      if (left <= 0) break;
      batch.push(...(await receive(mapping.batchSize - batch.length, Math.min(left, 20))));
    }
    return batch;
  }

  async function work(batch: readonly ReceivedMessage[]): Promise<void> {
    const event = sqsEvent(batch, { arn: mapping.queue.arn, region });
    const invoked = await lambda.invoke(mapping.functionName, JSON.stringify(event));
    const done = succeeded(batch, invoked, mapping.reportBatchItemFailures);
    if (done.length < batch.length) {
      const why = invoked.status === 200 ? (invoked.functionError ?? 'reported') : `status ${invoked.status}`;
      log(`${batch.length - done.length} of ${batch.length} come again (${why}).`);
    }
    for (let at = 0; at < done.length; at += 10) await remove(done.slice(at, at + 10));
  }

  async function remove(messages: readonly ReceivedMessage[]): Promise<void> {
    const entries = messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    // Tries again, because a message that is done must not come again only because the store restarts.
    let last = '';
    for (let tries = 0; tries < 5; tries += 1) {
      const answer = await sqs('DeleteMessageBatch', { QueueUrl: mapping.queue.url, Entries: entries });
      if (answer.status === 200) return;
      last = answer.message;
      if (answer.type.endsWith('AccessDeniedException')) break;
      await wait(100 * 2 ** tries);
    }
    log(`${messages.length} messages could not be deleted and come again. ${last}`);
  }

  async function loop(): Promise<void> {
    let pause = 100;
    let isReady = false;
    let lastLogged = '';
    while (!signal.aborted) {
      try {
        // Lambda scales its pollers by the queue's attributes, so that a function's role needs this grant beside
        // those to receive and delete ("Execution role permissions" for SQS in the Lambda guide).
        const depth = { QueueUrl: mapping.queue.url, AttributeNames: ['ApproximateNumberOfMessages'] };
        if (!isReady) await ask('GetQueueAttributes', depth);
        isReady = true;
        if (running.size >= limit) {
          await Promise.race(running);
          continue;
        }
        const batch = await gather();
        pause = 100;
        lastLogged = '';
        if (batch.length === 0) continue;
        const batchDone = work(batch)
          .catch((error: unknown) => log(reasonOf(error)))
          .finally(() => running.delete(batchDone));
        running.add(batchDone);
      } catch (error) {
        if (signal.aborted) return;
        // Logged once, as the same refusal would come every other second.
        const line = `${reasonOf(error)}; polling again.`;
        // Not logged while everything starts at once and the queues are not there yet.
        const starting = !isReady && line.includes('QueueDoesNotExist') && performance.now() < startingMs;
        if (line !== lastLogged && !starting) log(line);
        lastLogged = line;
        await wait(pause, undefined, { signal }).catch(() => {});
        pause = Math.min(pause * 2, 2_000);
      }
    }
  }

  const ended = loop();
  return {
    /** Stops receiving; resolves when the running batches have ended. */
    async stop(): Promise<void> {
      stopping.abort();
      await ended;
      await Promise.all(running);
    },
  };
}

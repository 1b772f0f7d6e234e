import { setTimeout as wait } from 'node:timers/promises';
import { reasonOf } from '../../../../shared/model/errors.ts';
import { awsClient } from '../aws-endpoint/client.ts';
import { principalIn } from '../iam/principals.ts';
import type { Services } from '../services.ts';
import type { LocalMapping } from '../template/read-stack.ts';
import type { Lambda } from './service.ts';
import { type ReceivedMessage, receivedSchema, sqsEvent, succeededMessages } from './sqs-event.ts';

/**
 * After so long an empty queue is asked again. No call waits in the queues: when this process is killed, they would give
 * the next message to one that nobody waits for, and hide it.
 */
const emptyMs = 100;
/** After so long a poll that was refused is tried again. */
const refusedPollPauseMs = 500;

/** Lambda starts with five batches at once; on one machine, more would not be faster. */
const localConcurrency = 5;

type AskQueue = (operation: string, parameters: object, signal?: AbortSignal) => Promise<unknown>;

/**
 * Polls for one event source mapping: receives messages and invokes the function, with several batches at a time.
 * Messages that succeeded are deleted; all others stay hidden until their visibility timeout ends, and are received
 * again.
 * @returns what stops receiving; it resolves when the running batches have ended.
 */
export function startPoll(mapping: LocalMapping, services: Services, lambda: Lambda): () => Promise<void> {
  const { BatchSize, ScalingConfig, queueName } = mapping;
  const most = Math.min(ScalingConfig?.MaximumConcurrency ?? localConcurrency, localConcurrency);
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<void>>();
  const log = (line: string) => services.log(`pollers: ${queueName}: ${line}`);
  const ask = askerOf(mapping, services);

  async function receive(): Promise<void> {
    if (running.size >= most) return Promise.race(running);
    const wanted = {
      MaxNumberOfMessages: BatchSize,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    };
    const received = await ask('ReceiveMessage', wanted, signal);
    const { Messages: batch } = receivedSchema.parse(received);
    if (batch.length === 0) return wait(emptyMs, undefined, { signal });
    const batchDone = work(batch)
      .catch((error: unknown) => log(`a batch may be received again: ${reasonOf(error)}`))
      .finally(() => running.delete(batchDone));
    running.add(batchDone);
  }

  async function work(batch: readonly ReceivedMessage[]): Promise<void> {
    const event = sqsEvent(batch, { arn: mapping.queueArn, region: services.stack.region });
    const invoked = await lambda.invoke(mapping.functionName, JSON.stringify(event));
    const done = succeededMessages(batch, invoked);
    if (done.length < batch.length) {
      const why = invoked.status === 200 ? (invoked.functionError ?? 'reported') : `status ${invoked.status}`;
      log(`${batch.length - done.length} of ${batch.length} messages are received again (${why}).`);
    }
    const Entries = done.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    if (done.length > 0) await ask('DeleteMessageBatch', { Entries });
  }

  const ended = receiveUntilStopped(receive, ask, signal, log);
  return async () => {
    stopping.abort();
    await ended;
    await Promise.all(running);
  };
}

/** Asks SQS about the mapping's queue with a session of the function's role, as Lambda polls with that role. */
function askerOf({ logicalId, queueUrl }: LocalMapping, { stack, awsEndpoint }: Services): AskQueue {
  const { accessKeyId } = principalIn(stack, 'mapping', logicalId).credentials;
  const sqs = awsClient(awsEndpoint, 'sqs', { accessKeyId, region: stack.region });
  return async (operation, parameters, signal) => {
    const answer = await sqs(operation, { QueueUrl: queueUrl, ...parameters }, signal);
    if (answer.status === 200) return answer.json;
    throw new Error(`${answer.type || answer.status}: ${answer.message || answer.text}`);
  };
}

async function receiveUntilStopped(
  receive: () => Promise<void>,
  ask: AskQueue,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  let isReady = false;
  let lastLogged = '';
  while (!signal.aborted) {
    try {
      // Lambda scales its pollers by the queue's attributes, so that a function's role needs this grant besides
      // those to receive and delete ("Execution role permissions" for SQS in the Lambda guide).
      if (!isReady)
        await ask('GetQueueAttributes', { AttributeNames: ['ApproximateNumberOfMessages'] }, signal);
      isReady = true;
      await receive();
      lastLogged = '';
    } catch (error) {
      if (signal.aborted) return;
      // Logged once, as the same refusal comes each time.
      const line = `${reasonOf(error)}; polling again.`;
      if (line !== lastLogged) log(line);
      lastLogged = line;
      await wait(refusedPollPauseMs, undefined, { signal }).catch(() => {});
    }
  }
}

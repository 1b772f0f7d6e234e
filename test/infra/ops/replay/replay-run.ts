import { type Message, PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { operatorLedger } from '../../../../infra/local/operator-clients.ts';
import { DeadLetterQueue } from '../../../../infra/ops/dead-letters/queue.ts';
import {
  type ReplayDependencies,
  type ReplayRequest,
  replayDeadLetters,
} from '../../../../infra/ops/replay/replay.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import type { TriggerNames } from '../../../../shared/azumuta/trigger.ts';
import { createQueues } from '../../../../shared/platform/aws/queue.ts';
import { testClock } from '../../../support/clock.ts';
import { startDynalite } from '../../../support/dynamodb.ts';
import { queueNames, type StoredQueue, startQueueStore } from '../stores.ts';

export type ReplayStores = Awaited<ReturnType<typeof startReplayStores>>;

export interface Depth {
  readonly visible: number;
  readonly hidden: number;
}

export const nothing: Depth = { visible: 0, hidden: 0 };
export const workQueues = ['product-orders', 'completions'] as const;

/** Real queues and a real ledger, and replays on them. */
export async function startReplayStores() {
  const [store, table] = await Promise.all([startQueueStore(), startDynalite()]);
  const clock = testClock();
  const ledger = operatorLedger(table.table, clock);
  const queueUrls = {
    'product-orders': store.url('product-orders'),
    completions: store.url('completions'),
    'dead-letters': store.url('dead-letters'),
  };
  const replaying = {
    deadLetters: deadLettersIn(store),
    queues: createQueues(store.sqs),
    queueUrls,
    ledger,
    clock,
  };
  return { store, table, ledger, clock, replaying, run, depths, empty, stop };

  function run(request: Partial<ReplayRequest> = {}, changes: Partial<ReplayDependencies> = {}) {
    const { signal } = new AbortController();
    return replayDeadLetters({ go: true, signal, ...request }, { ...replaying, ...changes });
  }

  async function depths(): Promise<Record<StoredQueue, Depth>> {
    const of = (queue: StoredQueue) => store.depth(queue);
    return {
      'dead-letters': await of('dead-letters'),
      'product-orders': await of('product-orders'),
      completions: await of('completions'),
    };
  }

  async function empty() {
    for (const queue of queueNames)
      await store.sqs.send(new PurgeQueueCommand({ QueueUrl: store.url(queue) }));
  }

  async function stop() {
    await Promise.all([store.stop(), table.stop()]);
  }
}

/** @param names How triggers name their content. */
export function deadLettersIn(
  { sqs, url }: Pick<Awaited<ReturnType<typeof startQueueStore>>, 'sqs' | 'url'>,
  names: TriggerNames = defaultContract.trigger,
) {
  return new DeadLetterQueue(sqs, url('dead-letters'), { names, waitSeconds: 0 });
}

/** The queue, but its first letters are visible again before the last were looked at. */
export function comingBack(queue: DeadLetterQueue): DeadLetterQueue {
  const take = queue.take.bind(queue);
  queue.take = async function* () {
    let isFirst = true;
    for await (const page of take()) {
      yield page;
      if (isFirst) await queue.giveBack();
      isFirst = false;
    }
  };
  return queue;
}

export const completion = (productOrderNumber: string, more: object = {}) =>
  JSON.stringify({ v: 1, kind: 'completion', productOrderNumber, ...more });
export const webhookCall = (call: {
  readonly query?: string;
  readonly body?: string;
  readonly truncated?: boolean;
}) =>
  JSON.stringify({
    kind: 'webhook-call',
    method: call.body === undefined ? 'GET' : 'POST',
    event: 'product-order-completed',
    rawQueryString: call.query ?? '',
    bodyBase64: Buffer.from(call.body ?? '').toString('base64'),
    truncated: call.truncated ?? false,
  });

/** Bodies of messages, in an order of their own. */
export const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body).sort();
export const attribute = ({ MessageAttributes }: Message, name: string) =>
  MessageAttributes?.[name]?.StringValue;

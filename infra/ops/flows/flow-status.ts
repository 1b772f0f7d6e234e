import { type LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { QueueName } from '../../../shared/model/queues.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import type { QueueUrls } from '../cli/target.ts';
import type { QueueInsight } from './queue-insight.ts';

/** The state of one queue. Counts are SQS's approximations. */
export interface QueueStatus {
  /** Messages that the next receive may take. */
  readonly waiting: number;
  /** Messages in the hands of a function, or waiting for their next attempt: SQS does not distinguish these. */
  readonly underWay: number;
  /** Age of the oldest message; undefined when the queue is empty, or when it is not known. */
  readonly oldestSeconds: number | undefined;
  /** No function reads from it: its flow is paused. */
  readonly paused: boolean;
}

/** Both flows at one moment. */
export type FlowsStatus = Awaited<ReturnType<typeof readFlows>>;

export interface FlowStatusDependencies {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly ledger: Pick<OperatorLedger, 'breaker' | 'concerns'>;
  readonly queueUrls: QueueUrls;
  /** Without it, ages are not known. */
  readonly insight?: QueueInsight | undefined;
  readonly clock: Clock;
}

/** Open concerns that are read: with more, there are at least so many. */
export const maxOpen = 500;

/** Reads the state of both flows with a few cheap calls, none of which takes a message. */
export async function readFlows(dependencies: FlowStatusDependencies) {
  const { sqs, ledger, queueUrls, clock } = dependencies;
  const [productOrders, completions, deadLetters, erp, azumuta, open] = await Promise.all([
    statusOf('product-orders', dependencies),
    statusOf('completions', dependencies),
    readQueue(sqs, queueUrls['dead-letters']),
    ledger.breaker.state('erp'),
    ledger.breaker.state('azumuta'),
    ledger.concerns.open(maxOpen),
  ]);
  const queues: Readonly<Record<QueueName, QueueStatus>> = { 'product-orders': productOrders, completions };
  return {
    at: clock.now(),
    queues,
    partners: { erp, azumuta },
    /** Messages that wait for a person, including those that a replay is holding. */
    deadLetters: deadLetters.waiting + deadLetters.underWay,
    /** What a person must see to, as the ledger's index has it. */
    open,
  };
}

async function statusOf(
  queue: QueueName,
  { sqs, lambda, queueUrls, insight }: FlowStatusDependencies,
): Promise<QueueStatus> {
  const { arn, waiting, underWay } = await readQueue(sqs, queueUrls[queue]);
  const isEmpty = waiting + underWay === 0;
  const [paused, oldestSeconds] = await Promise.all([
    isPaused(lambda, arn),
    isEmpty ? undefined : insight?.(queue),
  ]);
  return { waiting, underWay, paused, oldestSeconds };
}

/** The event source mappings that read from a queue. */
export async function mappingsOf(lambda: LambdaClient, queueArn: string) {
  const command = new ListEventSourceMappingsCommand({ EventSourceArn: queueArn });
  const { EventSourceMappings = [] } = await lambda.send(command);
  // Not every endpoint filters.
  return EventSourceMappings.filter(({ EventSourceArn }) => EventSourceArn === queueArn);
}

/** Whether no function reads from a queue; false when Lambda refuses to answer. */
async function isPaused(lambda: LambdaClient, queueArn: string): Promise<boolean> {
  const mappings = await mappingsOf(lambda, queueArn).catch(() => []);
  return mappings.length > 0 && mappings.every(({ State = '' }) => /^Disabl/.test(State));
}

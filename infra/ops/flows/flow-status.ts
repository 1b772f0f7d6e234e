import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { BreakerState } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { type Partner, partnerNames } from '../../../shared/model/partner.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { type QueueName, queueNames } from '../dead-letters/dead-letter.ts';
import type { QueueInsight } from './queue-insight.ts';

/** How a queue of the flows stands. Counts are SQS's approximations. */
export interface QueueStatus {
  /** Messages that the next receive may take. */
  readonly waiting: number;
  /** Messages in the hands of a function, or resting before their next try: SQS does not tell these apart. */
  readonly underWay: number;
  /** Age of the oldest message; undefined when the queue is empty, or nothing tells. */
  readonly oldestSeconds: number | undefined;
  /** Orders of the messages in it, where they can be looked at without taking them; the oldest first. */
  readonly orders: readonly string[];
  /** Nobody takes from it: its flow is paused. */
  readonly paused: boolean;
}

/** Both flows at one moment. */
export interface FlowsStatus {
  readonly at: Date;
  readonly queues: Readonly<Record<QueueName, QueueStatus>>;
  readonly partners: Readonly<Record<Partner, BreakerState>>;
  /** Messages that wait for a person, those in the hands of a replay among them. */
  readonly deadLetters: number;
}

export interface FlowStatusDependencies {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly ledger: Pick<OperatorLedger, 'breaker'>;
  readonly queueUrls: Readonly<Record<QueueName | 'dead-letters', string>>;
  readonly insight: QueueInsight;
  readonly clock: Clock;
}

/** A pause is noticed within this time; asking Lambda at every look would be a nuisance to it. */
const pauseFreshMs = 5_000;

/** Reads how both flows stand, as often as it is asked: a handful of cheap calls, none of which takes a message. */
export function createFlowsReader(dependencies: FlowStatusDependencies): () => Promise<FlowsStatus> {
  const pausedQueues = createPausedQueues(dependencies);

  async function counts(queue: QueueName | 'dead-letters') {
    const { Attributes = {} } = await dependencies.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: dependencies.queueUrls[queue],
        AttributeNames: [
          'QueueArn',
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesDelayed',
          'ApproximateNumberOfMessagesNotVisible',
        ],
      }),
    );
    const count = (name: keyof typeof Attributes) => Number(Attributes[name] ?? 0);
    return {
      arn: Attributes.QueueArn ?? '',
      waiting: count('ApproximateNumberOfMessages') + count('ApproximateNumberOfMessagesDelayed'),
      underWay: count('ApproximateNumberOfMessagesNotVisible'),
    };
  }

  async function orderStatusOf(queue: QueueName): Promise<QueueStatus> {
    const { arn, waiting, underWay } = await counts(queue);
    const isEmpty = waiting + underWay === 0;
    const [paused, insight] = await Promise.all([
      pausedQueues(arn),
      isEmpty ? undefined : dependencies.insight(queue),
    ]);
    return {
      waiting,
      underWay,
      paused,
      oldestSeconds: insight?.oldestSeconds,
      orders: insight?.orders ?? [],
    };
  }

  return async () => {
    const [queues, deadLetters, partners] = await Promise.all([
      Promise.all(queueNames.map(orderStatusOf)),
      counts('dead-letters'),
      Promise.all(partnerNames.map((partner) => dependencies.ledger.breaker.state(partner))),
    ]);
    const [productOrders, completions, bookings] = queues;
    const [erp, azumuta] = partners;
    if (!productOrders || !completions || !bookings || !erp || !azumuta) throw new Error('Unreachable.');
    return {
      at: dependencies.clock.now(),
      queues: { 'product-orders': productOrders, completions, bookings },
      partners: { erp, azumuta },
      deadLetters: deadLetters.waiting + deadLetters.underWay,
    };
  };
}

/** Whether nobody takes from a queue, by its ARN. Whoever may not ask Lambda is told that nothing is paused. */
function createPausedQueues({
  lambda,
  clock,
}: FlowStatusDependencies): (queueArn: string) => Promise<boolean> {
  const known = new Map<string, { readonly at: number; readonly paused: Promise<boolean> }>();
  return (queueArn) => {
    const now = clock.now().getTime();
    const last = known.get(queueArn);
    if (last && now - last.at < pauseFreshMs) return last.paused;
    const paused = lambda
      .send(new ListEventSourceMappingsCommand({ EventSourceArn: queueArn }))
      .then(({ EventSourceMappings = [] }) =>
        isPaused(EventSourceMappings.filter(({ EventSourceArn }) => EventSourceArn === queueArn)),
      )
      .catch(() => false);
    known.set(queueArn, { at: now, paused });
    return paused;
  };
}

function isPaused(mappings: readonly EventSourceMappingConfiguration[]): boolean {
  return mappings.length > 0 && mappings.every(({ State = '' }) => /^Disabl/.test(State));
}

import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import * as z from 'zod/mini';
import { consumerOf, type QueueName, queueNames } from '../../../shared/model/queues.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { metricNamespace } from '../../../shared/platform/metrics.ts';
import { queueUrlsOf, type Target } from '../cli/target.ts';

/** Tells the age of the oldest message in a queue without taking any, in seconds; undefined if it is not known. */
export type QueueInsight = (queue: QueueName) => Promise<number | undefined>;

/** CloudWatch has one figure a minute, so reading it more often would only cost. */
const freshMs = 60_000;
/** Waits grow to 15 minutes, and each attempt reports how long its message has waited. */
const lookBackMs = 16 * 60_000;

/** The insight into the queues of a target. */
export function insightOfTarget(target: Target, clock: Pick<Clock, 'now'>): QueueInsight {
  const { aws, queueStore, stackName } = target;
  const queueUrls = queueUrlsOf(target);
  return queueStore
    ? insightOfLocalStore(queueStore, queueUrls, clock)
    : insightOfCloudWatch({ cloudwatch: new CloudWatchClient(aws), stackName, queueUrls, clock });
}

export interface CloudWatchInsight {
  readonly cloudwatch: CloudWatchClient;
  readonly stackName: string;
  readonly queueUrls: Readonly<Record<QueueName, string>>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Ages from CloudWatch, some minutes late: SQS's own age of the oldest message, and our metric of how long retried
 * messages have waited, because SQS leaves out messages that were received three times or more (AWS, "Available
 * CloudWatch metrics for Amazon SQS"). Nothing is known when CloudWatch refuses to answer.
 */
export function insightOfCloudWatch(dependencies: CloudWatchInsight): QueueInsight {
  let last: { readonly at: number; readonly ages: Promise<ReadonlyMap<string, number>> } | undefined;
  return async (queue) => {
    const now = dependencies.clock.now();
    if (!last || now.getTime() - last.at > freshMs) {
      last = { at: now.getTime(), ages: agesOf(dependencies, now).catch(() => new Map<string, number>()) };
    }
    return (await last.ages).get(queue);
  };
}

async function agesOf({ cloudwatch, stackName, queueUrls }: CloudWatchInsight, now: Date) {
  const asked = queueNames.flatMap((queue) => {
    const ofFunction = { Stack: stackName, Function: consumerOf[queue] };
    const Metrics = [
      metricOf('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: nameOf(queueUrls[queue]) }),
      metricOf(metricNamespace, 'WaitingSeconds', ofFunction),
    ];
    return Metrics.map((Metric) => ({ queue, Metric }));
  });
  const { MetricDataResults = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - lookBackMs),
      EndTime: now,
      ScanBy: 'TimestampDescending',
      MetricDataQueries: asked.map(({ Metric }, at) => ({
        Id: `m${at}`,
        MetricStat: { Metric, Period: 60, Stat: 'Maximum' },
      })),
    }),
  );
  const ages = new Map<string, number>();
  for (const { Id = '', Values = [] } of MetricDataResults) {
    const queue = asked[Number(Id.slice(1))]?.queue;
    const [latest] = Values;
    if (queue !== undefined && latest !== undefined) ages.set(queue, Math.max(latest, ages.get(queue) ?? 0));
  }
  return ages;
}

function metricOf(Namespace: string, MetricName: string, dimensions: Readonly<Record<string, string>>) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Namespace, MetricName, Dimensions };
}

/** The name of a queue is the last segment of its URL. */
function nameOf(queueUrl: string): string {
  return queueUrl.split('/').at(-1) ?? '';
}

const messageSchema = z.object({ sentTimestamp: z.number() });
const inspectedSchema = z.object({
  messages: z.object({
    ready: z.array(messageSchema),
    delayed: z.array(messageSchema),
    inflight: z.array(z.object({ message: messageSchema })),
  }),
});

/**
 * Ages to the second, from the local platform's queue store (fauxqs's own `/_fauxqs/queues/{name}`).
 */
export function insightOfLocalStore(
  store: string,
  queueUrls: Readonly<Record<QueueName, string>>,
  clock: Pick<Clock, 'now'>,
): QueueInsight {
  return async (queue) => {
    try {
      const name = encodeURIComponent(nameOf(queueUrls[queue]));
      const answer = await fetch(`${store}/_fauxqs/queues/${name}`);
      const { messages } = z.parse(inspectedSchema, await answer.json());
      const { ready, delayed, inflight } = messages;
      const all = [...ready, ...delayed, ...inflight.map(({ message }) => message)];
      if (all.length === 0) return undefined;
      const oldest = Math.min(...all.map(({ sentTimestamp }) => sentTimestamp));
      return Math.max(0, (clock.now().getTime() - oldest) / 1000);
    } catch {
      // The store may be restarting. The counts do not depend on it.
      return undefined;
    }
  };
}

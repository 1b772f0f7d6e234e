import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import * as z from 'zod/mini';
import type { Clock } from '../../../shared/platform/clock.ts';
import { metricNamespace } from '../../../shared/platform/metrics.ts';
import type { Target } from '../cli/target.ts';
import { letterOf, type QueueName, queueNames, stageOfQueue } from '../dead-letters/dead-letter.ts';

/** What can be known of the messages in a queue without taking any. */
export interface Insight {
  readonly oldestSeconds: number | undefined;
  readonly orders: readonly string[];
}

export type QueueInsight = (queue: QueueName) => Promise<Insight>;

const nothing: Insight = { oldestSeconds: undefined, orders: [] };
/** CloudWatch's figures are by the minute, so asking more often would only cost. */
const freshMs = 60_000;
/** Waits grow to 15 minutes: a message that comes again tells of itself at least as often. */
const lookBackMs = 16 * 60_000;

/** The insight into the queues of a target. */
export function insightOfTarget(
  { aws, output, platform, stackName }: Target,
  clock: Pick<Clock, 'now'>,
): { readonly insight: QueueInsight; readonly close: () => void } {
  const queueUrls = {
    'product-orders': output('ProductOrdersQueue'),
    completions: output('CompletionsQueue'),
    bookings: output('BookingsQueue'),
  };
  if (platform) {
    return { insight: insightOfLocalStore(platform.folder, queueUrls, clock), close: () => undefined };
  }
  const cloudwatch = new CloudWatchClient(aws);
  return {
    insight: insightOfCloudWatch({ cloudwatch, stackName, queueUrls, clock }),
    close: () => cloudwatch.destroy(),
  };
}

export interface CloudWatchInsight {
  readonly cloudwatch: CloudWatchClient;
  readonly stackName: string;
  readonly queueUrls: Readonly<Record<QueueName, string>>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Ages as CloudWatch has them, some minutes late: SQS's own age of the oldest message, and how long messages
 * that come again have waited, as SQS leaves out those received three times or more (AWS, "Available
 * CloudWatch metrics for Amazon SQS"). Without the right to ask, nothing is known.
 */
export function insightOfCloudWatch(dependencies: CloudWatchInsight): QueueInsight {
  let last: { readonly at: number; readonly ages: Promise<ReadonlyMap<string, number>> } | undefined;
  return async (queue) => {
    const now = dependencies.clock.now();
    if (!last || now.getTime() - last.at > freshMs) {
      last = { at: now.getTime(), ages: agesOf(dependencies, now).catch(() => new Map<string, number>()) };
    }
    return { oldestSeconds: (await last.ages).get(queue), orders: [] };
  };
}

async function agesOf({ cloudwatch, stackName, queueUrls }: CloudWatchInsight, now: Date) {
  const asked = queueNames.flatMap((queue) => [
    {
      queue,
      metric: {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateAgeOfOldestMessage',
        Dimensions: [{ Name: 'QueueName', Value: queueUrls[queue].split('/').at(-1) }],
      },
    },
    {
      queue,
      metric: {
        Namespace: metricNamespace,
        MetricName: 'WaitingSeconds',
        Dimensions: [
          { Name: 'Stack', Value: stackName },
          { Name: 'Function', Value: stageOfQueue(queue) },
        ],
      },
    },
  ]);
  const { MetricDataResults = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - lookBackMs),
      EndTime: now,
      ScanBy: 'TimestampDescending',
      MetricDataQueries: asked.map(({ metric }, at) => ({
        Id: `m${at}`,
        MetricStat: { Metric: metric, Period: 60, Stat: 'Maximum' },
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

const portsSchema = z.object({ sqs: z.number() });
const messageSchema = z.object({ sentTimestamp: z.number(), body: z.string() });
const inspectedSchema = z.object({
  messages: z.object({
    ready: z.array(messageSchema),
    delayed: z.array(messageSchema),
    inflight: z.array(z.object({ message: messageSchema })),
  }),
});
const maxOrders = 5;

/**
 * What the local platform's queue store shows of a queue (fauxqs's own `/_fauxqs/queues/{name}`): ages to the
 * second, and whose messages they are.
 */
export function insightOfLocalStore(
  folder: string,
  queueUrls: Readonly<Record<QueueName, string>>,
  clock: Pick<Clock, 'now'>,
): QueueInsight {
  return async (queue) => {
    try {
      const { sqs } = z.parse(portsSchema, JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8')));
      const name = queueUrls[queue].split('/').at(-1) ?? '';
      const answer = await fetch(`http://127.0.0.1:${sqs}/_fauxqs/queues/${encodeURIComponent(name)}`);
      const { messages } = z.parse(inspectedSchema, await answer.json());
      return insightOf(
        [...messages.ready, ...messages.delayed, ...messages.inflight.map(({ message }) => message)],
        clock.now(),
      );
    } catch {
      // The store may be restarting; counts come by another way.
      return nothing;
    }
  };
}

function insightOf(messages: readonly z.output<typeof messageSchema>[], now: Date): Insight {
  if (messages.length === 0) return nothing;
  const byAge = [...messages].sort((a, b) => a.sentTimestamp - b.sentTimestamp);
  const orders = byAge.map(({ body }) => letterOf({ Body: body }).orderNumber).filter((number) => number);
  return {
    oldestSeconds: Math.max(0, (now.getTime() - (byAge[0]?.sentTimestamp ?? 0)) / 1000),
    orders: [...new Set(orders)].slice(0, maxOrders),
  };
}

import { basename } from 'node:path/posix';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { consumerOf, type QueueName, queueNames } from '../../../shared/model/queues.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { metricNamespace } from '../../../shared/platform/metrics.ts';
import { readSituation, type Situation } from '../../../shared/situation/read.ts';
import { dueTermsOfTarget, ledgerOf, modeOf, queueUrlsOf, sqsOf, type Target } from '../cli/target.ts';

export function stackReadsOf(target: Target, clock: Clock) {
  return {
    sqs: sqsOf(target),
    ledger: ledgerOf(target),
    queueUrls: queueUrlsOf(target),
    insight: insightOfTarget(target, clock),
    terms: dueTermsOfTarget(target),
    mode: modeOf(target),
    clock,
  };
}

/** The state of both flows, by a few cheap calls, none of which takes a message. Outages count at once. */
export function readStackSituation(reads: ReturnType<typeof stackReadsOf>): Promise<Situation> {
  const { sqs, ledger, queueUrls, insight, terms, mode, clock } = reads;
  return readSituation({
    ledger,
    breaker: ledger.breaker,
    clock,
    mode,
    ...terms,
    outageSeconds: 0,
    async queue(queue) {
      const { waiting, underWay } = await readQueue(sqs, queueUrls[queue]);
      const isEmpty = waiting + underWay === 0;
      return { waiting, underWay, oldestSeconds: isEmpty ? undefined : await insight(queue) };
    },
    countDeadLetters: () => countDeadLetters(reads),
  });
}

/** Messages in the dead-letter queue, also those that a replay is holding. */
async function countDeadLetters({
  sqs,
  queueUrls,
}: Pick<ReturnType<typeof stackReadsOf>, 'sqs' | 'queueUrls'>): Promise<number> {
  const { waiting, underWay } = await readQueue(sqs, queueUrls['dead-letters']);
  return waiting + underWay;
}

/** Tells the age of the oldest message in a queue without taking any, in seconds; undefined if it is not known. */
export type QueueInsight = (queue: QueueName) => Promise<number | undefined>;

/** CloudWatch has one figure a minute, so reading it more often would only cost. */
const queueAgesFreshMs = 60_000;
/** Waits grow to 15 minutes, and each attempt reports how long its message has waited. */
const lookBackMs = 16 * 60_000;

/**
 * From CloudWatch, some minutes late: SQS's own age, and our metric of how long retried messages have waited, because SQS
 * leaves out those that were received three times (AWS, "Available CloudWatch metrics for Amazon SQS"). Not known on this
 * machine.
 */
export function insightOfTarget(target: Target, clock: Pick<Clock, 'now'>): QueueInsight {
  const cloudwatch = new CloudWatchClient(target.aws);
  let last: { readonly at: number; readonly ages: Promise<ReadonlyMap<string, number>> } | undefined;
  return async (queue) => {
    if (target.local) return undefined;
    const now = clock.now();
    if (!last || now.getTime() - last.at > queueAgesFreshMs) {
      const ages = readQueueAges(target, cloudwatch, now).catch(() => new Map<string, number>());
      last = { at: now.getTime(), ages };
    }
    return (await last.ages).get(queue);
  };
}

async function readQueueAges(target: Target, cloudwatch: CloudWatchClient, now: Date) {
  const queueUrls = queueUrlsOf(target);
  const asked = queueNames.flatMap((queue) => {
    const ofFunction = { Stack: target.stackName, Function: consumerOf[queue] };
    const Metrics = [
      metricOf('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: basename(queueUrls[queue]) }),
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

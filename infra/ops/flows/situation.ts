import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { reconcileDefaults } from '../../../shared/integration/schema.ts';
import { consumerOf } from '../../../shared/model/queues.ts';
import { readQueue } from '../../../shared/platform/aws/queue.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { readSituation, type Situation } from '../../../shared/situation/read.ts';
import { ledgerOf, queueUrlsOf, sqsOf, type Target } from '../cli/target.ts';
import { insightOfTarget } from './queue-insight.ts';

export function stackReadsOf(target: Target, clock: Clock) {
  return {
    sqs: sqsOf(target),
    lambda: new LambdaClient(target.aws),
    ledger: ledgerOf(target),
    queueUrls: queueUrlsOf(target),
    insight: insightOfTarget(target, clock),
    clock,
  };
}

/** The state of both flows, by a few cheap calls, none of which takes a message. Outages count at once. */
export function situationOf(reads: ReturnType<typeof stackReadsOf>): Promise<Situation> {
  const { sqs, lambda, ledger, queueUrls, insight, clock } = reads;
  return readSituation({
    ledger,
    breaker: ledger.breaker,
    clock,
    graceHours: reconcileDefaults.graceHours,
    outageSeconds: 0,
    async queue(queue) {
      const { arn, waiting, underWay } = await readQueue(sqs, queueUrls[queue]);
      const isEmpty = waiting + underWay === 0;
      const [isOff, oldestSeconds] = await Promise.all([
        isPaused(lambda, arn),
        isEmpty ? undefined : insight(queue),
      ]);
      const paused = isOff ? await ledger.pauses.of(consumerOf[queue]) : undefined;
      return { waiting, underWay, paused, oldestSeconds };
    },
    countDeadLetters: () => countDeadLetters(reads),
  });
}

/** Messages in the dead-letter queue, also those that a replay is holding. */
export async function countDeadLetters({
  sqs,
  queueUrls,
}: Pick<ReturnType<typeof stackReadsOf>, 'sqs' | 'queueUrls'>): Promise<number> {
  const { waiting, underWay } = await readQueue(sqs, queueUrls['dead-letters']);
  return waiting + underWay;
}

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

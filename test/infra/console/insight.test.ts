import { CloudWatchClient, type GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { insightOfCloudWatch } from '../../../infra/ops/flows/queue-insight.ts';
import { testClock } from '../../support/clock.ts';

const url = (queue: string) => `https://sqs.eu-west-1.amazonaws.com/123456789012/${queue}`;

/** The insight where CloudWatch's SDK answers so: without a network, as no local service speaks its protocol. */
function startInsight(answer: (asked: GetMetricDataCommandInput) => unknown) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const cloudwatch = new CloudWatchClient({ region: 'eu-west-1', credentials });
  const asked: GetMetricDataCommandInput[] = [];
  cloudwatch.middlewareStack.add(
    () => async (call) => {
      // The console calls CloudWatch with this one command.
      const input = call.input as GetMetricDataCommandInput;
      asked.push(input);
      return { output: { $metadata: {}, MetricDataResults: answer(input) }, response: {} } as never;
    },
    { step: 'initialize' },
  );
  const clock = testClock();
  const queueUrls = { 'product-orders': url('orders'), completions: url('completions') };
  const stackName = 'AzumutaErp-ghent-production';
  return { insight: insightOfCloudWatch({ cloudwatch, stackName, queueUrls, clock }), asked, clock };
}

const agesBy =
  (metric: string, queueOrFunction: string, seconds: number[]) => (input: GetMetricDataCommandInput) =>
    (input.MetricDataQueries ?? []).map(({ Id, MetricStat }) => {
      const { MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
      const fits = MetricName === metric && Dimensions.some(({ Value }) => Value === queueOrFunction);
      return { Id, Values: fits ? seconds : [] };
    });

describe('the ages of messages in a deployed stack', () => {
  it('come from the latest figure of SQS', async () => {
    const { insight } = startInsight(agesBy('ApproximateAgeOfOldestMessage', 'completions', [42, 900]));
    expect(await insight('completions')).toBe(42);
    expect(await insight('product-orders')).toBeUndefined();
  });

  it('come from our own metric for retried messages, which SQS leaves out', async () => {
    const { insight, asked } = startInsight(agesBy('WaitingSeconds', 'book-completion', [3600]));
    expect(await insight('completions')).toBe(3600);
    const waiting = asked[0]?.MetricDataQueries?.find(
      ({ MetricStat }) => MetricStat?.Metric?.MetricName === 'WaitingSeconds',
    );
    expect(waiting?.MetricStat?.Metric?.Dimensions).toContainEqual({
      Name: 'Stack',
      Value: 'AzumutaErp-ghent-production',
    });
  });

  it('are read once a minute, for all queues together', async () => {
    const { insight, asked, clock } = startInsight(() => []);
    await Promise.all([insight('completions'), insight('product-orders')]);
    clock.advance(59);
    await insight('completions');
    expect(asked).toHaveLength(1);
    clock.advance(2);
    await insight('completions');
    expect(asked).toHaveLength(2);
  });

  it('are unknown when CloudWatch refuses to answer', async () => {
    const { insight } = startInsight(() => {
      throw new Error('AccessDenied');
    });
    expect(await insight('completions')).toBeUndefined();
  });
});

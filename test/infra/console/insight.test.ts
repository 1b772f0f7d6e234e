import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import { insightOfTarget } from '../../../infra/ops/flows/situation.ts';
import { testClock } from '../../support/clock.ts';
import { startServer } from '../../support/server.ts';
import { onThisMachine } from '../ops/cli/targets.ts';

/** The insight where CloudWatch has these figures of one metric of a queue or function; it refuses without any. */
async function startInsight(metric: string, of: string, figures?: readonly number[]) {
  const { url, calls } = await startServer(({ body }) => {
    if (!figures) return { status: 403, body: { __type: 'AccessDeniedException' } };
    const { MetricDataQueries = [] }: GetMetricDataCommandInput = JSON.parse(body);
    const MetricDataResults = MetricDataQueries.map(({ Id, MetricStat }) => {
      const { MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
      const fits = MetricName === metric && Dimensions.some(({ Value }) => Value === of);
      return { Id, Values: fits ? figures : [] };
    });
    return { body: { MetricDataResults } };
  });
  const clock = testClock();
  const queues = { ProductOrdersQueue: `${url}/0/orders`, CompletionsQueue: `${url}/0/completions` };
  const target = { ...onThisMachine({ ...queues, DeadLetterQueue: `${url}/0/dead` }, url), local: false };
  return { insight: insightOfTarget(target, clock), calls, clock };
}

it('reads the age of the oldest message from the latest figure of SQS', async () => {
  const { insight } = await startInsight('ApproximateAgeOfOldestMessage', 'completions', [42, 900]);
  expect(await insight('completions')).toBe(42);
  expect(await insight('product-orders')).toBeUndefined();
});

it('reads it from our own metric for retried messages, which SQS leaves out', async () => {
  const { insight, calls } = await startInsight('WaitingSeconds', 'book-completion', [3600]);
  expect(await insight('completions')).toBe(3600);
  expect(calls[0]?.body).toContain('{"Name":"Stack","Value":"AzumutaErp-demo-local"}');
});

it('reads it once a minute, for all queues together', async () => {
  const { insight, calls, clock } = await startInsight('', '', []);
  await Promise.all([insight('completions'), insight('product-orders')]);
  clock.advance(59);
  await insight('completions');
  expect(calls).toHaveLength(1);
  clock.advance(2);
  await insight('completions');
  expect(calls).toHaveLength(2);
});

it('does not know it when CloudWatch refuses to answer', async () => {
  const { insight } = await startInsight('', '');
  expect(await insight('completions')).toBeUndefined();
});

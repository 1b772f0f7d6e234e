import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type MetricName, metricNamespace, metrics } from '../../shared/platform/metrics.ts';

/** How often alarms look. */
export const metricPeriod = Duration.minutes(5);

/** One of the integration's own metrics, as its functions write it into their logs. */
export function metric(
  scope: Construct,
  name: MetricName,
  { statistic, ...of }: { readonly statistic: string; readonly Partner?: string },
): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName: name,
    dimensionsMap: { Stack: Stack.of(scope).stackName, ...of },
    statistic,
    period: metricPeriod,
    unit: { Count: Unit.COUNT, Seconds: Unit.SECONDS }[metrics[name].unit],
  });
}

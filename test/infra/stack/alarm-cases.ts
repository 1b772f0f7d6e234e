import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import type { AlarmRule } from '../../support/alarm-rule.ts';

const shared = {
  AlarmName: z.string(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number(),
  Threshold: z.number(),
  TreatMissingData: z.enum(['ignore', 'breaching', 'notBreaching']),
  ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
};
const statistic = z.enum(['Minimum', 'Maximum', 'Sum']);
const plainSchema = z.object({ ...shared, Period: z.number(), Statistic: statistic });
const filledSchema = z.object({
  ...shared,
  Metrics: z.tuple([
    z.object({ Expression: z.literal('FILL(runs, 0)') }),
    z.object({ MetricStat: z.object({ Period: z.number(), Stat: statistic }) }),
  ]),
});

/** The rule of the alarm whose name ends so, of one metric, whose gaps may be filled. */
export function ruleOf(template: Template, ending: string): AlarmRule {
  const [found] = Object.values(template.findResources('AWS::CloudWatch::Alarm')).filter(({ Properties }) =>
    String(Properties.AlarmName).endsWith(`-${ending}`),
  );
  if (!found) throw new Error(`There is no alarm ${ending}.`);
  const plain = z.safeParse(plainSchema, found.Properties);
  if (plain.success) {
    const { Period, Statistic } = plain.data;
    return { ...ruleFrom(plain.data), periodSeconds: Period, statistic: Statistic };
  }
  const filled = z.parse(filledSchema, found.Properties);
  const { Period, Stat } = filled.Metrics[1].MetricStat;
  return { ...ruleFrom(filled), periodSeconds: Period, statistic: Stat, fill: 0 };
}

function ruleFrom(properties: Omit<z.output<typeof plainSchema>, 'Period' | 'Statistic'>) {
  return {
    looks: properties.EvaluationPeriods,
    ringing: properties.DatapointsToAlarm,
    threshold: properties.Threshold,
    missing: properties.TreatMissingData,
    comparison: properties.ComparisonOperator,
  };
}

/** A metric alarm, with the property names of its template. */
export interface AlarmRule {
  readonly periodSeconds: number;
  readonly statistic: 'Minimum' | 'Maximum' | 'Sum';
  readonly comparison: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  /** N: the number of data points that are evaluated. */
  readonly looks: number;
  /** M: the number of breaching ones among them that raises the alarm. */
  readonly ringing: number;
  readonly missing: 'ignore' | 'breaching' | 'notBreaching';
  /** The value that `FILL` inserts where nothing was reported. */
  readonly fill?: number;
}

export type AlarmState = 'OK' | 'ALARM';

/** The reported values, with their times in epoch milliseconds. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/**
 * The state that CloudWatch sets. It retrieves more data points than it evaluates (AWS does not say how many more). If
 * enough of them exist, the latest ones are evaluated, however far apart; otherwise as few missing ones as possible are
 * filled in.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 * @param retrieved Data points of the evaluation range, the latest last; undefined where nothing was reported.
 */
export function stateOf(
  retrieved: readonly (number | undefined)[],
  rule: Pick<AlarmRule, 'comparison' | 'threshold' | 'looks' | 'ringing' | 'missing' | 'fill'>,
  state: AlarmState,
): AlarmState {
  const { comparison, threshold, looks, ringing, missing, fill } = rule;
  const found = retrieved.map((value) => value ?? fill).filter((value) => value !== undefined);
  const real = found.slice(-looks);
  const breaching = real.filter((value) =>
    comparison === 'LessThanThreshold' ? value < threshold : value >= threshold,
  ).length;
  const filled = missing === 'breaching' ? looks - real.length : 0;
  if (breaching + filled >= ringing) return 'ALARM';
  // No existing data point says OK, and the missing ones are ignored.
  if (missing === 'ignore' && breaching === real.length) return state;
  return 'OK';
}

/** What CloudWatch does not specify; a promise must hold for any of these values. */
interface Evaluation {
  /** Data points that it retrieves in addition to those that it evaluates. */
  readonly more: number;
  /** Time until a reported value is visible, because a log line has to be ingested first. */
  readonly delayMs: number;
  /** Whether an unfinished period already counts as a data point. */
  readonly current: boolean;
}

export const evaluations: readonly Evaluation[] = [1, 2, 10].flatMap((more) =>
  [0, 120_000].flatMap((delayMs) => [true, false].map((current) => ({ more, delayMs, current }))),
);

/** Every change of an alarm's state; the alarm is evaluated once a minute. */
export function changesOf(
  samples: readonly Sample[],
  rule: AlarmRule,
  [from, until]: readonly [number, number],
  { more, delayMs, current }: Evaluation,
): readonly { readonly at: number; readonly state: AlarmState }[] {
  const periodMs = rule.periodSeconds * 1000;
  const periods = Map.groupBy(samples, (sample) => Math.floor(sample.at / periodMs));
  const changes: { at: number; state: AlarmState }[] = [];
  let state: AlarmState = 'OK';
  for (let at = from; at <= until; at += 60_000) {
    const last = Math.floor(at / periodMs) - (current ? 0 : 1);
    const retrieved = Array.from({ length: rule.looks + more }, (_, nth) => {
      const reported = periods.get(last - (rule.looks + more - 1) + nth);
      return (
        reported &&
        statisticOf(
          reported.filter((sample) => sample.at + delayMs <= at).map(({ value }) => value),
          rule.statistic,
        )
      );
    });
    const next = stateOf(retrieved, rule, state);
    if (next !== state) changes.push({ at, state: next });
    state = next;
  }
  return changes;
}

function statisticOf(values: readonly number[], statistic: AlarmRule['statistic']): number | undefined {
  if (values.length === 0) return undefined;
  if (statistic === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  return statistic === 'Minimum' ? Math.min(...values) : Math.max(...values);
}

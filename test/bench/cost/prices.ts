/**
 * AWS's list prices in US dollars, without free tiers and discounts, as published for Ireland (eu-west-1) in September and
 * October 2026 (the price lists of AWS, as kept in github.com/henderjm/world-cup-sweepstake, docs/costs/aws-ireland-rates.json,
 * commit 57a6d34). Prices marked with `*` are those of us-east-1 from AWS's pages, which have one price for both. In
 * Frankfurt most cost the same, DynamoDB and logs about a tenth more; in us-east-1 HTTP APIs, DynamoDB and logs a tenth
 * less.
 */
export const prices = {
  /** arm64. `*` */
  lambdaPerGbSecond: 0.000_013_333_4,
  lambdaPerRequest: 0.2 / 1e6,
  /** Any call; 64 KB of payload in one (SQS bills a batch of ten as one). `*` */
  sqsPerRequest: 0.4 / 1e6,
  dynamodbPerWriteUnit: 0.705 / 1e6,
  dynamodbPerReadUnit: 0.1415 / 1e6,
  httpApiPerRequest: 1.11 / 1e6,
  logsPerGb: 0.57,
  secretPerMonth: 0.4,
  secretReading: 0.05 / 10_000,
  /** For each metric that an alarm evaluates, also in an expression. */
  alarmMetricPerMonth: 0.1,
  /** Custom metrics; those of AWS's services are free. */
  metricPerMonth: 0.3,
  dynamodbStoragePerGb: 0.283,
  pointInTimeRecoveryPerGb: 0.22,
  logStoragePerGb: 0.03,
  /** `*` */
  scheduledRun: 1 / 1e6,
  /** To the partners, over the internet. */
  dataOutPerGb: 0.09,
} as const;

/**
 * With 1,769 MB a function has one whole vCPU, and with less a proportional share (Lambda guide, "Configure memory").
 */
export const megabytesPerVcpu = 1769;

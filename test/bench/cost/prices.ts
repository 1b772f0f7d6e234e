/**
 * AWS's list prices in US dollars, without free tiers and discounts, as published for us-east-1 (November 2026):
 * aws.amazon.com/lambda/pricing (arm64), /sqs/pricing, /dynamodb/pricing/on-demand, /api-gateway/pricing (HTTP APIs),
 * /cloudwatch/pricing, /secrets-manager/pricing, /eventbridge/pricing. Prices marked with `*` come from other sources,
 * because their page could not be read when this was written. In eu-west-1 API Gateway, DynamoDB and logs cost about a
 * tenth more, Lambda and SQS the same.
 */
export const prices = {
  lambdaPerGbSecond: 0.000_013_333_4,
  lambdaPerRequest: 0.2 / 1e6,
  /** Any call; 64 KB of payload in one (SQS bills a batch of ten as one). */
  sqsPerRequest: 0.4 / 1e6,
  dynamodbPerWriteUnit: 0.625 / 1e6,
  dynamodbPerReadUnit: 0.125 / 1e6,
  httpApiPerRequest: 1 / 1e6,
  logsPerGb: 0.5,
  secretPerMonth: 0.4,
  /** `*` */
  secretReading: 0.05 / 10_000,
  /** For each metric that an alarm evaluates, also in an expression. */
  alarmMetricPerMonth: 0.1,
  /** Custom metrics; those of AWS's services are free. */
  metricPerMonth: 0.3,
  dynamodbStoragePerGb: 0.25,
  /** `*` */
  pointInTimeRecoveryPerGb: 0.2,
  /** `*` */
  logStoragePerGb: 0.03,
  /** `*` */
  scheduledRun: 1 / 1e6,
  /** To the partners, over the internet. `*` */
  dataOutPerGb: 0.09,
} as const;

/**
 * With 1,769 MB a function has one whole vCPU, and with less a proportional share (Lambda guide, "Configure memory").
 */
export const megabytesPerVcpu = 1769;

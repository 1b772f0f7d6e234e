/**
 * AWS's list prices in US dollars, without free tiers and discounts, as published for us-east-1 (November 2026):
 * aws.amazon.com/lambda/pricing (arm64), /sqs/pricing, /dynamodb/pricing/on-demand, /api-gateway/pricing (HTTP
 * APIs), /cloudwatch/pricing (logs), /secrets-manager/pricing. In eu-west-1 API Gateway, DynamoDB and logs cost
 * about a tenth more, Lambda and SQS the same.
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
} as const;

/** At 1,769 MB a function has one whole vCPU, and in proportion below that (Lambda guide, "Configure memory"). */
export const megabytesPerVcpu = 1769;

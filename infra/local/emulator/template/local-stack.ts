import * as z from 'zod/mini';

/**
 * A CloudFormation stack as the local platform runs it: every name, address and value is resolved, and
 * nothing else of the template is needed. It is sent to the platform's processes as JSON.
 */

const resource = {
  /** Key in the template's `Resources`. */
  logicalId: z.string(),
  /** Construct path below the stack (`Queues/Completions`), when the template names it. */
  path: z.optional(z.string()),
  /** Physical name; `<stack>-<logicalId>` when the template gives none. */
  name: z.string(),
  arn: z.string(),
};

const statementSchema = z.object({
  effect: z.enum(['Allow', 'Deny']),
  actions: z.array(z.string()),
  resources: z.array(z.string()),
  /** All of them must hold. */
  conditions: z.array(z.object({ operator: z.string(), key: z.string(), values: z.array(z.string()) })),
});

/** The policy of a queue, a secret or a function: who may do what with it. */
const resourcePolicySchema = z.object({
  /** ARN of the resource that it belongs to. */
  on: z.string(),
  statements: z.array(
    z.extend(statementSchema, {
      /** A service of AWS, or `*` for everybody. */
      principal: z.string(),
    }),
  ),
});

const functionSchema = z.object({
  ...resource,
  /** ARN of the role it runs as. */
  roleArn: z.string(),
  /** Name of the log group that its output goes to. */
  logGroup: z.string(),
  handler: z.string(),
  /** Absolute path of the unpacked bundle. */
  assetDirectory: z.string(),
  timeoutSeconds: z.number(),
  memoryMegabytes: z.number(),
  environment: z.record(z.string(), z.string()),
  reservedConcurrency: z.optional(z.number()),
});

export const queueSchema = z.object({
  ...resource,
  url: z.string(),
  /** In the form of SQS's API: names to text, RedrivePolicy as JSON text. */
  attributes: z.record(z.string(), z.string()),
});

const mappingSchema = z.object({
  logicalId: z.string(),
  /** Lambda's own identifier of a mapping. */
  uuid: z.string(),
  functionName: z.string(),
  queueName: z.string(),
  batchSize: z.number(),
  windowSeconds: z.number(),
  reportBatchItemFailures: z.boolean(),
  maximumConcurrency: z.optional(z.number()),
  enabled: z.boolean(),
});

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** In the words of both CloudFormation and DynamoDB's CreateTable. */
export const tableProperties = {
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  GlobalSecondaryIndexes: z._default(
    z.array(
      z.object({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.object({
          ProjectionType: z.string(),
          NonKeyAttributes: z.optional(z.array(z.string())),
        }),
      }),
    ),
    [],
  ),
};

export const tableSchema = z.object({ ...resource, ...tableProperties });

export const secretSchema = z.object({ ...resource, initialValue: z.string() });

/** A topic, and the addresses that get its messages by mail. */
export const topicSchema = z.object({ ...resource, emails: z.array(z.string()) });

/** In CloudFormation's words. */
export const scheduleProperties = {
  ScheduleExpression: z.string(),
  State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
  /** The function that it invokes, and the role that it invokes it with. */
  Target: z.object({ Arn: z.string(), RoleArn: z.string(), Input: z._default(z.string(), '{}') }),
};

export const localStackSchema = z.object({
  name: z.string(),
  region: z.string(),
  accountId: z.string(),
  /** Without routes when there is none. */
  api: z.object({
    apiId: z.string(),
    routes: z.array(
      z.object({ routeKey: z.string(), functionName: z.string(), timeoutMilliseconds: z.number() }),
    ),
  }),
  functions: z.array(functionSchema),
  queues: z.array(queueSchema),
  mappings: z.array(mappingSchema),
  tables: z.array(tableSchema),
  secrets: z.array(secretSchema),
  topics: z.array(topicSchema),
  schedules: z.array(z.object({ ...resource, ...scheduleProperties })),
  roles: z.array(z.object({ ...resource, statements: z.array(statementSchema) })),
  resourcePolicies: z.array(resourcePolicySchema),
  outputs: z.record(z.string(), z.string()),
});

export type Statement = z.infer<typeof statementSchema>;
export type ResourcePolicy = z.infer<typeof resourcePolicySchema>;
export type LocalFunction = z.infer<typeof functionSchema>;
export type LocalQueue = z.infer<typeof queueSchema>;
export type LocalMapping = z.infer<typeof mappingSchema>;
export type LocalTable = z.infer<typeof tableSchema>;
export type LocalTopic = z.infer<typeof topicSchema>;
export type LocalStack = z.infer<typeof localStackSchema>;

/** CDK ends a logical id with eight digits of a hash; without them it reads like the construct path. */
function constructId(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** A resource's name for people: its construct path, else its logical id without CDK's hash. */
export function labelOf({ path, logicalId }: { path?: string | undefined; logicalId: string }): string {
  return path ?? constructId(logicalId);
}

/**
 * Finds a resource by its logical id (with or without CDK's hash), physical name, ARN or construct path.
 * @throws Error naming what there is, when there is no such resource.
 */
export function find<T extends { logicalId: string; name: string; path?: string | undefined; arn?: string }>(
  resources: readonly T[],
  what: string,
  wanted: string,
): T {
  const found = resources.find(({ logicalId, name, path, arn }) =>
    [logicalId, name, path, arn, constructId(logicalId)].includes(wanted),
  );
  if (found) return found;
  const known = resources.map(labelOf).join(', ') || 'none';
  throw new Error(`The stack has no ${what} ${wanted}; it has: ${known}.`);
}

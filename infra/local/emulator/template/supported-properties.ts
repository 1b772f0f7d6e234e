import * as z from 'zod/mini';

/**
 * The types of resources that local runs imitate, and all of their properties that they know. Any other property is
 * refused by its name, as nobody has checked whether it would change what the stack does.
 */

const orList = <T extends z.ZodMiniType>(one: T) =>
  z.union([
    z.array(one),
    z.pipe(
      one,
      z.transform((only) => [only]),
    ),
  ]);

const number = z.optional(z.number());
/** Makes no difference to a local run, whatever it says and has in it. */
const leftOut = z.optional(z.unknown());
/** The properties of a type that has a description or tags. */
const described = <T extends z.core.$ZodLooseShape>(properties: T) =>
  z.strictObject({ Description: leftOut, Tags: leftOut, ...properties });

export const lambdaFunction = described({
  Architectures: leftOut,
  Runtime: z.literal('nodejs24.x'),
  Role: z.string(),
  Handler: z.string(),
  Code: z.strictObject({
    S3Bucket: leftOut,
    S3Key: z.string('an S3Key: local runs need code from an asset'),
  }),
  // Defaults of AWS::Lambda::Function.
  Timeout: z._default(z.number(), 3),
  MemorySize: z._default(z.number(), 128),
  Environment: z._default(z.strictObject({ Variables: z.record(z.string(), z.string()) }), { Variables: {} }),
  // A local run does not throttle.
  ReservedConcurrentExecutions: leftOut,
  LoggingConfig: z.optional(z.strictObject({ LogFormat: leftOut, LogGroup: z.string() })),
});

/** Its attributes have the names of SQS's API. */
export const queue = described({
  SqsManagedSseEnabled: leftOut,
  VisibilityTimeout: number,
  MessageRetentionPeriod: number,
  RedrivePolicy: z.optional(z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })),
});

export const topic = described({ DisplayName: leftOut });

export const subscription = z.strictObject({
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string(),
});

export const eventSourceMapping = described({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  BatchSize: z.number(),
  MaximumBatchingWindowInSeconds: z.optional(z.literal(0, '0: local runs gather no batches')),
  FunctionResponseTypes: z.tuple([z.literal('ReportBatchItemFailures')]),
  ScalingConfig: z.optional(z.strictObject({ MaximumConcurrency: z.number() })),
});

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** In the words of both CloudFormation and DynamoDB's CreateTable. */
export const table = z.strictObject({
  BillingMode: leftOut,
  Replicas: leftOut,
  WriteOnDemandThroughputSettings: leftOut,
  SSESpecification: leftOut,
  TimeToLiveSpecification: leftOut,
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.string() })),
  GlobalSecondaryIndexes: z.optional(
    z.array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.string(),
          NonKeyAttributes: z.optional(z.array(z.string())),
        }),
      }),
    ),
  ),
});

/** A local run does not invoke a function again that failed. */
export const eventInvokeConfig = z.strictObject({
  FunctionName: leftOut,
  Qualifier: leftOut,
  MaximumEventAgeInSeconds: leftOut,
  MaximumRetryAttempts: leftOut,
});

/** Its value is set by an operator, or made at the first start. */
export const secret = described({
  GenerateSecretString: z.optional(
    z.strictObject({
      ...{ SecretStringTemplate: z.literal('{}'), ExcludePunctuation: z.literal(true) },
      GenerateStringKey: z.string(),
    }),
  ),
});

export const schedule = described({
  FlexibleTimeWindow: z.optional(z.strictObject({ Mode: z.literal('OFF') })),
  GroupName: leftOut,
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: leftOut,
  State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
  Target: z.strictObject({
    Arn: z.string(),
    RoleArn: z.string(),
    Input: z._default(z.string(), '{}'),
    RetryPolicy: leftOut,
  }),
});

export const api = described({
  Name: leftOut,
  DisableExecuteApiEndpoint: leftOut,
  ProtocolType: z.literal('HTTP'),
});

export const route = z.strictObject({
  ApiId: leftOut,
  AuthorizationType: z.optional(z.literal('NONE')),
  RouteKey: z
    .string()
    .check(z.regex(/^(?!ANY)[A-Z]+ \//, 'a method and a path: local runs do not know ANY and $default')),
  Target: z.string(),
});

export const integration = z.strictObject({
  ApiId: leftOut,
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
});

/** A local run neither writes access logs nor throttles. */
export const stage = described({
  ApiId: leftOut,
  AutoDeploy: leftOut,
  AccessLogSettings: leftOut,
  DefaultRouteSettings: leftOut,
  RouteSettings: leftOut,
  StageName: z.literal('$default', '$default: local runs serve no other stage'),
});

/** Text of a policy, in which `${…}` would be a variable that IAM replaces in each call. */
const pattern = z
  .string()
  .check(z.refine((text) => !text.includes('${'), 'text without policy variables: local runs know none'));

/** The rest of IAM's language (NotAction, other operators and keys) is refused, as it would change permissions. */
const statement = z.strictObject({
  Sid: leftOut,
  Effect: z.enum(['Allow', 'Deny']),
  Action: orList(z.string()),
  Resource: orList(pattern),
  Condition: z.optional(
    z.strictObject({ Bool: z.strictObject({ 'aws:SecureTransport': orList(z.string()) }) }),
  ),
});

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** All of them must hold: `ArnLike` of a source's ARN, `Bool` of the transport. */
  readonly conditions: Readonly<Partial<Record<'aws:SourceArn' | 'aws:SecureTransport', readonly string[]>>>;
}

function statementOf({ Effect, Action, Resource, Condition }: z.infer<typeof statement>): Statement {
  return { effect: Effect, actions: Action, resources: Resource, conditions: Condition?.Bool ?? {} };
}

const policyDocument = z.pipe(
  z.strictObject({ Version: leftOut, Statement: orList(statement) }),
  z.transform(({ Statement }) => Statement.map(statementOf)),
);

/** Every service of AWS may use a role here. */
export const role = described({ AssumeRolePolicyDocument: leftOut });

export const policy = z.strictObject({
  PolicyName: leftOut,
  PolicyDocument: policyDocument,
  Roles: z.array(z.string()),
});

const everybody = z.literal('*', '"*": local runs have no other principal of a queue');

export const queuePolicy = z.strictObject({
  PolicyDocument: z.pipe(
    z.strictObject({
      Version: leftOut,
      Statement: orList(z.extend(statement, { Principal: z.strictObject({ AWS: everybody }) })),
    }),
    z.transform(({ Statement }) => Statement.map((one) => ({ ...statementOf(one), principal: '*' }))),
  ),
  Queues: z.array(z.string()),
});

export const lambdaPermission = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  // In the other five parts, IAM's wildcards match no colon.
  SourceArn: z.string().check(z.regex(/^([^:*?]+:){5}/, 'an ARN with wildcards in its last part only')),
});

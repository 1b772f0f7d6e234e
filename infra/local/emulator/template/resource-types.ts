import * as z from 'zod/mini';

/**
 * The types of resources that local runs imitate, in the words of CloudFormation: all of their properties that they know
 * (any other is refused by its name, as nobody has checked whether it would change what the stack does), and so what
 * the emulator runs.
 */

const orList = <T extends z.ZodMiniType>(one: T) =>
  z.union([
    z.array(one),
    z.pipe(
      one,
      z.transform((only) => [only]),
    ),
  ]);

const optionalNumber = z.optional(z.number());
/** Makes no difference to a local run, whatever it says and has in it. */
const ignoredProperty = z.optional(
  z.pipe(
    z.unknown(),
    z.transform(() => undefined),
  ),
);

const resource = <const T extends string, P extends z.core.$ZodLooseShape>(Type: T, properties: P) =>
  z.strictObject({
    Type: z.literal(Type),
    Description: ignoredProperty,
    Tags: ignoredProperty,
    ...properties,
  });

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** Text of a policy, in which `${…}` would be a variable that IAM replaces in each call. */
const pattern = z
  .string()
  .check(z.refine((text) => !text.includes('${'), 'text without policy variables: local runs know none'));

/** In the other five parts, IAM's wildcards match no colon. */
const sourceArn = z.string().check(z.regex(/^([^:*?]+:){5}/, 'an ARN with wildcards in its last part only'));

/** The rest of IAM's language (NotAction, other operators and keys) is refused, as it would change permissions. */
const statement = z.strictObject({
  Sid: ignoredProperty,
  Effect: z.enum(['Allow', 'Deny']),
  Action: orList(z.string()),
  Resource: orList(pattern),
  /** All of them must hold. */
  Condition: z.optional(
    z.strictObject({
      Bool: z.optional(z.strictObject({ 'aws:SecureTransport': orList(z.string()) })),
      ArnLike: z.optional(z.strictObject({ 'aws:SourceArn': orList(sourceArn) })),
      StringEquals: z.optional(z.strictObject({ 'kms:ViaService': orList(z.string()) })),
    }),
  ),
});

export type Statement = z.infer<typeof statement>;

const policyDocument = <T extends z.ZodMiniType>(one: T) =>
  z.strictObject({ Version: ignoredProperty, Statement: orList(one) });

const everybody = z.pipe(
  z.strictObject({ AWS: z.literal('*', '"*": local runs have no other principal of a queue') }),
  z.transform(({ AWS }) => AWS),
);

export const resourceSchema = z.discriminatedUnion('Type', [
  resource('AWS::Lambda::Function', {
    Architectures: ignoredProperty,
    Runtime: z.literal('nodejs24.x'),
    Role: z.string(),
    Handler: z.string(),
    Code: z.strictObject({
      S3Bucket: ignoredProperty,
      S3Key: z.string('an S3Key: local runs need code from an asset'),
    }),
    // Defaults of AWS::Lambda::Function.
    Timeout: z._default(z.number(), 3),
    MemorySize: z._default(z.number(), 128),
    Environment: z._default(z.strictObject({ Variables: z.record(z.string(), z.string()) }), {
      Variables: {},
    }),
    // A local run does not throttle.
    ReservedConcurrentExecutions: ignoredProperty,
    // Nor does it look for loops.
    RecursiveLoop: ignoredProperty,
    LoggingConfig: z.optional(z.strictObject({ LogFormat: ignoredProperty, LogGroup: z.string() })),
  }),
  resource('AWS::Lambda::EventSourceMapping', {
    FunctionName: z.string(),
    EventSourceArn: z.string(),
    BatchSize: z.number(),
    MaximumBatchingWindowInSeconds: z.optional(z.literal(0, '0: local runs gather no batches')),
    FunctionResponseTypes: z.tuple([z.literal('ReportBatchItemFailures')]),
    ScalingConfig: z.optional(z.strictObject({ MaximumConcurrency: z.number() })),
  }),
  resource('AWS::Lambda::Permission', {
    Action: z.string(),
    FunctionName: z.string(),
    Principal: z.string(),
    SourceArn: sourceArn,
  }),
  resource('AWS::SQS::Queue', {
    SqsManagedSseEnabled: ignoredProperty,
    /** Nothing is encrypted here, but who uses the queue must be allowed to use the key. So it is with a table. */
    KmsMasterKeyId: z.optional(z.string()),
    VisibilityTimeout: optionalNumber,
    MessageRetentionPeriod: optionalNumber,
    RedrivePolicy: z.optional(
      z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }),
    ),
  }),
  resource('AWS::SQS::QueuePolicy', {
    PolicyDocument: policyDocument(z.extend(statement, { Principal: everybody })),
    Queues: z.array(z.string()),
  }),
  resource('AWS::SNS::Topic', { DisplayName: ignoredProperty }),
  resource('AWS::SNS::Subscription', {
    TopicArn: z.string(),
    Protocol: z.literal('email'),
    Endpoint: z.string(),
  }),
  resource('AWS::DynamoDB::GlobalTable', {
    BillingMode: ignoredProperty,
    Replicas: z._default(
      z.array(
        z.looseObject({
          SSESpecification: z.optional(z.strictObject({ KMSMasterKeyId: z.optional(z.string()) })),
        }),
      ),
      [],
    ),
    WriteOnDemandThroughputSettings: ignoredProperty,
    SSESpecification: ignoredProperty,
    TimeToLiveSpecification: ignoredProperty,
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
  }),
  // Its value is set by an operator, or made at the first start.
  resource('AWS::SecretsManager::Secret', {
    GenerateSecretString: z.optional(
      z.strictObject({
        SecretStringTemplate: z.literal('{}'),
        ExcludePunctuation: z.literal(true),
        GenerateStringKey: z.string(),
      }),
    ),
  }),
  resource('AWS::Scheduler::Schedule', {
    FlexibleTimeWindow: z.optional(z.strictObject({ Mode: z.literal('OFF') })),
    GroupName: ignoredProperty,
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.optional(z.string()),
    State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
    Target: z.strictObject({
      Arn: z.string(),
      RoleArn: z.string(),
      Input: z._default(z.string(), '{}'),
      RetryPolicy: ignoredProperty,
    }),
  }),
  resource('AWS::ApiGatewayV2::Api', {
    Name: ignoredProperty,
    DisableExecuteApiEndpoint: ignoredProperty,
    ProtocolType: z.literal('HTTP'),
  }),
  resource('AWS::ApiGatewayV2::Route', {
    ApiId: ignoredProperty,
    AuthorizationType: z.optional(z.literal('NONE')),
    RouteKey: z
      .string()
      .check(z.regex(/^(?!ANY)[A-Z]+ \//, 'a method and a path: local runs do not know ANY and $default')),
    Target: z.string(),
  }),
  resource('AWS::ApiGatewayV2::Integration', {
    ApiId: ignoredProperty,
    IntegrationType: z.literal('AWS_PROXY'),
    IntegrationUri: z.string(),
    PayloadFormatVersion: z.literal('2.0'),
  }),
  // Every service of AWS may use a role here.
  resource('AWS::IAM::Role', { AssumeRolePolicyDocument: ignoredProperty }),
  resource('AWS::IAM::Policy', {
    PolicyName: ignoredProperty,
    PolicyDocument: policyDocument(statement),
    Roles: z.array(z.string()),
  }),
]);

export type Resource = z.infer<typeof resourceSchema>;

/**
 * Types that make no difference to a local run, which neither throttles nor repeats what failed: settings of that,
 * monitoring, budgets, retention of logs, and access for others.
 */
export const makingNoDifference = [
  'AWS::ApiGatewayV2::Stage',
  'AWS::Budgets::Budget',
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SNS::TopicPolicy',
];

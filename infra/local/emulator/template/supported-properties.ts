import * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';
import type { Template } from './cloud-assembly.ts';
import type { Resource, Statement } from './local-stack.ts';
import type { Names } from './physical-names.ts';

const optionalNumber = z.optional(z.number());
const optionalText = z.optional(z.string());
const orList = <T extends z.ZodMiniType>(one: T) =>
  z.union([
    z.array(one),
    z.pipe(
      one,
      z.transform((only) => [only]),
    ),
  ]);

/** A property that would change the behaviour, and that local runs do not imitate. */
const unsupported = (name: string) => z.optional(z.undefined(`none: local runs do not imitate ${name}`));

export const lambdaFunction = z.object({
  Role: z.string(),
  Handler: z.string(),
  Code: z.object({ S3Key: z.string('an S3Key: local runs need code from an asset') }),
  // Defaults of AWS::Lambda::Function.
  Timeout: z._default(z.number(), 3),
  MemorySize: z._default(z.number(), 128),
  Environment: z.optional(z.object({ Variables: z.optional(z.record(z.string(), z.string())) })),
  ReservedConcurrentExecutions: optionalNumber,
  LoggingConfig: z.optional(z.object({ LogGroup: optionalText })),
  Layers: unsupported('layers'),
});

export const queue = z.object({
  VisibilityTimeout: optionalNumber,
  DelaySeconds: optionalNumber,
  MaximumMessageSize: optionalNumber,
  MessageRetentionPeriod: optionalNumber,
  ReceiveMessageWaitTimeSeconds: optionalNumber,
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })),
  RedriveAllowPolicy: z.optional(z.record(z.string(), z.unknown())),
  FifoQueue: unsupported('FIFO queues'),
});

export const topic = z.object({});

export const subscription = z.object({ TopicArn: z.string(), Protocol: z.string(), Endpoint: z.string() });

export const eventSourceMapping = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  // Defaults of AWS::Lambda::EventSourceMapping for SQS.
  BatchSize: z._default(z.number(), 10),
  MaximumBatchingWindowInSeconds: z.optional(z.literal(0, '0: local runs gather no batches')),
  FunctionResponseTypes: z._default(z.array(z.string()), []),
  ScalingConfig: z.optional(z.object({ MaximumConcurrency: optionalNumber })),
  Enabled: z._default(z.boolean(), true),
  FilterCriteria: unsupported('FilterCriteria'),
});

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** In the words of both CloudFormation and DynamoDB's CreateTable. */
export const table = z.object({
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
});

export const secret = z.object({
  SecretString: optionalText,
  GenerateSecretString: unsupported('generated secrets'),
});

export const schedule = z.object({
  ScheduleExpression: z.string(),
  State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
  /** The function that it invokes, and the role that it invokes it with. */
  Target: z.object({ Arn: z.string(), RoleArn: z.string(), Input: z._default(z.string(), '{}') }),
});

export const api = z.object({ ProtocolType: z.optional(z.literal('HTTP')) });

export const route = z.object({
  RouteKey: z
    .string()
    .check(z.regex(/^(?!ANY)[A-Z]+ \//, 'a method and a path: local runs do not know ANY and $default')),
  Target: z.string(),
  AuthorizerId: unsupported('authorizers'),
});

export const integration = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  // HTTP APIs wait 30 seconds at most.
  TimeoutInMillis: z._default(z.number(), 30_000),
});

export const stage = z.object({
  StageName: z.literal('$default', '$default: local runs serve no other stage'),
});

/** Text of a policy, in which `${…}` would be a variable that IAM replaces in each call. */
const pattern = z
  .string()
  .check(z.refine((text) => !text.includes('${'), 'text without policy variables: local runs know none'));

/** The operators that `authorize.ts` knows, and the facts that local runs know about a call. */
const operators = z.enum(['StringEquals', 'Bool', 'ArnEquals', 'ArnLike']);
const contextKeys = z.enum(['aws:SecureTransport', 'aws:SourceAccount', 'aws:SourceArn']);

/** The rest of IAM's language (NotAction, other operators and keys) is refused, as it would change permissions. */
const statement = z.strictObject({
  Sid: optionalText,
  Effect: z.enum(['Allow', 'Deny']),
  Action: orList(z.string()),
  Resource: orList(pattern),
  Condition: z.pipe(
    z._default(z.partialRecord(operators, z.partialRecord(contextKeys, orList(pattern))), {}),
    z.transform((wanted) =>
      Object.entries(wanted).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
      ),
    ),
  ),
});

function statementOf({ Effect, Action, Resource, Condition }: z.infer<typeof statement>): Statement {
  return { effect: Effect, actions: Action, resources: Resource, conditions: Condition };
}

const everybody = z.literal('*', '"*": local runs have no other principal of a queue');
const resourceStatement = z.extend(statement, {
  Principal: z.pipe(
    z.union([everybody, z.strictObject({ AWS: everybody })]),
    z.transform(() => '*'),
  ),
});

const policyDocument = z.pipe(
  z.object({ Statement: orList(statement) }),
  z.transform(({ Statement }) => Statement.map(statementOf)),
);

export const role = z.object({
  PermissionsBoundary: unsupported('permissions boundaries'),
  ManagedPolicyArns: unsupported('managed policies'),
  Policies: z._default(z.array(z.object({ PolicyDocument: policyDocument })), []),
});

export const policy = z.object({
  PolicyDocument: policyDocument,
  Roles: z._default(z.array(z.string()), []),
});

export const queuePolicy = z.object({
  PolicyDocument: z.pipe(
    z.object({ Statement: orList(resourceStatement) }),
    z.transform(({ Statement }) =>
      Statement.map(({ Principal, ...rest }) => ({ ...statementOf(rest), principal: Principal })),
    ),
  ),
  Queues: z.array(z.string()),
});

export const lambdaPermission = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: optionalText,
  SourceAccount: unsupported('SourceAccount'),
});

/** Types that make no difference to a local run: monitoring, retention of logs, and access for others. */
const leftOut = [
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SNS::TopicPolicy',
];

/** Typed access to a template's resources; references are resolved in the properties of the schema only. */
export function resourcesOf(template: Template, { identify, resolve }: Names, stackName: string) {
  const known = new Set(leftOut);
  function ofType<T>(type: string, schema: z.ZodMiniType<T> & { readonly shape: object }) {
    known.add(type);
    const keys = Object.keys(schema.shape);
    return Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => {
        const at = `Resources.${logicalId}.Properties`;
        const wanted = Object.entries(resource.Properties ?? {}).filter(([name]) => keys.includes(name));
        const parsed = parse(schema, resolve(Object.fromEntries(wanted), at));
        if (!parsed.ok) throw new Error(`${at} (${type}): ${describeMismatches(parsed.mismatches)}.`);
        return { logicalId, at, properties: parsed.value };
      });
  }
  return {
    ofType,
    /** Those of a type that has a name and an ARN. */
    named: <T>(type: string, schema: z.ZodMiniType<T> & { readonly shape: object }) =>
      ofType(type, schema).map(({ logicalId, ...found }) => {
        const { name, arn, ref } = identify(logicalId, logicalId);
        const path = constructPath(template.Resources[logicalId]?.Metadata, stackName);
        const common: Resource = { logicalId, path, name, arn };
        return { ...found, common, ref };
      }),
    /** @throws Error for a resource whose type was not read, and that local runs cannot leave out. */
    refuseOthers() {
      const other = Object.entries(template.Resources).find(([, { Type }]) => !known.has(Type));
      if (!other) return;
      throw new Error(
        `Resources.${other[0]}: local runs do not imitate ${other[1].Type}; teach infra/local/emulator/template/read-stack.ts.`,
      );
    },
    outputs: () =>
      Object.fromEntries(
        Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [
          name,
          String(resolve(Value, `Outputs.${name}.Value`)),
        ]),
      ),
  };
}

/** CDK writes each resource's construct path: of `Stack/Queues/Completions/Resource`, this is `Queues/Completions`. */
function constructPath(metadata: Record<string, unknown> = {}, stackName: string): string | undefined {
  const path = metadata['aws:cdk:path'];
  if (typeof path !== 'string') return undefined;
  const parts = path.split('/');
  return parts.slice(parts.indexOf(stackName) + 1, parts.at(-1) === 'Resource' ? -1 : undefined).join('/');
}

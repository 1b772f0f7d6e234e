import * as supported from './supported-properties.ts';
import { type Assembly, type Place, Resources } from './template.ts';

/**
 * A CloudFormation stack as the local platform runs it: every name, address and value is resolved, and nothing else of
 * the template is needed. It is sent to the platform's processes as JSON.
 */
export type LocalStack = ReturnType<typeof readStack>;
export type LocalFunction = ReturnType<typeof readFunctions>[number];
export type LocalQueue = ReturnType<typeof readQueues>[number];
export type LocalMapping = LocalStack['mappings'][number];
export type LocalTable = LocalStack['tables'][number];

/** The policy of a queue or a function: who may do what with it. */
export interface ResourcePolicy {
  /** ARN of the resource that it belongs to. */
  readonly on: string;
  /** `principal` is a service of AWS, or `*` for everybody. */
  readonly statements: readonly (supported.Statement & { readonly principal: string })[];
}

/** All references are resolved for `place`. @throws Error with the path of anything that local runs cannot do. */
export function readStack(assembly: Assembly, place: Place) {
  const { template, stackName } = assembly;
  const resources = new Resources(assembly, place);
  const functions = readFunctions(resources, assembly);
  const queues = readQueues(resources);
  const stack = {
    ...{ name: stackName, region: place.region, accountId: place.accountId },
    api: readApi(resources, functions),
    functions,
    queues,
    mappings: readMappings(resources, functions, queues),
    tables: resources.named('AWS::DynamoDB::GlobalTable', supported.table).map(({ common, properties }) => {
      const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = properties;
      return { ...common, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes };
    }),
    secrets: resources
      .named('AWS::SecretsManager::Secret', supported.secret)
      .map(({ common, properties }) => ({
        ...common,
        key: properties.GenerateSecretString?.GenerateStringKey,
      })),
    topics: readTopics(resources),
    schedules: readSchedules(resources, functions),
    roles: readRoles(resources),
    resourcePolicies: [...readQueuePolicies(resources, queues), ...readPermissions(resources, functions)],
    outputs: Object.fromEntries(
      Object.entries(template.Outputs).map(([name, { Value }]) => [
        name,
        String(resources.resolve(Value, `Outputs.${name}.Value`)),
      ]),
    ),
  };
  resources.ofType('AWS::Lambda::EventInvokeConfig', supported.eventInvokeConfig);
  resources.refuseOthers();
  return stack;
}

function readFunctions(resources: Resources, { assets, directory }: Assembly) {
  return resources
    .named('AWS::Lambda::Function', supported.lambdaFunction)
    .map(({ common, properties, at }) => {
      const { S3Key } = properties.Code;
      const asset = assets.find(({ objectKeys }) => objectKeys.includes(S3Key));
      if (!asset)
        throw new Error(`${at}.Code.S3Key: ${directory} holds no asset ${S3Key}; synthesize again.`);
      return {
        ...common,
        roleArn: properties.Role,
        // Where Lambda logs to when the function names no group.
        logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${common.name}`,
        handler: properties.Handler,
        assetDirectory: asset.path,
        timeoutSeconds: properties.Timeout,
        memoryMegabytes: properties.MemorySize,
        environment: properties.Environment.Variables,
      };
    });
}

function functionOf(functions: readonly LocalFunction[], arnOrName: string, at: string): LocalFunction {
  const target = functions.find(({ name, arn }) => arnOrName === name || arnOrName.includes(arn));
  if (!target) throw new Error(`${at}: ${arnOrName} is not a function of this stack.`);
  return target;
}

function readQueues(resources: Resources) {
  return resources.named('AWS::SQS::Queue', supported.queue).map(({ common, properties, ref }) => {
    const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = properties;
    const given = Object.entries({ VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy });
    // SQS's API takes every attribute as text, and policies as JSON text.
    const attributes: Record<string, string> = Object.fromEntries(
      given.flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)]])),
    );
    return { ...common, url: ref, attributes };
  });
}

function readMappings(
  resources: Resources,
  functions: readonly LocalFunction[],
  queues: readonly LocalQueue[],
) {
  return resources
    .ofType('AWS::Lambda::EventSourceMapping', supported.eventSourceMapping)
    .map(({ logicalId, properties, at }) => {
      const source = queues.find(({ arn }) => arn === properties.EventSourceArn);
      if (!source)
        throw new Error(`${at}: the event source ${properties.EventSourceArn} is no queue of this stack.`);
      const { name, roleArn } = functionOf(functions, properties.FunctionName, at);
      return {
        ...{ logicalId, functionName: name, roleArn },
        ...{ queueName: source.name, queueArn: source.arn, queueUrl: source.url },
        batchSize: properties.BatchSize,
        maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
      };
    });
}

function readTopics(resources: Resources) {
  const subscriptions = resources
    .ofType('AWS::SNS::Subscription', supported.subscription)
    .map(({ properties }) => properties);
  return resources.named('AWS::SNS::Topic', supported.topic).map(({ common }) => ({
    ...common,
    emails: subscriptions
      .filter(({ TopicArn, Protocol }) => TopicArn === common.arn && Protocol === 'email')
      .map(({ Endpoint }) => Endpoint),
  }));
}

function readSchedules(resources: Resources, functions: readonly LocalFunction[]) {
  return resources
    .named('AWS::Scheduler::Schedule', supported.schedule)
    .map(({ common, properties: { ScheduleExpression, State, Target }, at }) => ({
      ...common,
      ...{ ScheduleExpression, State },
      Target: { ...Target, Arn: functionOf(functions, Target.Arn, at).arn },
    }));
}

function readApi(resources: Resources, functions: readonly LocalFunction[]) {
  const integrations = resources.named('AWS::ApiGatewayV2::Integration', supported.integration);
  resources.ofType('AWS::ApiGatewayV2::Stage', supported.stage);
  const [api, ...others] = resources.named('AWS::ApiGatewayV2::Api', supported.api);
  if (others.length > 0) throw new Error('The stack has several HTTP APIs; local runs serve one.');
  const routes = resources
    .ofType('AWS::ApiGatewayV2::Route', supported.route)
    .map(({ properties: { RouteKey, Target }, at }) => {
      const integration = integrations.find(({ ref }) => Target === `integrations/${ref}`);
      if (!integration) throw new Error(`${at}.Target: there is no integration ${Target}.`);
      const { name, arn } = functionOf(functions, integration.properties.IntegrationUri, integration.at);
      return { routeKey: RouteKey, functionName: name, functionArn: arn };
    });
  return { apiId: api?.ref ?? '', routes };
}

function readRoles(resources: Resources) {
  const policies = resources.ofType('AWS::IAM::Policy', supported.policy).map(({ properties }) => properties);
  return resources.named('AWS::IAM::Role', supported.role).map(({ common, ref }) => ({
    ...common,
    statements: policies
      .filter(({ Roles }) => Roles.includes(ref))
      .flatMap(({ PolicyDocument }) => PolicyDocument),
  }));
}

function readQueuePolicies(resources: Resources, queues: readonly LocalQueue[]): ResourcePolicy[] {
  return resources
    .ofType('AWS::SQS::QueuePolicy', supported.queuePolicy)
    .flatMap(({ properties: { Queues, PolicyDocument: statements } }) =>
      queues.filter(({ url }) => Queues.includes(url)).map(({ arn }) => ({ on: arn, statements })),
    );
}

/** Permissions of functions, as the statements that Lambda's `AddPermission` makes of them. */
function readPermissions(resources: Resources, functions: readonly LocalFunction[]): ResourcePolicy[] {
  return resources
    .ofType('AWS::Lambda::Permission', supported.lambdaPermission)
    .map(({ properties: { Action, FunctionName, Principal, SourceArn }, at }) => {
      const on = functionOf(functions, FunctionName, at).arn;
      const conditions = { 'aws:SourceArn': [SourceArn] };
      const statement = { principal: Principal, actions: [Action], resources: [on], conditions };
      return { on, statements: [{ effect: 'Allow', ...statement }] };
    });
}

/** A resource of the stack, under all the names that it has. */
interface Resource {
  /** Key in the template's `Resources`. */
  readonly logicalId: string;
  /** Physical name: `<stack>-<logicalId>`. */
  readonly name: string;
  readonly arn: string;
}

/** A resource's name for people: its logical id without the eight digits of a hash with which the CDK ends it. */
export function labelOf({ logicalId }: Pick<Resource, 'logicalId'>): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** By its logical id (with or without CDK's hash), physical name or ARN. @throws Error naming what there is. */
export function find<T extends Resource>(resources: readonly T[], what: string, wanted: string): T {
  const found = resources.find((resource) =>
    [resource.logicalId, resource.name, resource.arn, labelOf(resource)].includes(wanted),
  );
  if (found) return found;
  const known = resources.map(labelOf).join(', ') || 'none';
  throw new Error(`The stack has no ${what} ${wanted}; it has: ${known}.`);
}

import type { Assembly } from './cloud-assembly.ts';
import type { ResourcePolicy } from './local-stack.ts';
import { fingerprint, namesOf, type Place } from './physical-names.ts';
import * as shapes from './supported-properties.ts';

/**
 * A CloudFormation stack as the local platform runs it: every name, address and value is resolved, and nothing else of
 * the template is needed. It is sent to the platform's processes as JSON.
 */
export type LocalStack = ReturnType<typeof readStack>;
export type LocalFunction = ReturnType<typeof readFunctions>[number];
export type LocalQueue = ReturnType<typeof readQueues>[number];
export type LocalMapping = LocalStack['mappings'][number];
export type LocalTable = LocalStack['tables'][number];

type Resources = ReturnType<typeof shapes.resourcesOf>;

/**
 * The stack that a synthesized template describes, with all references resolved for `place`.
 * @throws Error with the path of anything that local runs cannot do.
 */
export function readStack(assembly: Assembly, place: Omit<Place, 'stackName'>) {
  const { template, stackName } = assembly;
  const resources = shapes.resourcesOf(template, namesOf(template, { ...place, stackName }), stackName);
  const functions = readFunctions(resources, assembly);
  const queues = readQueues(resources);
  const stack = {
    ...{ name: stackName, region: place.region, accountId: place.accountId },
    api: readApi(resources, functions, stackName),
    functions,
    queues,
    mappings: readMappings(resources, functions, queues),
    tables: ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']
      .flatMap((type) => resources.named(type, shapes.table))
      .map(({ common, properties }) => ({ ...common, ...properties })),
    secrets: resources
      .named('AWS::SecretsManager::Secret', shapes.secret)
      .map(({ common, properties }) => ({ ...common, initialValue: properties.SecretString ?? '' })),
    topics: readTopics(resources),
    schedules: readSchedules(resources, functions),
    roles: readRoles(resources),
    resourcePolicies: [...readQueuePolicies(resources, queues), ...readPermissions(resources, functions)],
    outputs: resources.outputs(),
  };
  resources.refuseOthers();
  return stack;
}

function readFunctions(resources: Resources, assembly: Assembly) {
  return resources
    .named('AWS::Lambda::Function', shapes.lambdaFunction)
    .map(({ common, properties, at }) => ({
      ...common,
      roleArn: properties.Role,
      // Where Lambda logs to when the function names no group.
      logGroup: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${common.name}`,
      handler: properties.Handler,
      assetDirectory: assetOf(assembly, properties.Code.S3Key, at),
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      environment: properties.Environment?.Variables ?? {},
      reservedConcurrency: properties.ReservedConcurrentExecutions,
    }));
}

function functionOf(functions: readonly LocalFunction[], arnOrName: string, at: string): LocalFunction {
  const target = functions.find(({ name, arn }) => arnOrName === name || arnOrName.includes(arn));
  if (!target) throw new Error(`${at}: ${arnOrName} is not a function of this stack.`);
  return target;
}

function readQueues(resources: Resources) {
  return resources.named('AWS::SQS::Queue', shapes.queue).map(({ common, properties, ref }) => ({
    ...common,
    url: ref,
    /** In the form of SQS's API: names to text, RedrivePolicy as JSON text. */
    attributes: queueAttributes(properties),
  }));
}

function readMappings(
  resources: Resources,
  functions: readonly LocalFunction[],
  queues: readonly LocalQueue[],
) {
  return resources
    .ofType('AWS::Lambda::EventSourceMapping', shapes.eventSourceMapping)
    .map(({ logicalId, properties, at }) => {
      const source = queues.find(({ arn }) => arn === properties.EventSourceArn);
      if (!source)
        throw new Error(`${at}: the event source ${properties.EventSourceArn} is no queue of this stack.`);
      return {
        logicalId,
        /** Lambda's own identifier of a mapping. */
        uuid: uuidOf(logicalId),
        functionName: functionOf(functions, properties.FunctionName, at).name,
        queueName: source.name,
        batchSize: properties.BatchSize,
        reportBatchItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
        maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
        enabled: properties.Enabled,
      };
    });
}

function readTopics(resources: Resources) {
  const subscriptions = resources
    .ofType('AWS::SNS::Subscription', shapes.subscription)
    .map(({ properties }) => properties);
  return resources.named('AWS::SNS::Topic', shapes.topic).map(({ common }) => ({
    ...common,
    emails: subscriptions
      .filter(({ TopicArn, Protocol }) => TopicArn === common.arn && Protocol === 'email')
      .map(({ Endpoint }) => Endpoint),
  }));
}

function readSchedules(resources: Resources, functions: readonly LocalFunction[]) {
  return resources
    .named('AWS::Scheduler::Schedule', shapes.schedule)
    .map(({ common, properties: { Target, ...properties }, at }) => ({
      ...common,
      ...properties,
      Target: { ...Target, Arn: functionOf(functions, Target.Arn, at).arn },
    }));
}

function readApi(resources: Resources, functions: readonly LocalFunction[], stackName: string) {
  const integrations = resources.named('AWS::ApiGatewayV2::Integration', shapes.integration);
  // Only the name of a stage is checked: a local run neither writes access logs nor throttles.
  resources.ofType('AWS::ApiGatewayV2::Stage', shapes.stage);
  const [api, ...others] = resources.named('AWS::ApiGatewayV2::Api', shapes.api);
  if (others.length > 0) throw new Error(`${stackName} has several HTTP APIs; local runs serve one.`);
  const routes = resources
    .ofType('AWS::ApiGatewayV2::Route', shapes.route)
    .map(({ properties: { RouteKey, Target }, at }) => {
      const integration = integrations.find(({ common: { name } }) => Target === `integrations/${name}`);
      if (!integration) throw new Error(`${at}.Target: there is no integration ${Target}.`);
      return {
        routeKey: RouteKey,
        functionName: functionOf(functions, integration.properties.IntegrationUri, integration.at).name,
        timeoutMilliseconds: integration.properties.TimeoutInMillis,
      };
    });
  return { apiId: api?.ref ?? '', routes };
}

/** Every role with all statements that apply to it: its own, and those of policies attached to it. */
function readRoles(resources: Resources) {
  const policies = resources.ofType('AWS::IAM::Policy', shapes.policy).map(({ properties }) => properties);
  return resources.named('AWS::IAM::Role', shapes.role).map(({ common, properties }) => ({
    ...common,
    // Ref of a role is its name.
    statements: [
      ...properties.Policies,
      ...policies.filter(({ Roles }) => Roles.includes(common.name)),
    ].flatMap(({ PolicyDocument }) => PolicyDocument),
  }));
}

function readQueuePolicies(resources: Resources, queues: readonly LocalQueue[]): ResourcePolicy[] {
  return resources
    .ofType('AWS::SQS::QueuePolicy', shapes.queuePolicy)
    .flatMap(({ properties: { Queues, PolicyDocument: statements } }) =>
      queues.filter(({ url }) => Queues.includes(url)).map(({ arn }) => ({ on: arn, statements })),
    );
}

/** Permissions of functions, as the statements that Lambda's `AddPermission` makes of them. */
function readPermissions(resources: Resources, functions: readonly LocalFunction[]): ResourcePolicy[] {
  return resources
    .ofType('AWS::Lambda::Permission', shapes.lambdaPermission)
    .map(({ properties: { Action, FunctionName, Principal, SourceArn }, at }) => {
      const on = functionOf(functions, FunctionName, at).arn;
      const conditions =
        SourceArn === undefined ? [] : [{ operator: 'ArnLike', key: 'aws:SourceArn', values: [SourceArn] }];
      const statement = { principal: Principal, actions: [Action], resources: [on], conditions };
      return { on, statements: [{ effect: 'Allow', ...statement }] };
    });
}

function assetOf({ assets, directory }: Assembly, key: string, at: string): string {
  const asset = assets.find(({ objectKeys }) => objectKeys.includes(key));
  if (!asset) throw new Error(`${at}.Code.S3Key: ${directory} holds no asset ${key}; synthesize again.`);
  return asset.path;
}

/** SQS's API takes every attribute as text, and policies as JSON text. */
function queueAttributes(properties: Record<string, unknown>): Record<string, string> {
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, text(value)]));
}

function uuidOf(logicalId: string): string {
  const letters = Buffer.from(fingerprint(logicalId, 40)).toString('hex');
  return [8, 4, 4, 4, 12].map((length, at) => letters.slice(at * 12, at * 12 + length)).join('-');
}

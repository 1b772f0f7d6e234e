import type { Assembly } from './cloud-assembly.ts';
import type { LocalStack } from './local-stack.ts';
import { fingerprint, namesOf, type Place } from './physical-names.ts';
import { permissionPolicy, readRoles, resourcePolicy } from './policies.ts';
import * as shapes from './resource-properties.ts';

/**
 * The stack that a synthesized template describes, with all references resolved for `place`.
 * @throws Error with the path of whatever local runs cannot do.
 */
export function readStack(assembly: Assembly, place: Omit<Place, 'stackName'>): LocalStack {
  const { template, stackName } = assembly;
  const { identify, scope } = namesOf(template, { ...place, stackName });
  const resources = shapes.resourcesOf(template, scope);
  /** All resources of the type, with their parsed properties and identity. */
  function each<T>(type: string, shape: shapes.Shape<T>) {
    return resources.ofType(type, shape).map((found) => ({
      ...found,
      common: {
        logicalId: found.logicalId,
        path: constructPath(found.metadata, stackName),
        ...(({ name, arn }) => ({ name, arn }))(identify(found.logicalId, found.logicalId)),
      },
    }));
  }

  const functions = each('AWS::Lambda::Function', shapes.lambdaFunction).map(
    ({ common, properties, at }) => ({
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
    }),
  );
  const functionOf = (arnOrName: string, at: string) => {
    const target = functions.find(({ name, arn }) => arnOrName === name || arnOrName.includes(arn));
    if (!target) throw new Error(`${at}: ${arnOrName} is not a function of this stack.`);
    return target;
  };

  const queues = each('AWS::SQS::Queue', shapes.queue).map(({ common, properties }) => ({
    ...common,
    url: identify(common.logicalId, common.logicalId).ref,
    attributes: queueAttributes(properties),
  }));

  const mappings = each('AWS::Lambda::EventSourceMapping', shapes.eventSourceMapping).map(
    ({ logicalId, properties, at }) => {
      const source = queues.find(({ arn }) => arn === properties.EventSourceArn);
      if (!source)
        throw new Error(`${at}: the event source ${properties.EventSourceArn} is no queue of this stack.`);
      return {
        logicalId,
        uuid: uuidOf(logicalId),
        functionName: functionOf(properties.FunctionName, at).name,
        queueName: source.name,
        batchSize: properties.BatchSize,
        windowSeconds: properties.MaximumBatchingWindowInSeconds,
        reportBatchItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
        maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency,
        enabled: properties.Enabled,
      };
    },
  );

  const tables = [
    ...each('AWS::DynamoDB::Table', shapes.table),
    ...each('AWS::DynamoDB::GlobalTable', shapes.table),
  ].map(({ common, properties }) => ({
    ...common,
    keySchema: properties.KeySchema,
    attributeDefinitions: properties.AttributeDefinitions,
    indexes: properties.GlobalSecondaryIndexes,
  }));

  const secrets = each('AWS::SecretsManager::Secret', shapes.secret).map(({ common, properties }) => ({
    ...common,
    initialValue: properties.SecretString ?? '',
  }));

  const subscriptions = each('AWS::SNS::Subscription', shapes.subscription);
  const topics = each('AWS::SNS::Topic', shapes.topic).map(({ common }) => ({
    ...common,
    emails: subscriptions
      .filter(({ properties: { TopicArn, Protocol } }) => TopicArn === common.arn && Protocol === 'email')
      .map(({ properties }) => properties.Endpoint),
  }));

  const schedules = each('AWS::Scheduler::Schedule', shapes.schedule).map(({ common, properties, at }) => ({
    ...common,
    expression: properties.ScheduleExpression,
    targetArn: functionOf(properties.Target.Arn, at).arn,
    roleArn: properties.Target.RoleArn,
    input: properties.Target.Input,
    enabled: properties.State === 'ENABLED',
  }));

  const integrations = each('AWS::ApiGatewayV2::Integration', shapes.integration);
  // Of a stage, only its name is read: what it logs and how much it lets through has no part in a local run.
  resources.ofType('AWS::ApiGatewayV2::Stage', shapes.stage);
  const [api, ...others] = each('AWS::ApiGatewayV2::Api', shapes.api);
  if (others.length > 0) throw new Error(`${stackName} has several HTTP APIs; local runs serve one.`);
  const routes = resources
    .ofType('AWS::ApiGatewayV2::Route', shapes.route)
    .map(({ properties: { RouteKey, Target }, at }) => {
      const integration = integrations.find(({ common: { name } }) => Target === `integrations/${name}`);
      if (!integration) throw new Error(`${at}.Target: there is no integration ${Target}.`);
      return {
        routeKey: RouteKey,
        functionName: functionOf(integration.properties.IntegrationUri, integration.at).name,
        timeoutMilliseconds: integration.properties.TimeoutInMillis,
      };
    });

  const roles = readRoles(
    each('AWS::IAM::Role', shapes.role),
    resources.ofType('AWS::IAM::Policy', shapes.policy),
  );

  const resourcePolicies = [
    ...resources
      .ofType('AWS::SQS::QueuePolicy', shapes.queuePolicy)
      .flatMap(({ properties }) =>
        queues
          .filter(({ url }) => properties.Queues.includes(url))
          .map(({ arn }) => resourcePolicy(arn, properties.PolicyDocument)),
      ),
    ...resources
      .ofType('AWS::Lambda::Permission', shapes.lambdaPermission)
      .map(({ properties, at }) => permissionPolicy(functionOf(properties.FunctionName, at).arn, properties)),
  ];

  resources.refuseOthers();

  return {
    name: stackName,
    region: place.region,
    accountId: place.accountId,
    api: { apiId: api ? identify(api.logicalId, api.at).ref : '', routes },
    functions,
    queues,
    mappings,
    tables,
    secrets,
    topics,
    schedules,
    roles,
    resourcePolicies,
    outputs: resources.outputs(),
  };
}

/** CDK notes each resource's construct path; `Stack/Queues/Completions/Resource` is called `Queues/Completions`. */
function constructPath(metadata: Record<string, unknown>, stackName: string): string | undefined {
  const path = metadata['aws:cdk:path'];
  if (typeof path !== 'string') return undefined;
  const parts = path.split('/');
  return parts.slice(parts.indexOf(stackName) + 1, parts.at(-1) === 'Resource' ? -1 : undefined).join('/');
}

function assetOf({ assets, directory }: Assembly, key: string, at: string): string {
  const asset = assets.find(({ objectKeys }) => objectKeys.includes(key));
  if (!asset) throw new Error(`${at}.Code.S3Key: ${directory} holds no asset ${key}; synthesize again.`);
  return asset.path;
}

/** SQS's API takes every attribute as text, and policies as JSON text. */
function queueAttributes(properties: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}

function uuidOf(logicalId: string): string {
  const letters = Buffer.from(fingerprint(logicalId, 40)).toString('hex');
  return [8, 4, 4, 4, 12].map((length, at) => letters.slice(at * 12, at * 12 + length)).join('-');
}

import type * as z from 'zod/mini';
import type { Assembly } from './cloud-assembly.ts';
import type { Resource, ResourcePolicy } from './local-stack.ts';
import { fingerprint, namesOf, type Place } from './physical-names.ts';
import * as shapes from './resource-properties.ts';

/**
 * A CloudFormation stack as the local platform runs it: every name, address and value is resolved, and nothing else of
 * the template is needed. It is sent to the platform's processes as JSON.
 */
export type LocalStack = ReturnType<typeof readStack>;
export type LocalFunction = LocalStack['functions'][number];
export type LocalQueue = LocalStack['queues'][number];
export type LocalMapping = LocalStack['mappings'][number];
export type LocalTable = LocalStack['tables'][number];

/**
 * The stack that a synthesized template describes, with all references resolved for `place`.
 * @throws Error with the path of anything that local runs cannot do.
 */
export function readStack(assembly: Assembly, place: Omit<Place, 'stackName'>) {
  const { template, stackName } = assembly;
  const { identify, resolve } = namesOf(template, { ...place, stackName });
  const resources = shapes.resourcesOf(template, resolve);
  const functions = readFunctions();
  const queues = readQueues();
  const stack = {
    ...{ name: stackName, region: place.region, accountId: place.accountId },
    api: readApi(),
    functions,
    queues,
    mappings: readMappings(),
    tables: readTables(),
    secrets: readSecrets(),
    topics: readTopics(),
    schedules: readSchedules(),
    roles: readRoles(),
    resourcePolicies: readResourcePolicies(),
    outputs: resources.outputs(),
  };
  resources.refuseOthers();
  return stack;

  /** All resources of the type, with their parsed properties and identity. */
  function each<T>(type: string, schema: z.ZodMiniType<T> & { readonly shape: object }) {
    return resources.ofType(type, schema).map((found) => {
      const { name, arn } = identify(found.logicalId, found.logicalId);
      const path = constructPath(found.metadata, stackName);
      const common: Resource = { logicalId: found.logicalId, path, name, arn };
      return { ...found, common };
    });
  }

  function readFunctions() {
    return each('AWS::Lambda::Function', shapes.lambdaFunction).map(({ common, properties, at }) => ({
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

  function functionOf(arnOrName: string, at: string) {
    const target = functions.find(({ name, arn }) => arnOrName === name || arnOrName.includes(arn));
    if (!target) throw new Error(`${at}: ${arnOrName} is not a function of this stack.`);
    return target;
  }

  function readMappings() {
    return each('AWS::Lambda::EventSourceMapping', shapes.eventSourceMapping).map(
      ({ logicalId, properties, at }) => {
        const source = queues.find(({ arn }) => arn === properties.EventSourceArn);
        if (!source)
          throw new Error(`${at}: the event source ${properties.EventSourceArn} is no queue of this stack.`);
        return {
          logicalId,
          /** Lambda's own identifier of a mapping. */
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
  }

  function readQueues() {
    return each('AWS::SQS::Queue', shapes.queue).map(({ common, properties }) => ({
      ...common,
      url: identify(common.logicalId, common.logicalId).ref,
      /** In the form of SQS's API: names to text, RedrivePolicy as JSON text. */
      attributes: queueAttributes(properties),
    }));
  }

  function readSecrets() {
    return each('AWS::SecretsManager::Secret', shapes.secret).map(({ common, properties }) => ({
      ...common,
      initialValue: properties.SecretString ?? '',
    }));
  }

  function readTables() {
    const types = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'];
    return types
      .flatMap((type) => each(type, shapes.table))
      .map(({ common, properties }) => ({ ...common, ...properties }));
  }

  function readTopics() {
    const subscriptions = each('AWS::SNS::Subscription', shapes.subscription);
    return each('AWS::SNS::Topic', shapes.topic).map(({ common }) => ({
      ...common,
      emails: subscriptions
        .filter(({ properties: { TopicArn, Protocol } }) => TopicArn === common.arn && Protocol === 'email')
        .map(({ properties }) => properties.Endpoint),
    }));
  }

  function readSchedules() {
    return each('AWS::Scheduler::Schedule', shapes.schedule).map(({ common, properties, at }) => ({
      ...common,
      ...properties,
      Target: { ...properties.Target, Arn: functionOf(properties.Target.Arn, at).arn },
    }));
  }

  function readApi() {
    const integrations = each('AWS::ApiGatewayV2::Integration', shapes.integration);
    // Only the name of a stage is checked: a local run neither writes access logs nor throttles.
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
    return { apiId: api ? identify(api.logicalId, api.at).ref : '', routes };
  }

  /** Every role with all statements that apply to it: its own, and those of policies attached to it. */
  function readRoles() {
    const policies = resources.ofType('AWS::IAM::Policy', shapes.policy);
    return each('AWS::IAM::Role', shapes.role).map(({ common, properties }) => ({
      ...common,
      statements: [
        ...properties.Policies,
        // Ref of a role is its name.
        ...policies.map((attached) => attached.properties).filter(({ Roles }) => Roles.includes(common.name)),
      ].flatMap(({ PolicyDocument }) => PolicyDocument),
    }));
  }

  function readResourcePolicies(): ResourcePolicy[] {
    const ofQueues = resources
      .ofType('AWS::SQS::QueuePolicy', shapes.queuePolicy)
      .flatMap(({ properties: { Queues, PolicyDocument: statements } }) =>
        queues.filter(({ url }) => Queues.includes(url)).map(({ arn }) => ({ on: arn, statements })),
      );
    // Permissions as the statements that Lambda's `AddPermission` makes of them.
    const ofFunctions = resources
      .ofType('AWS::Lambda::Permission', shapes.lambdaPermission)
      .map(({ properties: { Action, FunctionName, Principal, SourceArn }, at }): ResourcePolicy => {
        const on = functionOf(FunctionName, at).arn;
        const conditions =
          SourceArn === undefined ? [] : [{ operator: 'ArnLike', key: 'aws:SourceArn', values: [SourceArn] }];
        const statement = { principal: Principal, actions: [Action], resources: [on], conditions };
        return { on, statements: [{ effect: 'Allow', ...statement }] };
      });
    return [...ofQueues, ...ofFunctions];
  }
}

/** CDK writes each resource's construct path: of `Stack/Queues/Completions/Resource`, this is `Queues/Completions`. */
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
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, text(value)]));
}

function uuidOf(logicalId: string): string {
  const letters = Buffer.from(fingerprint(logicalId, 40)).toString('hex');
  return [8, 4, 4, 4, 12].map((length, at) => letters.slice(at * 12, at * 12 + length)).join('-');
}

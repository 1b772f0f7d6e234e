import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';
import { makingNoDifference, type Resource, resourceSchema, type Statement } from './resource-types.ts';
import { type Assembly, type Names, References, type StackPlace } from './template.ts';

/**
 * A CloudFormation stack as the local platform runs it: every name, address and value is resolved, and nothing else of
 * the template is needed. It is sent to the platform's processes as JSON.
 */
export type LocalStack = ReturnType<typeof readStack>;
export type LocalFunction = LocalStack['functions'][number];
export type LocalQueue = LocalStack['queues'][number];
export type LocalMapping = LocalStack['mappings'][number];
export type LocalTable = LocalStack['tables'][number];

/** The policy of a queue or a function: who may do what with it. */
export interface ResourcePolicy {
  /** ARN of the resource that it belongs to. */
  readonly on: string;
  /** `Principal` is a service of AWS, or `*` for everybody. */
  readonly statements: readonly (Statement & { readonly Principal: string })[];
}

/** All references are resolved for `place`. @throws Error with the path of anything that local runs cannot do. */
export function readStack(assembly: Assembly, place: StackPlace) {
  const references = new References(assembly, place);
  const of = readResources(assembly, references);
  const functions = of('AWS::Lambda::Function').map((lambda) => ({
    ...lambda,
    assetDirectory: assetOf(lambda, assembly),
  }));
  const queues = of('AWS::SQS::Queue');
  const tables = of('AWS::DynamoDB::GlobalTable');
  const functionOf = (one: Names, property: string, wanted: string) =>
    findResource(functions, `function for Resources.${one.logicalId}.Properties.${property},`, wanted);
  const queueOf = (one: Names, property: string, wanted: string) =>
    findResource(queues, `queue for Resources.${one.logicalId}.Properties.${property},`, wanted);
  const schedules = of('AWS::Scheduler::Schedule');
  for (const one of schedules) functionOf(one, 'Target.Arn', one.Target.Arn);
  const [api, ...otherApis] = of('AWS::ApiGatewayV2::Api');
  if (otherApis.length > 0) throw new Error('The stack has several HTTP APIs; local runs serve one.');
  return {
    name: assembly.stackName,
    region: place.region,
    accountId: place.accountId,
    functions,
    queues,
    apiId: api?.ref ?? '',
    routes: of('AWS::ApiGatewayV2::Route').map(({ RouteKey, Target }) => {
      const wanted = Target.replace('integrations/', '');
      const integration = findResource(of('AWS::ApiGatewayV2::Integration'), 'integration', wanted);
      const { name, arn } = functionOf(integration, 'IntegrationUri', integration.IntegrationUri);
      return { routeKey: RouteKey, functionName: name, functionArn: arn };
    }),
    mappings: of('AWS::Lambda::EventSourceMapping').map((mapping) => {
      const { name, Role } = functionOf(mapping, 'FunctionName', mapping.FunctionName);
      const queue = queueOf(mapping, 'EventSourceArn', mapping.EventSourceArn);
      return {
        ...mapping,
        functionName: name,
        roleArn: Role,
        queueName: queue.name,
        queueArn: queue.arn,
        queueUrl: queue.ref,
      };
    }),
    tables,
    secrets: of('AWS::SecretsManager::Secret'),
    /** Resources that are encrypted with a key that is not AWS's own: who uses one uses its key. */
    encrypted: [
      ...queues.map(({ arn, KmsMasterKeyId }) => ({ on: arn, key: KmsMasterKeyId })),
      ...tables.map(({ arn, Replicas }) => {
        const [key] = Replicas.flatMap(({ SSESpecification }) => SSESpecification?.KMSMasterKeyId ?? []);
        return { on: arn, key };
      }),
    ].flatMap(({ on, key }) => (key === undefined ? [] : { on, key })),
    topics: of('AWS::SNS::Topic'),
    subscriptions: of('AWS::SNS::Subscription'),
    schedules,
    roles: of('AWS::IAM::Role'),
    policies: of('AWS::IAM::Policy'),
    resourcePolicies: [
      ...of('AWS::SQS::QueuePolicy').flatMap((one) => {
        const { Statement: statements } = one.PolicyDocument;
        return one.Queues.map((url) => ({ on: queueOf(one, 'Queues', url).arn, statements }));
      }),
      ...of('AWS::Lambda::Permission').map((one) =>
        policyOfPermission(one, functionOf(one, 'FunctionName', one.FunctionName).arn),
      ),
    ],
    outputs: Object.fromEntries(
      Object.entries(assembly.template.Outputs).map(([name, { Value }]) => [
        name,
        String(references.resolve(Value, `Outputs.${name}.Value`)),
      ]),
    ),
  };
}

/** @returns what finds all of a type. */
function readResources(assembly: Assembly, references: References) {
  const all = [...references.names.values()].flatMap((names) => readResource(assembly, references, names));
  return <T extends Resource['Type']>(type: T) =>
    all.filter((one): one is Extract<(typeof all)[number], { Type: T }> => one.Type === type);
}

/** Nothing for one that makes no difference. @throws Error for a type or a property that local runs do not know. */
function readResource({ template }: Assembly, references: References, names: Names) {
  const { Type, logicalId } = names;
  if (makingNoDifference.includes(Type)) return [];
  const at = `Resources.${logicalId}`;
  const given = { Type, ...template.Resources[logicalId]?.Properties };
  const parsed = parse(resourceSchema, references.resolve(given, `${at}.Properties`));
  if (parsed.ok) return [{ ...names, ...parsed.value }];
  const teach = 'teach infra/local/emulator/template/resource-types.ts';
  if (parsed.mismatches.some(({ path }) => path === '$.Type'))
    throw new Error(`${at}: local runs do not imitate ${Type}; ${teach}.`);
  const what = describeMismatches(parsed.mismatches);
  throw new Error(`${at}.Properties (${Type}): ${what}. Local runs know nothing else; ${teach}.`);
}

type Of<T extends Resource['Type']> = Names & Extract<Resource, { Type: T }>;

function assetOf({ logicalId, Code }: Of<'AWS::Lambda::Function'>, { assets, directory }: Assembly): string {
  const asset = assets[Code.S3Key];
  if (asset !== undefined) return asset;
  const at = `Resources.${logicalId}.Properties.Code.S3Key`;
  throw new Error(`${at}: ${directory} holds no asset ${Code.S3Key}; synthesize again.`);
}

/** A permission of a function, as the statement that Lambda's `AddPermission` makes of it. */
function policyOfPermission(
  { Action, Principal, SourceArn }: Of<'AWS::Lambda::Permission'>,
  on: string,
): ResourcePolicy {
  const statement = { Action: [Action], Resource: [on], Principal };
  const Condition = { ArnLike: { 'aws:SourceArn': [SourceArn] } };
  return { on, statements: [{ Effect: 'Allow', ...statement, Condition }] };
}

/** A resource's name for people: its logical id without the eight digits of a hash with which the CDK ends it. */
export function labelOfResource({ logicalId }: Pick<Names, 'logicalId'>): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** By its logical id (with or without CDK's hash), physical name, ARN or `Ref`. @throws Error naming what there is. */
export function findResource<T extends Names>(resources: readonly T[], what: string, wanted: string): T {
  const found = resources.find((resource) =>
    [resource.logicalId, resource.name, resource.arn, resource.ref, labelOfResource(resource)].includes(
      wanted,
    ),
  );
  if (found) return found;
  const known = resources.map(labelOfResource).join(', ') || 'none';
  throw new Error(`The stack has no ${what} ${wanted}; it has: ${known}.`);
}

import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { RecordedTemplate } from './recorded.ts';

/**
 * Properties that CloudFormation cannot change: it replaces the resource instead ("Update requires: Replacement" in its
 * template reference). Listed are the types whose resources hold something that a plant needs, or have a unique name.
 */
export const createOnly: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ['ProtocolType'],
  'AWS::ApiGatewayV2::DomainName': ['DomainName'],
  'AWS::ApiGatewayV2::Stage': ['ApiId', 'StageName'],
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::EC2::EIP': ['Domain', 'Address', 'IpamPoolId', 'NetworkBorderGroup', 'TransferAddress'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::SNS::Subscription': ['Endpoint', 'Protocol', 'TopicArn'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::Scheduler::ScheduleGroup': ['Name'],
  'AWS::SecretsManager::Secret': ['Name'],
};

/** Nothing is lost with a resource of these types. */
const mayVanish: ReadonlySet<string> = new Set(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard']);

/** Indexes that no function of the newest release reads any more; only those may be removed. */
const unreadIndexes: readonly string[] = [];

/** Properties that give a resource a unique name. */
const names = /^(Name|(Alarm|Dashboard|Function|LogGroup|Queue|Role|Secret|Table|Topic)Name)$/;

type Resource = RecordedTemplate['Resources'][string];

/** The unique names of a resource. The name of an API is a label that several may have. */
export function namesOf({ Properties }: Resource): string[] {
  return Object.entries(Properties).flatMap(([property, value]) =>
    names.test(property) && typeof value === 'string' ? [value] : [],
  );
}

/** The type and id by which CloudFormation recognises a resource that it has deployed before. */
export function identitiesOf({ Resources }: RecordedTemplate) {
  return Object.fromEntries(
    Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
      const values = createOnly[Type]?.filter((name) => name in Properties);
      return values ? [[id, { Type, ...only(Properties, values) }] as const] : [];
    }),
  );
}

const only = (properties: Resource['Properties'], wanted: readonly string[]) =>
  Object.fromEntries(wanted.map((name) => [name, properties[name]]));

/**
 * What an update from one template to another would lose or could not do: one sentence each, with what to do instead.
 */
export function lossesOf(before: RecordedTemplate, after: RecordedTemplate): string[] {
  const was = identitiesOf(before);
  const is = identitiesOf(after);
  return [
    ...Object.entries(was).flatMap(([id, { Type, ...fixed }]) => {
      const { Type: typeNow, ...fixedNow } = is[id] ?? { Type: after.Resources[id]?.Type };
      if (typeNow === undefined)
        return mayVanish.has(Type)
          ? []
          : [`${id} (${Type}) vanishes with everything in it: give its construct its old id back.`];
      if (typeNow !== Type) return [`${id} was ${Type} and is ${typeNow}: give the new one another id.`];
      return isDeepStrictEqual(fixed, fixedNow)
        ? []
        : [
            `${id} (${Type}) is replaced: ${JSON.stringify(fixed)} became ${JSON.stringify(fixedNow)}, which CloudFormation cannot change. Leave it unchanged.`,
          ];
    }),
    ...movedNames(before, after),
    ...missing('Output', Object.keys(before.Outputs), Object.keys(after.Outputs)),
    ...missing('Route', routesOf(before), routesOf(after)),
  ];
}

function missing(what: string, before: readonly string[], after: readonly string[]): string[] {
  return before
    .filter((name) => !after.includes(name))
    .map((name) => `${what} ${name} vanishes: people and other systems use it. Leave it as it was.`);
}

function routesOf({ Resources }: RecordedTemplate): string[] {
  return Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::ApiGatewayV2::Route' ? [String(Properties.RouteKey)] : [],
  );
}

/** CloudFormation creates before it deletes, so a name that moves to another resource is still taken. */
function movedNames(before: RecordedTemplate, after: RecordedTemplate): string[] {
  const named = ({ Resources }: RecordedTemplate) =>
    Object.entries(Resources)
      .filter(([, { Type }]) => Type !== 'AWS::ApiGatewayV2::Api')
      .flatMap(([id, resource]) =>
        namesOf(resource).map((name) => [`${resource.Type} ${name}`, id] as const),
      );
  const owners = new Map(named(before));
  return named(after).flatMap(([name, id]) => {
    const owner = owners.get(name);
    return owner === undefined || owner === id
      ? []
      : [
          `${name} moves from ${owner} to ${id}, while the old one still has it: keep the id, or choose another name.`,
        ];
  });
}

const indexesSchema = z.array(z.looseObject({ IndexName: z.string() }));

/** CloudFormation changes one index of a table per update, and never its keys. */
export function indexLosses(before: RecordedTemplate, after: RecordedTemplate): string[] {
  const indexesOf = ({ Resources }: RecordedTemplate) =>
    new Map(
      Object.values(Resources)
        .filter(({ Type }) => Type === 'AWS::DynamoDB::GlobalTable')
        .flatMap(({ Properties }) => z.parse(indexesSchema, Properties.GlobalSecondaryIndexes))
        .map((index) => [index.IndexName, index]),
    );
  const [was, is] = [indexesOf(before), indexesOf(after)];
  const removed = [...was.keys()].filter((name) => !is.has(name));
  const added = [...is.keys()].filter((name) => !was.has(name));
  const changed = [...was].filter(([name, index]) => is.has(name) && !isDeepStrictEqual(index, is.get(name)));
  return [
    ...changed.map(
      ([name]) =>
        `Index ${name} changes its keys or projection, which CloudFormation refuses: add one with another name.`,
    ),
    ...removed
      .filter((name) => !unreadIndexes.includes(name))
      .map(
        (name) =>
          `Index ${name} vanishes while functions of the last release still read it: release a version that does not read it, name it in unreadIndexes, then remove it.`,
      ),
    ...(removed.length + added.length > 1
      ? [
          `CloudFormation changes one index per update, but this update changes ${[...removed, ...added].join(', ')}: leave all but one to the next release.`,
        ]
      : []),
  ];
}

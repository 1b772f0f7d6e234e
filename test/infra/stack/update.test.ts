import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Assembled, startAssembly } from './assembled.ts';
import everything from './everything.config.ts';

/**
 * Properties that CloudFormation cannot change: it replaces the resource instead ("Update requires: Replacement" in its
 * template reference). Of all types whose resources hold something that a plant would miss, or bear a name that only one
 * resource can have.
 */
const createOnly: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ['ProtocolType'],
  'AWS::ApiGatewayV2::DomainName': ['DomainName'],
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

/** Properties that give a resource a name which no second one may have. */
const names = /^(Name|(Alarm|Dashboard|Function|LogGroup|Queue|Role|Secret|Table|Topic)Name)$/;

const resourcesSchema = z.record(
  z.string(),
  z.object({
    Type: z.string(),
    DeletionPolicy: z.optional(z.string()),
    DependsOn: z.optional(z.array(z.string())),
    Properties: z.optional(z.record(z.string(), z.unknown())),
  }),
);
type Resources = z.output<typeof resourcesSchema>;

let assembled: Assembled;
let production: Resources;
let withoutSecret: Resources;
let again: Resources;

beforeAll(async () => {
  assembled = startAssembly();
  const other = startAssembly();
  const { deployment } = everything;
  const stacks = {
    production: await assembled.add(everything, 'production'),
    withoutSecret: await other.add(
      { ...everything, deployment: { ...deployment, secrets: {} } },
      'production',
    ),
  };
  production = resourcesOf(stacks.production);
  withoutSecret = resourcesOf(stacks.withoutSecret);
  other.remove();
  const second = startAssembly();
  again = resourcesOf(await second.add(everything, 'production'));
  second.remove();
}, 60_000);
afterAll(() => assembled.remove());

function resourcesOf(stack: Parameters<typeof Template.fromStack>[0]): Resources {
  return z.parse(resourcesSchema, Template.fromStack(stack).toJSON().Resources);
}

/** What makes CloudFormation take a resource of this template for one that it deployed before. */
function identities(resources: Resources) {
  return Object.fromEntries(
    Object.entries(resources)
      .flatMap(([id, { Type, Properties = {} }]) => {
        const fixed = createOnly[Type];
        if (!fixed) return [];
        const values = fixed.filter((name) => name in Properties).map((name) => [name, Properties[name]]);
        return [[id, { Type, ...Object.fromEntries(values) }] as const];
      })
      .sort(([a], [b]) => a.localeCompare(b)),
  );
}

const namesOf = ({ Properties = {} }: Resources[string]) =>
  Object.entries(Properties).flatMap(([property, value]) =>
    names.test(property) && typeof value === 'string' ? [value] : [],
  );

describe('an update', () => {
  it('replaces nothing that holds something, and meets no name of its own: nothing of this file has changed', async () => {
    await expect(`${JSON.stringify(identities(production), null, 2)}\n`).toMatchFileSnapshot(
      'identities.json',
    );
  });

  it('that takes or gives back a secret of the plant leaves all others alone', () => {
    const [before, after] = [identities(production), identities(withoutSecret)];
    const { SecretsErpCredentials0BB423FD: created, ...others } = after;

    expect(others).toEqual(before);
    expect(created).toEqual({ Type: 'AWS::SecretsManager::Secret' });
  });
});

describe('a second deployment', () => {
  it('finds nothing under its names: what stays of a deleted stack was named by CloudFormation', () => {
    const staying = Object.values(production).filter(({ DeletionPolicy }) =>
      /^Retain/.test(DeletionPolicy ?? ''),
    );

    expect([...new Set(staying.map(({ Type }) => Type))].sort()).toEqual([
      'AWS::DynamoDB::GlobalTable',
      'AWS::EC2::EIP',
      'AWS::Logs::LogGroup',
      'AWS::SecretsManager::Secret',
    ]);
    expect(staying.flatMap(namesOf)).toEqual([]);
  });

  it('takes back the schedule group, which goes with its stack, under the same name', () => {
    const groups = (resources: Resources) =>
      Object.values(resources).filter(({ Type }) => Type === 'AWS::Scheduler::ScheduleGroup');

    expect(groups(production)).toMatchObject([{ DeletionPolicy: 'Delete' }]);
    expect(groups(again)).toEqual(groups(production));
  });

  it('makes the group before its schedules, and deletes it after them', () => {
    const schedules = Object.values(production).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule');

    expect(schedules.length).toBeGreaterThan(1);
    for (const { DependsOn } of schedules)
      expect(DependsOn).toContainEqual(expect.stringMatching(/^SchedulesGroup/));
  });

  it('knows all names: a resource of another type has none', () => {
    const named = Object.values(production).filter((resource) => namesOf(resource).length > 0);

    // The name of an API is a label, which several may bear.
    expect([...new Set(named.map(({ Type }) => Type))].sort()).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::Scheduler::ScheduleGroup',
    ]);
  });
});

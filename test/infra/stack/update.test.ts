import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type RecordedTemplate, templateSchema } from '../../release/recorded.ts';
import { identitiesOf, lossesOf, namesOf } from '../../release/updates.ts';
import { type Assembled, startAssembly } from './assembled.ts';
import everything from './everything.config.ts';

let assembled: Assembled;
let production: RecordedTemplate;
let withoutSecret: RecordedTemplate;
let again: RecordedTemplate;

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
  production = templateOf(stacks.production);
  withoutSecret = templateOf(stacks.withoutSecret);
  other.remove();
  const second = startAssembly();
  again = templateOf(await second.add(everything, 'production'));
  second.remove();
}, 60_000);
afterAll(() => assembled.remove());

function templateOf(stack: Parameters<typeof Template.fromStack>[0]): RecordedTemplate {
  return z.parse(templateSchema, Template.fromStack(stack).toJSON());
}

// What an update from a release does is tested beside the releases: test/release.
describe('an update', () => {
  it('leaves all other resources alone when it takes or gives back a secret of the plant', () => {
    const { SecretsErpCredentials0BB423FD: created, ...others } = identitiesOf(withoutSecret);

    expect(others).toEqual(identitiesOf(production));
    expect(created).toEqual({ Type: 'AWS::SecretsManager::Secret' });
    expect(lossesOf(production, withoutSecret)).toEqual([]);
  });
});

describe('a second deployment', () => {
  it('finds all its names free: what stays of a deleted stack was named by CloudFormation', () => {
    const staying = Object.values(production.Resources).filter(({ DeletionPolicy }) =>
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

  it('creates the schedule group, which is deleted with its stack, under the same name', () => {
    const groups = ({ Resources }: RecordedTemplate) =>
      Object.values(Resources).filter(({ Type }) => Type === 'AWS::Scheduler::ScheduleGroup');

    expect(groups(production)).toMatchObject([{ DeletionPolicy: 'Delete' }]);
    expect(groups(again)).toEqual(groups(production));
  });

  it('creates the group before its schedules, and deletes it after them', () => {
    const schedules = Object.values(production.Resources).filter(
      ({ Type }) => Type === 'AWS::Scheduler::Schedule',
    );

    expect(schedules.length).toBeGreaterThan(1);
    for (const { DependsOn } of schedules)
      expect(DependsOn).toContainEqual(expect.stringMatching(/^SchedulesGroup/));
  });

  it('knows all names: a resource of another type has none', () => {
    const named = Object.values(production.Resources).filter((resource) => namesOf(resource).length > 0);

    // The name of an API is a label, which several may have.
    expect([...new Set(named.map(({ Type }) => Type))].sort()).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::Scheduler::ScheduleGroup',
    ]);
  });
});

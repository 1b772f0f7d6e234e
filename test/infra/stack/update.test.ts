import { describe, expect, it } from 'vitest';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { templateOf } from './assembled.ts';
import everything from './everything.config.ts';
import { identitiesOf, namedIn, parsedTemplate, type StackTemplate, usedOf } from './updates.ts';

const templateWith = async (integration: CompleteIntegration, content = '') =>
  parsedTemplate(await templateOf(integration, 'production', content));

const production = await templateWith(everything);
const again = await templateWith(everything);
const withoutSecret = await templateWith(
  { ...everything, deployment: { ...everything.deployment, secrets: {} } },
  '// another configuration',
);

describe('an update', () => {
  it('leaves all other resources alone when it takes or gives back a secret of the plant', () => {
    const { SecretsErpCredentials0BB423FD: created, ...others } = identitiesOf(withoutSecret);

    expect(others).toEqual(identitiesOf(production));
    expect(created).toEqual({ Type: 'AWS::SecretsManager::Secret' });
    expect(usedOf(withoutSecret)).toEqual(usedOf(production));
  });
});

describe('the version of the configuration', () => {
  const versionIn = ({ Resources }: StackTemplate) =>
    Object.values(Resources).flatMap(({ Properties }) =>
      Array.from(
        JSON.stringify(Properties).matchAll(/"CONFIGURATION_VERSION":"(\w+)"/g),
        ([, version]) => version,
      ),
    );

  it('is another when the code is, and only then: what was planned is decided anew', () => {
    // Those that map: they compare what each other has mapped.
    const [version] = versionIn(production);
    expect(version).toMatch(/^\w{12}$/);
    expect(versionIn(production)).toEqual(Array(4).fill(version));
    expect(versionIn(again)).toEqual(versionIn(production));
    expect(versionIn(withoutSecret)).not.toEqual(versionIn(production));
  });
});

describe('a second deployment', () => {
  it('finds all its names free: what stays of a deleted stack was named by CloudFormation', () => {
    const staying = Object.entries(production.Resources).filter(([, { DeletionPolicy }]) =>
      /^Retain/.test(DeletionPolicy ?? ''),
    );

    expect([...new Set(staying.map(([, { Type }]) => Type))].sort()).toEqual([
      'AWS::DynamoDB::GlobalTable',
      'AWS::EC2::EIP',
      'AWS::Logs::LogGroup',
      'AWS::SecretsManager::Secret',
    ]);
    const ids = new Set(staying.map(([id]) => id));
    expect(namedIn(production).filter(({ id }) => ids.has(id))).toEqual([]);
  });

  it('creates the schedule group, which is deleted with its stack, under the same name', () => {
    const groups = ({ Resources }: StackTemplate) =>
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
    expect([...new Set(namedIn(production).map(({ type }) => type))].sort()).toEqual([
      'AWS::ApiGatewayV2::DomainName',
      'AWS::ApiGatewayV2::Stage',
      'AWS::Budgets::Budget',
      'AWS::CloudWatch::Alarm',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Scheduler::ScheduleGroup',
    ]);
  });
});

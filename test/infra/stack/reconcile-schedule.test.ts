import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import configured from '../../../integration.config.ts';
import {
  ConfigurationError,
  defineIntegration,
  type Integration,
} from '../../../shared/integration/define.ts';
import { templateOf } from './assembled.ts';

type Reconcile = NonNullable<Integration['schedule']>['reconcile'];

function integrationWith(reconcile: Reconcile | undefined) {
  return defineIntegration({
    plant: 'ghent',
    timeZone: 'Europe/Brussels',
    erp: configured.erp,
    ...(reconcile === undefined ? {} : { schedule: { reconcile } }),
  });
}

const templateWith = (reconcile?: Reconcile) => templateOf(integrationWith(reconcile), 'test');
const unasked = await templateWith();

describe('the schedule of reconciliation', () => {
  it('runs once a day unless the configuration says otherwise', async () => {
    unasked.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: Match.stringLikeRegexp('overdue'),
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
    });
    (await templateWith('off')).hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: Match.stringLikeRegexp('overdue'),
      State: 'DISABLED',
    });
  });

  it('runs as often as configured, and a failed run is not repeated', async () => {
    // Act
    const template = await templateWith({ everyHours: 12 });

    // Assess
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: Match.stringLikeRegexp('overdue'),
      ScheduleExpression: 'rate(12 hours)',
      State: 'ENABLED',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
  });

  it('lets only schedules of its own group assume its role', () => {
    const [role] = Object.values(
      unasked.findResources('AWS::IAM::Role', {
        Properties: {
          AssumeRolePolicyDocument: {
            Statement: [{ Principal: { Service: 'scheduler.amazonaws.com' } }],
          },
        },
      }),
    );
    const [group] = Object.keys(unasked.findResources('AWS::Scheduler::ScheduleGroup'));
    const { Condition } = role?.Properties.AssumeRolePolicyDocument.Statement[0] ?? {};

    expect(Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(Condition.ArnEquals).toEqual({ 'aws:SourceArn': { 'Fn::GetAtt': [group, 'Arn'] } });
  });

  it('has exactly the grants that it uses', () => {
    const [policy] = Object.values(
      unasked.findResources('AWS::IAM::Policy', {
        Properties: { PolicyName: Match.stringLikeRegexp('^FunctionsReconcileCompletions') },
      }),
    );
    const statements: { readonly Action: string | string[]; readonly Resource: unknown }[] =
      policy?.Properties.PolicyDocument.Statement;
    expect(statements.map(({ Action }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      'sqs:SendMessage',
      ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      'dynamodb:Query',
      'secretsmanager:GetSecretValue',
    ]);
    const resources = JSON.stringify(statements.map(({ Resource }) => Resource));
    expect(resources).toContain('/index/by-awaiting-completion');
    expect(resources).not.toContain('"*"');
  });
});

describe('the configuration of reconciliation', () => {
  it('has gentle defaults', () => {
    const standard = { everyHours: 24, most: 50, graceHours: 24 };
    for (const reconcile of [{ everyHours: 24 }, undefined])
      expect(integrationWith(reconcile).schedule.reconcile).toEqual(standard);
    expect(integrationWith('off').schedule.reconcile).toBe('off');
  });

  it.each([
    ['too often', { everyHours: 0 }, '$.schedule.reconcile.everyHours'],
    ['about too many orders', { everyHours: 24, most: 501 }, '$.schedule.reconcile.most'],
    ['with a negative grace', { everyHours: 24, graceHours: -1 }, '$.schedule.reconcile.graceHours'],
  ])('is refused, naming the field, when it asks %s', (_, reconcile, path) => {
    expect(() => integrationWith(reconcile)).toThrow(ConfigurationError);
    expect(() => integrationWith(reconcile)).toThrow(path);
  });
});

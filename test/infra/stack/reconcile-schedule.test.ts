import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import configured from '../../../integration.config.ts';
import { defineIntegration, type Integration } from '../../../shared/integration/define.ts';
import { windowsRun } from '../../../shared/integration/scheduled-runs.ts';
import { grantsOf, startAssembly } from './assembled.ts';

type Reconcile = NonNullable<Integration['schedule']>['reconcile'];

function integrationWith(reconcile: Reconcile | undefined) {
  return defineIntegration({
    plant: 'ghent',
    timeZone: 'Europe/Brussels',
    erp: configured.erp,
    completions: configured.completions,
    ...(reconcile === undefined ? {} : { schedule: { reconcile } }),
  });
}

const assembled = startAssembly(afterAll);
// One synthesis for all.
const standard = await assembled.add(integrationWith(undefined), 'test');
const often = await assembled.add(integrationWith({ everyHours: 12 }), 'testTwiceADay');
const never = await assembled.add(integrationWith('off'), 'testOff');
const split = { per: 'unit', book: { at: ['14:00'] } } as const;
const atTimes = await assembled.add(
  { ...integrationWith(undefined), productOrders: { split } },
  'testAtTimes',
);
const unasked = Template.fromStack(standard);

describe('the schedule of windows', () => {
  it('is there only where parts are booked at times, runs every five minutes, and says so to its function', () => {
    const windows = { Description: Match.stringLikeRegexp('whose time has come') };
    expect(unasked.findResources('AWS::Scheduler::Schedule', { Properties: windows })).toEqual({});
    Template.fromStack(atTimes).hasResourceProperties('AWS::Scheduler::Schedule', {
      ...windows,
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('ReconcileCompletions'), 'Arn'] },
        Input: JSON.stringify(windowsRun),
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 0 },
      },
    });
  });

  it('leaves the reconciliation as it is, and runs with the same role', () => {
    const of = Template.fromStack(atTimes);
    of.resourceCountIs('AWS::Lambda::EventInvokeConfig', 3);
    of.hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: Match.stringLikeRegexp('overdue'),
      ScheduleExpression: 'rate(1 day)',
      Target: { Input: Match.absent() },
    });
  });
});

describe('the schedule of reconciliation', () => {
  it.each([
    ['once a day unless the configuration says otherwise', standard, 'rate(1 day)', 'ENABLED'],
    ['as often as configured', often, 'rate(12 hours)', 'ENABLED'],
    ['not at all where it is off', never, 'rate(1 day)', 'DISABLED'],
  ])('runs %s', (_, stack, ScheduleExpression, State) => {
    Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
      Description: Match.stringLikeRegexp('overdue'),
      ScheduleExpression,
      State,
    });
  });

  it.each([
    ['is repeated for six hours when the next is far away', 'overdue', 2, 185, 6 * 3600],
    ['is not, and waits no longer than until the next', 'released', 0, 0, 300],
    ['is not either when it sends alerts', 'people', 0, 0, 300],
  ])('has runs of which one that fails %s', (_, description, byLambda, byScheduler, seconds) => {
    const [schedule] = Object.values(
      unasked.findResources('AWS::Scheduler::Schedule', {
        Properties: { Description: Match.stringLikeRegexp(description) },
      }),
    );
    const { Arn, RetryPolicy } = schedule?.Properties.Target ?? {};

    expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: seconds, MaximumRetryAttempts: byScheduler });
    unasked.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Arn['Fn::GetAtt'][0] },
      MaximumEventAgeInSeconds: seconds,
      MaximumRetryAttempts: byLambda,
    });
  });

  it('lets only schedules of its group assume its role', () => {
    const [role] = Object.values(
      unasked.findResources('AWS::IAM::Role', {
        Properties: {
          AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'scheduler.amazonaws.com' } }] },
        },
      }),
    );
    const [group] = Object.keys(unasked.findResources('AWS::Scheduler::ScheduleGroup'));
    const { Condition } = role?.Properties.AssumeRolePolicyDocument.Statement[0] ?? {};

    expect(Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(Condition.ArnEquals).toEqual({ 'aws:SourceArn': { 'Fn::GetAtt': [group, 'Arn'] } });
  });

  it('has exactly the grants that it uses', () => {
    const statements = grantsOf(unasked, 'ReconcileCompletions');
    expect(statements.map(({ Action }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      'sqs:SendMessage',
      ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      'dynamodb:Query',
      'secretsmanager:GetSecretValue',
    ]);
    const resources = JSON.stringify(statements.map(({ Resource }) => Resource));
    expect(resources).toContain('/index/by-awaiting-completion');
    expect(resources).toContain('/index/by-concern');
    expect(resources).not.toContain('"*"');
  });
});

import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { scheduledRunsOf } from '../../shared/integration/scheduled-runs.ts';
import type { Functions } from './functions.ts';

export type Scheduled = ReturnType<typeof scheduledOf>[number];

/** The functions that run by the clock, and what it means when one does not. */
export function scheduledOf({ schedule }: CompleteIntegration) {
  const runs = scheduledRunsOf(schedule);
  return [
    {
      id: 'Pull',
      name: 'pull-product-orders',
      description: 'Takes in released orders that changed in the ERP',
      runs: runs.pull,
      silenceMeans: 'The pull has not run for three times its interval: new orders do not arrive.',
    },
    {
      id: 'Reconcile',
      name: 'reconcile-completions',
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      runs: runs.reconcile,
      silenceMeans: 'The reconciliation has not run for twice its interval: lost triggers stay unnoticed.',
    },
    {
      id: 'Alerts',
      name: 'send-alerts',
      description: 'Tells people what needs them',
      runs: runs.alerts,
      silenceMeans: 'Nobody is alerted of what needs a person: the function that looks for it does not run.',
    },
  ] as const;
}

/** Lambda's longest. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const longestAge = Duration.hours(6);

/** What runs by the clock. A schedule that is off is still in the stack, disabled. */
export function addSchedules(stack: Stack, integration: CompleteIntegration, functions: Functions): void {
  const scope = new Construct(stack, 'Schedules');
  // A separate group, as Scheduler counts by group only. It is deleted with the stack: it is named after the stack, so
  // a second deployment would find the name taken.
  const group = new ScheduleGroup(scope, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
  const role = new Role(scope, 'Role', {
    // Scheduler may assume it for these schedules only. The condition names their group, as AWS requires:
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnEquals: { 'aws:SourceArn': group.scheduleGroupArn },
      },
    }),
  });
  for (const { id: scheduleId, name, description, runs } of scheduledOf(integration)) {
    const lambda = functions[name];
    const every = Duration.minutes(runs.everyMinutes);
    // Where Lambda has no container free, an event waits: for six hours, unless something is said.
    const maxEventAge = Duration.minutes(Math.min(every.toMinutes(), longestAge.toMinutes()));
    // The next run does what this one missed. Where it is an hour away or more, Lambda repeats a failed run twice, and
    // Scheduler its call as long as the event may wait.
    const once = every.toMinutes() < 60 ? { retryAttempts: 0 } : {};
    lambda.configureAsyncInvoke({ maxEventAge, retryAttempts: 2, ...once });
    // The CDK's own grant would include all versions of the function.
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }),
    );
    const schedule = new Schedule(scope, scheduleId, {
      description,
      scheduleGroup: group,
      schedule: ScheduleExpression.rate(every),
      enabled: runs.isOn,
      target: new LambdaInvoke(lambda, { maxEventAge, ...once, role: role.withoutPolicyUpdates() }),
    });
    // Schedules name their group in text, so CloudFormation does not see that they depend on it.
    schedule.node.addDependency(group);
  }
}

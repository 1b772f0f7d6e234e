import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import {
  type ScheduledRuns,
  scheduledRunsOf,
  windowRunsOf,
  windowsRun,
} from '../../shared/integration/scheduled-runs.ts';
import { durationInWords } from '../../shared/model/time.ts';
import type { Functions } from './functions.ts';

export type Scheduled = ReturnType<typeof scheduledOf>[number];

/** What runs by the clock, and what it means when it does not. A function may have two schedules: the event of each says which it is. */
export function scheduledOf(integration: CompleteIntegration) {
  const runs = scheduledRunsOf(integration.schedule);
  return [
    {
      id: 'Pull',
      name: 'pull-product-orders',
      description: 'Takes in released orders that changed in the ERP',
      event: undefined,
      runs: runs.pull,
      silenceMeans: `The pull has not run for ${silenceInWords(runs.pull)}: new orders do not arrive.`,
    },
    {
      id: 'Reconcile',
      name: 'reconcile-completions',
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      event: undefined,
      runs: runs.reconcile,
      silenceMeans: `The reconciliation has not run for ${silenceInWords(runs.reconcile)}: nobody notices lost triggers.`,
    },
    {
      id: 'Alerts',
      name: 'send-alerts',
      description: 'Tells people what needs them',
      event: undefined,
      runs: runs.alerts,
      silenceMeans: 'Nobody is alerted of what needs a person: the function that looks for it does not run.',
    },
    ...scheduledWindowsOf(integration),
  ] as const;
}

function silenceInWords({ silentMs }: ScheduledRuns): string {
  return durationInWords(silentMs / 1000);
}

/** Only where the plant books parts at times. */
function scheduledWindowsOf(integration: CompleteIntegration) {
  const runs = windowRunsOf(integration);
  if (!runs) return [];
  return [
    {
      id: 'Windows',
      name: 'reconcile-completions',
      description: 'Has parts booked whose time has come',
      event: windowsRun,
      runs,
      silenceMeans:
        'Nobody looks for parts whose time to be booked has come: they wait for the last part of their order. Lost triggers stay unnoticed, too.',
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
  const prepared = new Set<string>();
  for (const { id: scheduleId, name, description, runs, event } of scheduledOf(integration)) {
    const lambda = functions[name];
    const every = Duration.minutes(runs.everyMinutes);
    // Where Lambda has no container free, an event waits: for six hours, unless something is said.
    const maxEventAge = Duration.minutes(Math.min(every.toMinutes(), longestAge.toMinutes()));
    // The next run does what this one missed. Where it is an hour away or more, Lambda repeats a failed run twice, and
    // Scheduler its call as long as the event may wait.
    const once = every.toMinutes() < 60 ? { retryAttempts: 0 } : {};
    // A function with two schedules has what the first one needs.
    if (!prepared.has(name)) {
      lambda.configureAsyncInvoke({ maxEventAge, retryAttempts: 2, ...once });
      // The CDK's own grant would include all versions of the function.
      role.addToPolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }),
      );
    }
    prepared.add(name);
    const schedule = new Schedule(scope, scheduleId, {
      description,
      scheduleGroup: group,
      schedule: ScheduleExpression.rate(every),
      enabled: runs.isOn,
      target: new LambdaInvoke(lambda, {
        maxEventAge,
        ...once,
        role: role.withoutPolicyUpdates(),
        ...(event ? { input: ScheduleTargetInput.fromObject(event) } : {}),
      }),
    });
    // Schedules name their group in text, so CloudFormation does not see that they depend on it.
    schedule.node.addDependency(group);
  }
}

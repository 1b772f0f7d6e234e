import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { Functions } from './functions.ts';
import type { IntegrationFunction } from './lambda-function.ts';

/** How often people are told what they must see to. */
export const alertMinutes = 5;

/** What runs by the clock. A schedule that is off stays in the stack, disabled. */
export class Schedules extends Construct {
  /** Of its own, as Scheduler's metrics tell of groups only. */
  readonly group: ScheduleGroup;

  constructor(
    scope: Construct,
    id: string,
    { integration, functions }: { readonly integration: CompleteIntegration; readonly functions: Functions },
  ) {
    super(scope, id);
    const { pull, reconcile } = integration.schedule;
    // It goes with the stack: its name is made of the stack's, and a second deployment would meet the one that stayed.
    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', {
      // Scheduler takes it on for these schedules only. They are named by their group, as AWS demands:
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': this.group.scheduleGroupArn },
        },
      }),
    });
    const once = ({ lambda }: IntegrationFunction) => {
      // The CDK's own grant would hold all versions of the function, too.
      role.addToPolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }),
      );
      return new LambdaInvoke(lambda, { retryAttempts: 0, role: role.withoutPolicyUpdates() });
    };
    const pulling = new Schedule(this, 'Pull', {
      description: 'Takes in released orders that changed in the ERP',
      scheduleGroup: this.group,
      schedule: ScheduleExpression.rate(Duration.minutes(pull === 'off' ? 5 : pull.everyMinutes)),
      enabled: pull !== 'off',
      // The next run reads what this one missed: repeating it would only pile up runs.
      target: once(functions.named['pull-product-orders']),
    });
    const reconciling = new Schedule(this, 'Reconcile', {
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      scheduleGroup: this.group,
      schedule: ScheduleExpression.rate(Duration.hours(reconcile === 'off' ? 24 : reconcile.everyHours)),
      enabled: reconcile !== 'off',
      // Whoever was not asked about is asked about first by the next run.
      target: once(functions.named['reconcile-completions']),
    });
    const alerting = new Schedule(this, 'Alerts', {
      description: 'Tells people what they must see to',
      scheduleGroup: this.group,
      schedule: ScheduleExpression.rate(Duration.minutes(alertMinutes)),
      target: once(functions.named['send-alerts']),
    });
    // They name their group in words, of which CloudFormation learns nothing.
    for (const schedule of [pulling, reconciling, alerting]) schedule.node.addDependency(this.group);
  }
}

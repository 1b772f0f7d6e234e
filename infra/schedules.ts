import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../shared/integration/define.ts';
import type { Functions } from './functions.ts';

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
    this.group = new ScheduleGroup(this, 'Group');
    new Schedule(this, 'Pull', {
      description: 'Takes in released orders that changed in the ERP',
      scheduleGroup: this.group,
      schedule: ScheduleExpression.rate(Duration.minutes(pull === 'off' ? 5 : pull.everyMinutes)),
      enabled: pull !== 'off',
      // The next run reads what this one missed: repeating it would only pile up runs.
      target: new LambdaInvoke(functions.pullProductOrders.lambda, { retryAttempts: 0 }),
    });
    new Schedule(this, 'Reconcile', {
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      scheduleGroup: this.group,
      schedule: ScheduleExpression.rate(Duration.hours(reconcile === 'off' ? 24 : reconcile.everyHours)),
      enabled: reconcile !== 'off',
      // Whoever was not asked about is asked about first by the next run.
      target: new LambdaInvoke(functions.reconcileCompletions.lambda, { retryAttempts: 0 }),
    });
  }
}

import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { MetricName } from '../../shared/platform/metrics.ts';
import { functionNames } from '../build/bundle-functions.ts';
import type { Functions } from './functions.ts';
import type { HttpApi } from './http-api.ts';
import { metric, metricPeriod } from './metrics.ts';
import { acknowledge } from './nag.ts';
import { consumers, type Queues } from './queues.ts';
import type { Schedules } from './schedules.ts';

export interface AlarmsProps {
  readonly integration: CompleteIntegration;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly httpApi: HttpApi;
  readonly schedules: Schedules;
}

interface Watch {
  readonly metric: IMetric;
  /** What it means, in a sentence; the runbook tells what to do. */
  readonly means: string;
  /** Rings from this value on. Default 1. */
  readonly threshold?: number;
  /** So many looks of … */
  readonly ringing?: number;
  /** … the last so many. Default 1 of 1. */
  readonly looks?: number;
}

/** One alarm for each failure that a person must act on, all to one topic. Runbook: infra/RUNBOOK.md. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { integration, queues, functions, httpApi, schedules } = props;
    this.topic = new Topic(this, 'Topic', {
      displayName: `Azumuta-ERP integration of ${integration.plant}`,
      enforceSSL: true,
    });
    this.allowAlarmsToPublish();
    for (const address of integration.deployment.alarmEmails)
      this.topic.addSubscription(new EmailSubscription(address));
    acknowledge(this.topic, {
      'Serverless::Serverless-SNSRedrivePolicy':
        'Mails are best effort; the alarm itself stays red on the dashboard until its cause is mended.',
    });

    this.watch('DeadLetters', {
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: metricPeriod,
        statistic: 'Maximum',
      }),
      means: 'Dead letters wait for a person: something cannot be created or booked as it is.',
    });
    this.watchWaiting(queues);
    this.watchPartners();
    this.watchFunctions(functions);
    this.watch('HttpApiFailing', {
      metric: httpApi.answers('5xx'),
      means: 'The HTTP API answered 5xx: triggers of Azumuta or orders of the ERP were refused.',
    });
    this.watch('HttpApiThrottled', {
      metric: httpApi.answers('429'),
      means: 'The HTTP API answered 429: more calls came in than the stage lets through.',
    });
    this.watch('OrderConflicts', {
      metric: metric(this, 'OrderConflicts'),
      means: 'An order changed in the ERP after its product order was created: change it in Azumuta by hand.',
    });
    this.watch('OrdersUnmapped', {
      metric: metric(this, 'OrdersUnmapped'),
      means: 'An order of the ERP cannot be read, or the mapping refuses it: nothing was created of it.',
    });
    this.watch('OrdersCancelled', {
      metric: metric(this, 'OrdersCancelled'),
      means: 'An order was cancelled in the ERP after its product order was queued: remove it in Azumuta.',
    });
    this.watchSchedules(integration, schedules);
  }

  /**
   * A topic without a policy takes what its own account publishes. The statement of `enforceSSL` replaces that
   * default, and CloudWatch would be refused: the alarm turns red and nobody hears of it.
   * @see https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
   */
  private allowAlarmsToPublish(): void {
    const stack = Stack.of(this);
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisStackPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          ArnLike: {
            'aws:SourceArn': stack.formatArn({
              service: 'cloudwatch',
              resource: 'alarm',
              resourceName: `${stack.stackName}-*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
  }

  /** Messages that wait too long: for their partner, or because nobody takes them. */
  private watchWaiting(queues: Queues): void {
    for (const name of consumers) {
      this.watch(`Waiting-${name}`, {
        metric: metric(this, 'WaitingSeconds', { Function: name, statistic: 'Maximum' }),
        threshold: Duration.hours(1).toSeconds(),
        means: `Messages of ${name} have been coming again for more than an hour.`,
      });
    }
    for (const [name, queue] of Object.entries(queues.work)) {
      this.watch(`QueueStalled-${name}`, {
        metric: queue.metricApproximateAgeOfOldestMessage({ period: metricPeriod, statistic: 'Maximum' }),
        threshold: Duration.minutes(30).toSeconds(),
        means: `Nobody takes messages from the queue of ${name}: the flow is paused, or its function cannot run.`,
      });
    }
  }

  private watchPartners(): void {
    for (const partner of ['azumuta', 'erp']) {
      this.watch(`PartnerDown-${partner}`, {
        metric: metric(this, 'BreakerOpen', { Partner: partner }),
        ringing: 3,
        looks: 3,
        means: `The ${partner} has been failing for a quarter of an hour; everything waits and goes on by itself.`,
      });
      this.watch(`Credentials-${partner}`, {
        metric: metric(this, 'CredentialsRefused', { Partner: partner }),
        means: `The ${partner} refuses our credentials: its flow stands still until the secret is right again.`,
      });
    }
  }

  private watchFunctions(functions: Functions): void {
    for (const name of functionNames) {
      this.watch(`Errors-${name}`, {
        metric: functions.named[name].lambda.metricErrors({ period: metricPeriod, statistic: 'Sum' }),
        // A single crash heals itself: its messages come again.
        ringing: 2,
        looks: 3,
        means: `${name} crashes, runs out of time, or cannot reach its own table, queues or secrets.`,
      });
    }
  }

  private watchSchedules({ schedule }: CompleteIntegration, { group }: Schedules): void {
    this.watch('SchedulesFailing', {
      metric: group.metricTargetErrors({ period: metricPeriod }),
      means: 'A scheduled run could not be started.',
    });
    if (schedule.pull !== 'off') {
      const minutes = Math.max(15, 3 * schedule.pull.everyMinutes);
      this.silence('PullNotRunning', 'PullsCompleted', {
        minutes,
        means: 'No pull has read the ERP to its end for three times its interval: new orders do not arrive.',
      });
    }
    if (schedule.reconcile !== 'off') {
      this.silence('ReconcileNotRunning', 'ReconciliationsCompleted', {
        minutes: 2 * 60 * schedule.reconcile.everyHours,
        means: 'Two runs of the reconciliation in a row asked nobody: lost triggers stay unnoticed.',
      });
    }
  }

  private watch(id: string, { metric, means, threshold = 1, ringing = 1, looks = 1 }: Watch): void {
    this.add(id, means, {
      metric,
      threshold,
      evaluationPeriods: looks,
      datapointsToAlarm: ringing,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * Rings when something did not happen for so long. CloudWatch takes periods of up to a day, and looks back a
   * day, or a week if they are whole hours.
   */
  private silence(
    id: string,
    name: MetricName,
    { minutes, means }: { readonly minutes: number; readonly means: string },
  ): void {
    const looks = minutes <= 60 ? 1 : Math.ceil(minutes / 60);
    const period = Duration.minutes(Math.min(60, minutes));
    this.add(id, means, {
      metric: metric(this, name, { period }),
      threshold: 1,
      evaluationPeriods: looks,
      datapointsToAlarm: looks,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private add(id: string, means: string, props: Omit<AlarmProps, 'alarmName' | 'alarmDescription'>): void {
    const alarm = new Alarm(this, id, {
      ...props,
      alarmName: `${Stack.of(this).stackName}-${id}`,
      alarmDescription: `${means} What to do: infra/RUNBOOK.md, "${id.split('-')[0]}".`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    alarm.addOkAction(new SnsAction(this.topic));
    this.alarms.push(alarm);
  }
}

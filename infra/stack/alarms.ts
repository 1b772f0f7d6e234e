import { Annotations, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { Functions, PermanentName } from './functions.ts';
import type { HttpApi } from './http-api.ts';
import { MailingList } from './mails.ts';
import { metric, metricPeriod } from './metrics.ts';
import type { StackQueues } from './queues.ts';
import { type Scheduled, scheduledOf } from './schedules.ts';

export interface AlarmsProps {
  readonly integration: CompleteIntegration;
  readonly queues: StackQueues;
  readonly functions: Functions;
  readonly httpApi: HttpApi;
}

interface Watch extends Pick<AlarmProps, 'treatMissingData' | 'comparisonOperator'> {
  readonly metric: IMetric;
  /** A sentence for the person who gets the alarm; the runbook says what to do. */
  readonly means: string;
  /** How many of the last `looks` must be at the threshold. Default 1. */
  readonly ringing?: number;
  /** Default 1. */
  readonly looks?: number;
  /** It ends, and the end is sent, too. Default: it is about something that happened once. */
  readonly isState?: true;
}

/**
 * Alarms for what only CloudWatch sees: functions that fail or do not run, queues that nobody takes from, calls that were
 * turned away, a partner that is down. The alerts say which order needs a person, and why. Runbook: infra/RUNBOOK.md.
 */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { integration, queues, functions, httpApi }: AlarmsProps) {
    super(scope, id);
    this.topic = this.createTopic(integration);
    this.watchQueue('create-product-orders', queues.productOrders);
    this.watchQueue('book-completion', queues.completions);
    this.watchErrors(functions, 'create-product-orders', metricPeriod);
    this.watchErrors(functions, 'book-completion', metricPeriod);
    this.watchPartners();
    if (httpApi.refused)
      this.watch('HttpApiRefusing', {
        metric: httpApi.refused,
        means:
          'The HTTP API turned calls away (5xx or 429): triggers of Azumuta or orders of the ERP were not taken.',
      });
    if (httpApi.pagesRefused)
      this.watch('PagesRefusing', {
        metric: httpApi.pagesRefused,
        means: 'Pages were not shown (5xx or 429): too many calls came, or the function behind them fails.',
      });
    this.watch('AlertsUndelivered', {
      metric: metric(this, 'AlertsUndelivered', { statistic: 'Maximum' }),
      // A run that comes a moment late leaves one of them empty.
      ringing: 3,
      looks: 4,
      isState: true,
      means: 'A channel has refused an alert three times; it is retried.',
    });
    const on = scheduledOf(integration).filter(({ runs }) => runs.isOn);
    for (const [name, schedules] of Map.groupBy(on, (each) => each.name)) {
      const [first] = schedules.toSorted((one, other) => one.runs.silentMs - other.runs.silentMs);
      const seldomMinutes = Math.max(...schedules.map(({ runs }) => runs.everyMinutes));
      this.watchErrors(functions, name, Duration.minutes(seldomMinutes));
      if (first) this.watchSilence(functions, first);
    }
  }

  private createTopic({ deployment: { alarmEmails } }: CompleteIntegration): Topic {
    const topic = new MailingList(this, 'Topic', 'alarms', alarmEmails);
    const stack = Stack.of(this);
    // A topic without a policy takes what its own account publishes. The statement of `enforceSSL` replaces that
    // default, and CloudWatch would be refused: the alarm would turn red and reach nobody.
    // https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisStackPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
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
    if (alarmEmails.length === 0)
      Annotations.of(this).addWarningV2(
        'azumuta-erp:nobody-is-told',
        'deployment.alarmEmails names nobody: no alarm will reach anybody. Name an address of the IT department.',
      );
    return topic;
  }

  /**
   * A message that waits for a Retry-After is hidden, and SQS's age of the oldest leaves out one that was received three
   * times: so a queue is stalled when a message can be taken, and nobody takes any.
   * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
   */
  private watchQueue(name: PermanentName, queue: Queue): void {
    this.watch(`QueueStalled-${name}`, {
      metric: new MathExpression({
        expression: 'waiting > 0 AND FILL(received, 0) < 1',
        usingMetrics: {
          waiting: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Minimum' }),
          received: queue.metricNumberOfMessagesReceived({ statistic: 'Sum' }),
        },
        period: metricPeriod,
      }),
      ringing: 6,
      looks: 6,
      isState: true,
      means: `Nobody takes messages from the queue of ${name}: its event source mapping is switched off, or its function may not read it.`,
    });
  }

  /**
   * A partner that is down is called by few, minutes apart: the last value counts until there is another. A call that
   * is answered writes 0, and the minimum of a period ends the alarm even if others were held back in it before.
   */
  private watchPartners(): void {
    for (const partner of ['azumuta', 'erp']) {
      this.watch(`PartnerDown-${partner}`, {
        metric: metric(this, 'PartnerDown', { Partner: partner, statistic: 'Minimum' }),
        treatMissingData: TreatMissingData.IGNORE,
        isState: true,
        means: `All calls to ${partner} have been failing for minutes; messages that need it wait, and continue automatically.`,
      });
    }
  }

  /** A single failure often heals itself, as the next run does what it left; where that is an hour away, it rings. */
  private watchErrors(functions: Functions, name: PermanentName, every: Duration): void {
    const isSeldom = every.toMinutes() >= 60;
    const isSlow = !isSeldom && every.toMinutes() > metricPeriod.toMinutes();
    this.watch(`Errors-${name}`, {
      metric: functions[name].metricErrors({ period: isSlow ? every : metricPeriod, statistic: 'Sum' }),
      ...(isSeldom ? {} : { ringing: 2, looks: 3 }),
      means: `${name} crashes, runs out of time, or cannot reach its own table, queues or secrets.`,
    });
  }

  /**
   * Missing looks are filled in: otherwise CloudWatch goes on with the last run that it knows of, for longer than the
   * alarm says.
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  private watchSilence(functions: Functions, { name, runs, silenceMeans }: Scheduled): void {
    const minutes = runs.silentMs / 60_000;
    // CloudWatch looks back a day, or a week by whole hours.
    const period = minutes < 24 * 60 ? metricPeriod : Duration.hours(1);
    // One more, as the period that has just begun is empty, too.
    const looks = Math.ceil(minutes / period.toMinutes()) + 1;
    this.watch(`NotRunning-${name}`, {
      metric: new MathExpression({
        expression: 'FILL(runs, 0)',
        usingMetrics: { runs: functions[name].metricInvocations({ statistic: 'Sum' }) },
        period,
      }),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      ringing: looks,
      looks,
      isState: true,
      means: silenceMeans,
    });
  }

  private watch(id: string, { means, looks = 1, ringing = 1, isState, ...watch }: Watch): void {
    const alarm = new Alarm(this, id, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...watch,
      threshold: 1,
      evaluationPeriods: looks,
      datapointsToAlarm: ringing,
      alarmName: `${Stack.of(this).stackName}-${id}`,
      alarmDescription: `${means} What to do: infra/RUNBOOK.md, "${id.split('-')[0]}".`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    if (isState) alarm.addOkAction(new SnsAction(this.topic));
  }
}

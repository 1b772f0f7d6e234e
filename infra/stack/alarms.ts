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
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { FunctionName } from '../build/bundle-functions.ts';
import type { Functions } from './functions.ts';
import type { HttpApi } from './http-api.ts';
import { metric, metricPeriod } from './metrics.ts';
import { acknowledge } from './nag.ts';
import { consumers, type Queues } from './queues.ts';
import { alertMinutes } from './schedules.ts';

export interface AlarmsProps {
  readonly integration: CompleteIntegration;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly httpApi: HttpApi;
}

interface Watch extends Pick<AlarmProps, 'treatMissingData' | 'comparisonOperator'> {
  readonly metric: IMetric;
  /** What it means, in a sentence; the runbook tells what to do. */
  readonly means: string;
  /** Rings from this value on. Default 1. */
  readonly threshold?: number;
  /** So many looks of … */
  readonly ringing?: number;
  /** … the last so many. Default 1 of 1. */
  readonly looks?: number;
  /** What happened once is told once: only a state ends. */
  readonly isState?: true;
}

/** A function that a schedule invokes. */
interface Scheduled {
  readonly name: FunctionName;
  readonly everyMinutes: number;
  /** So many intervals without a run are silence. */
  readonly intervals: number;
  readonly silenceMeans: string;
}

/**
 * Alarms for what only CloudWatch sees: functions that fail or do not run, queues that nobody takes from, calls that were
 * turned away, a partner that is down. Which order needs a person, and why, is told by the alerts. Runbook: infra/RUNBOOK.md.
 */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { integration, queues, functions, httpApi } = props;
    this.topic = new Topic(this, 'Topic', {
      displayName: `Azumuta-ERP integration of ${integration.plant}`,
      enforceSSL: true,
    });
    this.allowAlarmsToPublish();
    const { alarmEmails } = integration.deployment;
    for (const address of alarmEmails) this.topic.addSubscription(new EmailSubscription(address));
    if (alarmEmails.length === 0)
      Annotations.of(this).addWarningV2(
        'azumuta-erp:nobody-is-told',
        'deployment.alarmEmails names nobody: no alarm will reach anybody. Name an address of the IT department.',
      );
    acknowledge(this.topic, {
      'Serverless::Serverless-SNSRedrivePolicy':
        'Mails are best effort; the alarm itself stays red until its cause is mended.',
    });

    this.watchQueues(queues);
    this.watchPartners();
    this.watch('HttpApiRefusing', {
      metric: httpApi.refused,
      means:
        'The HTTP API turned calls away (5xx or 429): triggers of Azumuta or orders of the ERP were not taken.',
    });
    this.watch('AlertsUndelivered', {
      metric: metric(this, 'AlertsUndelivered', { statistic: 'Maximum' }),
      // A run that comes a moment late leaves one of them empty.
      ringing: 3,
      looks: 4,
      isState: true,
      means:
        'A channel has not taken what people are to be told for a quarter of an hour; it is tried again.',
    });
    for (const name of consumers) this.watchErrors(functions, name, looksAt({ everyMinutes: 1 }));
    for (const each of scheduledOf(integration)) {
      this.watchErrors(functions, each.name, looksAt(each));
      this.watchSilence(functions, each);
    }
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

  /**
   * A message that rests for a Retry-After is hidden, and one that was received three times is left out of SQS's age of
   * the oldest: so a queue is stalled when a message can be taken, and nobody takes any.
   * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
   */
  private watchQueues(queues: Queues): void {
    for (const [name, queue] of Object.entries(queues.work)) {
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
        means: `Nobody takes messages from the queue of ${name}: its flow is switched off, or its function may not read it.`,
      });
    }
  }

  /**
   * Few may call a partner that is down, minutes apart: whatever was told last counts until something else is. A call that
   * is answered tells 0, and the minimum of a period ends the alarm even if others were held back in it before.
   */
  private watchPartners(): void {
    for (const partner of ['azumuta', 'erp']) {
      this.watch(`PartnerDown-${partner}`, {
        metric: metric(this, 'PartnerDown', { Partner: partner, statistic: 'Minimum' }),
        treatMissingData: TreatMissingData.IGNORE,
        isState: true,
        means: `All calls to ${partner} have been failing for minutes; what needs it waits and goes on by itself.`,
      });
    }
  }

  private watchErrors(
    functions: Functions,
    name: FunctionName,
    {
      period,
      looks,
      ringing,
    }: { readonly period: Duration; readonly looks: number; readonly ringing: number },
  ): void {
    this.watch(`Errors-${name}`, {
      metric: functions.named[name].lambda.metricErrors({ period, statistic: 'Sum' }),
      ringing,
      looks,
      means: `${name} crashes, runs out of time, or cannot reach its own table, queues or secrets.`,
    });
  }

  /**
   * Looks that are missing are filled in: by itself CloudWatch goes on with the last run that it knows of for longer than
   * it was told to look.
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  private watchSilence(
    functions: Functions,
    { name, everyMinutes, intervals, silenceMeans }: Scheduled,
  ): void {
    const minutes = Math.max(15, intervals * everyMinutes);
    // CloudWatch looks back a day, or a week by whole hours.
    const period = minutes < 24 * 60 ? metricPeriod : Duration.hours(1);
    // One more, as the look that has just begun is empty, too.
    const looks = Math.ceil(minutes / period.toMinutes()) + 1;
    this.watch(`NotRunning-${name}`, {
      metric: new MathExpression({
        expression: 'FILL(runs, 0)',
        usingMetrics: { runs: functions.named[name].lambda.metricInvocations({ statistic: 'Sum' }) },
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

  private watch(
    id: string,
    { means, looks = 1, ringing = 1, threshold = 1, isState, ...watch }: Watch,
  ): void {
    const alarm = new Alarm(this, id, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...watch,
      threshold,
      evaluationPeriods: looks,
      datapointsToAlarm: ringing,
      alarmName: `${Stack.of(this).stackName}-${id}`,
      alarmDescription: `${means} What to do: infra/RUNBOOK.md, "${id.split('-')[0]}".`,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    if (isState) alarm.addOkAction(new SnsAction(this.topic));
    this.alarms.push(alarm);
  }
}

function scheduledOf({ schedule: { pull, reconcile } }: CompleteIntegration): readonly Scheduled[] {
  const pulling: Scheduled | undefined =
    pull === 'off'
      ? undefined
      : {
          name: 'pull-product-orders',
          everyMinutes: pull.everyMinutes,
          intervals: 3,
          silenceMeans: 'The pull has not run for three times its interval: new orders do not arrive.',
        };
  const reconciling: Scheduled | undefined =
    reconcile === 'off'
      ? undefined
      : {
          name: 'reconcile-completions',
          everyMinutes: 60 * reconcile.everyHours,
          intervals: 2,
          silenceMeans: 'Two runs of the reconciliation in a row did not come: lost triggers stay unnoticed.',
        };
  const telling: Scheduled = {
    name: 'send-alerts',
    everyMinutes: alertMinutes,
    intervals: 3,
    silenceMeans: 'Nobody is told of what needs a person: the function that looks for it does not run.',
  };
  return [pulling, reconciling, telling].filter((each) => each !== undefined);
}

/** From this interval on, a person does not wait for a second failure. */
const seldomMinutes = 60;

/** A single failure of what runs often heals itself: the next run does what it left. */
function looksAt({ everyMinutes }: Pick<Scheduled, 'everyMinutes'>) {
  if (everyMinutes >= seldomMinutes) return { period: metricPeriod, looks: 1, ringing: 1 };
  const period = Duration.minutes(Math.max(metricPeriod.toMinutes(), everyMinutes));
  return { period, looks: 3, ringing: 2 };
}

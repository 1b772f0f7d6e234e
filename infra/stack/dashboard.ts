import { Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  PeriodOverride,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CountName } from '../../shared/platform/metrics.ts';
import { functionNames } from '../build/bundle-functions.ts';
import type { Alarms } from './alarms.ts';
import type { Functions } from './functions.ts';
import type { HttpApi } from './http-api.ts';
import type { IntegrationFunction } from './lambda-function.ts';
import { metric } from './metrics.ts';
import { consumers, type Queues } from './queues.ts';

export interface DashboardProps {
  readonly queues: Queues;
  readonly functions: Functions;
  readonly httpApi: HttpApi;
  readonly alarms: Alarms;
}

/** The dashboard: the alarms, then both flows from left to right, then what explains them. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { queues, functions, httpApi, alarms }: DashboardProps) {
    super(scope, id);
    const { named } = functions;
    const dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      periodOverride: PeriodOverride.AUTO,
    });
    const rows: IWidget[][] = [
      [new AlarmStatusWidget({ title: 'A person must act on', alarms: alarms.alarms, width: 24, height: 4 })],
      [title('Orders out: ERP → Azumuta')],
      [
        counted(
          'Accepted',
          [named['accept-product-orders'], named['pull-product-orders']],
          ['OrdersAccepted', 'OrdersUnmapped', 'OrderConflicts', 'OrdersCancelled'],
        ),
        waiting('Waiting to be created', queues.productOrders),
        counted('Created in Azumuta', [named['create-product-orders']], ['OrdersCreated']),
      ],
      [title('Results back: Azumuta → ERP')],
      [
        counted('Accepted', [named['receive-webhook']], ['CompletionsAccepted']),
        waiting('Waiting to be booked', queues.completions),
        counted('Booked in the ERP', [named['book-completion']], ['CompletionsBooked']),
      ],
      [title('Why it stands still')],
      // Nearly all of a batch's time is the partners': Lambda measures it without a metric of our own.
      [
        graph('Time of a batch, 95 of 100 (ms)', consumers, (label) =>
          named[label].lambda.metricDuration({ label, statistic: 'p95' }),
        ),
        graph('Partners that are down', ['azumuta', 'erp'], (Partner) =>
          metric(this, 'PartnerDown', { Partner, statistic: 'Maximum' }),
        ),
        graph('Longest wait of a message that is retried (s)', consumers, (name) =>
          metric(this, 'WaitingSeconds', { Function: name, statistic: 'Maximum' }),
        ),
      ],
      [
        graph('Dead letters', [queues.deadLetters], (queue) =>
          queue.metricApproximateNumberOfMessagesVisible(),
        ),
        graph('Errors of functions', functionNames, (label) => named[label].lambda.metricErrors({ label })),
        graph('HTTP API: answers 5xx and 429', [httpApi], ({ refused }) => refused),
      ],
    ];
    for (const row of rows) dashboard.addWidgets(...row);
  }
}

const shape = { height: 6, leftYAxis: { min: 0 } };

function title(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}

function graph<T>(heading: string, each: readonly T[], metricOf: (one: T) => IMetric): IWidget {
  return new GraphWidget({ title: heading, left: each.map(metricOf), width: 8, ...shape });
}

/** Counted in log lines, added up when somebody looks: that costs next to nothing, and a metric costs each month. */
function counted(
  heading: string,
  functions: readonly IntegrationFunction[],
  names: readonly CountName[],
): IWidget {
  return new LogQueryWidget({
    title: heading,
    view: LogQueryVisualizationType.LINE,
    logGroupNames: functions.map(({ lambda }) => lambda.logGroup.logGroupName),
    queryLines: [`stats ${names.map((name) => `sum(${name})`).join(', ')} by bin(1h)`],
    width: 8,
    height: 6,
  });
}

/** How many messages are in a queue, and how old the oldest is. */
function waiting(heading: string, queue: IQueue): IWidget {
  return new GraphWidget({
    title: heading,
    left: [
      queue.metricApproximateNumberOfMessagesVisible({ label: 'waiting' }),
      queue.metricApproximateNumberOfMessagesNotVisible({ label: 'in work or put off' }),
    ],
    right: [queue.metricApproximateAgeOfOldestMessage({ label: 'age of the oldest (s)' })],
    width: 8,
    ...shape,
    rightYAxis: { min: 0 },
  });
}

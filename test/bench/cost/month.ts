import * as z from 'zod/mini';
import { metrics } from '../../../shared/platform/metrics.ts';
import { templateOf } from '../../infra/stack/assembled.ts';
import { sum } from '../statistics.ts';
import { costPerMillion, type Measured, totalOf } from './cost.ts';
import { prices } from './prices.ts';

/** The stages whose month is computed, and what each does on a day. */
const stages = {
  production: { perDay: 500, what: 'a month' },
  test: { perDay: 20, what: 'a month of a stage for trying' },
} as const;
export type Stage = keyof typeof stages;
const days = 30.4;
const minutes = days * 24 * 60;

/** One line of the bill for a month. */
export interface MonthLine {
  readonly item: string;
  /** US dollars. */
  readonly dollars: number;
  readonly formula: string;
}

/** US dollars for a million of each, as measured by the bench. */
interface PerMillion {
  readonly orders: number;
  readonly completions: number;
}

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
});
const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });
type Resource = z.output<typeof resourceSchema>;

/**
 * A custom metric is billed once for each value of its dimensions; metrics that are only counted in log lines are free.
 * Two functions process queues, and there are two partners.
 */
const valuesOf = { Function: 2, Partner: 2 } as const;
/**
 * Lambda polls an empty queue with this many simultaneous long polls of 20 s (Lambda guide, "Using Lambda with Amazon
 * SQS").
 */
const pollers = 5;
const pollsPerMinute = 3;
/** Each container reads a secret this often; one container of each function is assumed to live all month. */
const readingsPerHour = 4;
/**
 * What a scheduled run uses when it finds nothing new: taking and releasing a lease, a few reads of the ledger, a look
 * at each queue.
 */
const idleRun = { seconds: 1, writeUnits: 3, readUnits: 10, queueRequests: 4, logKilobytes: 1 };
/**
 * What a daily look at an open order uses, and how many days an order is assumed to be open: its message, what the ledger
 * knows of it and of its ERP order, and the wait for one request to the ERP.
 */
const dailyLook = { openDays: 5, seconds: 0.3, readUnits: 2, queueRequests: 2.1 };
/**
 * Size of an order and its completion in the ledger, with all indexes and DynamoDB's own 100 bytes per entry, and how
 * long they are kept.
 */
const ledgerOf = { kilobytes: 4.5, days: 400 };
/** Log lines of an order and its completion, and how long they are kept. */
const logsOf = { kilobytes: 4.5, days: 90 };
/** Requests to the partners for an order and its completion. */
const dataOut = { kilobytes: 20 };

/** The measured cost of orders that are posted one by one, and of completions. */
export function perMillionOf(
  bills: readonly { readonly name: string; readonly flow: string; readonly measured: Measured }[],
  own: string,
): PerMillion {
  const of = (flow: keyof PerMillion) => {
    const bill = bills.find((each) => each.name === own && each.flow === flow);
    if (!bill) throw new Error(`The cost of ${flow} was not measured.`);
    return totalOf(costPerMillion(bill.measured));
  };
  return { orders: of('orders'), completions: of('completions') };
}

/** The synthesized template of the plant. */
export async function templateOfPlant(stage: Stage = 'production') {
  const template = await templateOf('test/bench/cost/plant.config.ts', stage);
  return z.parse(templateSchema, template.toJSON());
}

/** What a plant costs in a month, item by item, computed from its template. */
export function monthOf(template: unknown, perMillion: PerMillion, stage: Stage = 'production'): MonthLine[] {
  const { perDay } = stages[stage];
  const resources = Object.values(z.parse(templateSchema, template).Resources);
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  const fixed = (item: string, count: number, price: number): MonthLine => ({
    item,
    dollars: count * price,
    formula: `${count} × $${price.toFixed(2)}`,
  });
  const functions = of('AWS::Lambda::Function');
  const secretReaders = sum(functions.map(secretsOf));
  const runs = sum(of('AWS::Scheduler::Schedule').map(runsOf));
  const memoryGb = Math.max(...functions.map(memoryOf)) / 1024;
  const polls = of('AWS::Lambda::EventSourceMapping').length * pollers * pollsPerMinute * minutes;
  const readings = secretReaders * readingsPerHour * 24 * days;
  const orders = perDay * days;
  const gigabytes = ({ kilobytes, days }: typeof ledgerOf) => (perDay * days * kilobytes) / 1e6;
  return [
    fixed('secrets', of('AWS::SecretsManager::Secret').length, prices.secretPerMonth),
    fixed(
      'metrics that alarms evaluate',
      sum(of('AWS::CloudWatch::Alarm').map(metricsIn)),
      prices.alarmMetricPerMonth,
    ),
    fixed(
      'custom metrics',
      ownMetrics(functions) + of('AWS::Logs::MetricFilter').length,
      prices.metricPerMonth,
    ),
    line('polling of empty queues', polls, prices.sqsPerRequest, 'requests'),
    line('reading secrets', readings, prices.secretReading, 'readings'),
    {
      item: 'scheduled runs that find nothing',
      dollars: runs * idleRunDollars(memoryGb),
      formula: `${thousands(runs)} runs of ${idleRun.seconds} s with ${memoryGb} GB`,
    },
    line('daily looks at open orders', orders * dailyLook.openDays, lookDollars(memoryGb), 'looks'),
    line('orders', orders, perMillion.orders / 1e6, 'orders'),
    line('completions', orders, perMillion.completions / 1e6, 'completions'),
    {
      item: `ledger, once it is ${ledgerOf.days} days old`,
      dollars: gigabytes(ledgerOf) * (prices.dynamodbStoragePerGb + prices.pointInTimeRecoveryPerGb),
      formula: `${gigabytes(ledgerOf).toFixed(1)} GB × ($${prices.dynamodbStoragePerGb} + $${prices.pointInTimeRecoveryPerGb.toFixed(2)} to recover any second)`,
    },
    {
      item: 'stored logs, and requests to the partners',
      dollars:
        gigabytes(logsOf) * prices.logStoragePerGb +
        ((orders * dataOut.kilobytes) / 1e6) * prices.dataOutPerGb,
      formula: `${gigabytes(logsOf).toFixed(1)} GB × $${prices.logStoragePerGb}, ${((orders * dataOut.kilobytes) / 1e6).toFixed(1)} GB × $${prices.dataOutPerGb}`,
    },
  ];
}

function idleRunDollars(memoryGb: number): number {
  return (
    prices.scheduledRun +
    prices.lambdaPerRequest +
    idleRun.seconds * memoryGb * prices.lambdaPerGbSecond +
    idleRun.writeUnits * prices.dynamodbPerWriteUnit +
    idleRun.readUnits * prices.dynamodbPerReadUnit +
    idleRun.queueRequests * prices.sqsPerRequest +
    (idleRun.logKilobytes / 1e6) * prices.logsPerGb
  );
}

function lookDollars(memoryGb: number): number {
  return (
    prices.lambdaPerRequest +
    dailyLook.seconds * memoryGb * prices.lambdaPerGbSecond +
    dailyLook.readUnits * prices.dynamodbPerReadUnit +
    dailyLook.queueRequests * prices.sqsPerRequest
  );
}

/** The lines as rows of a Markdown table, with their sum, and the sum alone of the stage for trying. */
export function monthRows({ production, test }: Readonly<Record<Stage, readonly MonthLine[]>>): string[] {
  const sumRow = (stage: Stage, lines: readonly MonthLine[], more = '') =>
    `| **${stages[stage].what}** | **$${totalOf(lines).toFixed(2)}** | ${stages[stage].perDay} orders and completions a day${more} |`;
  return [
    ...production.map(({ item, dollars, formula }) => `| ${item} | $${dollars.toFixed(2)} | ${formula} |`),
    sumRow('production', production),
    sumRow('test', test, ', without alarms and metrics'),
  ];
}

/** Both stages' months. */
export async function monthsOf(perMillion: PerMillion): Promise<Record<Stage, MonthLine[]>> {
  const production = monthOf(await templateOfPlant(), perMillion);
  return { production, test: monthOf(await templateOfPlant('test'), perMillion, 'test') };
}

/** Log lines of one call that is refused: that of API Gateway, and two of Lambda. */
const refusedCall = { kilobytes: 1.1, seconds: 0.005 };
const routeSchema = z.object({
  RouteSettings: z.record(z.string(), z.object({ ThrottlingRateLimit: z.number() })),
});

/** US dollars for a day on which calls without a valid token or key come as often as the API takes them. */
export function floodOf(template: unknown, onlyRoutes = /./): number {
  const resources = Object.values(z.parse(templateSchema, template).Resources);
  const stage = resources.find(({ Type }) => Type === 'AWS::ApiGatewayV2::Stage');
  const routes = Object.entries(z.parse(routeSchema, stage?.Properties).RouteSettings);
  const perSecond = sum(
    routes.flatMap(([route, limit]) => (onlyRoutes.test(route) ? [limit.ThrottlingRateLimit] : [])),
  );
  const each =
    prices.httpApiPerRequest +
    prices.lambdaPerRequest +
    refusedCall.seconds * 0.5 * prices.lambdaPerGbSecond +
    (refusedCall.kilobytes / 1e6) * prices.logsPerGb;
  return perSecond * 86_400 * each;
}

function line(item: string, amount: number, price: number, unit: string): MonthLine {
  return {
    item,
    dollars: amount * price,
    formula: `${thousands(amount)} ${unit} × $${Number((price * 1e6).toPrecision(3))} a million`,
  };
}

const thousands = (amount: number) => Math.round(amount).toLocaleString('en');

function ownMetrics(functions: readonly Resource[]): number {
  if (functions.some((one) => variablesOf(one).METRICS === 'off')) return 0;
  return sum(
    Object.values(metrics).map(({ by }) =>
      by.reduce((product: number, dimension) => product * valuesOf[dimension], 1),
    ),
  );
}

/** An alarm on an expression is billed for each metric in it. */
function metricsIn({ Properties: { Metrics } }: Resource): number {
  return Array.isArray(Metrics) ? Metrics.filter((each) => 'MetricStat' in each).length : 1;
}

const environmentSchema = z.object({ Variables: z._default(z.record(z.string(), z.unknown()), {}) });

function variablesOf({ Properties }: Resource) {
  return z.parse(environmentSchema, Properties.Environment ?? {}).Variables;
}

function secretsOf(resource: Resource): number {
  return Object.keys(variablesOf(resource)).filter((name) => name.endsWith('_SECRET_ARN')).length;
}

function memoryOf({ Properties }: Resource): number {
  return z.parse(z.number(), Properties.MemorySize);
}

const unitMinutes: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 24 * 60 };

/** Runs of a schedule in a month. */
function runsOf({ Properties: { ScheduleExpression, State } }: Resource): number {
  if (State === 'DISABLED') return 0;
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(ScheduleExpression)) ?? [];
  if (count === undefined) throw new Error(`The schedule ${String(ScheduleExpression)} is not supported.`);
  return minutes / (Number(count) * (unitMinutes[unit] ?? 1));
}

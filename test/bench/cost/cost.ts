import { sum } from '../statistics.ts';
import type { AwsRequests } from './aws-counter.ts';
import { megabytesPerVcpu, prices } from './prices.ts';

/** What one function did for a number of completions or orders. */
export interface Worked {
  readonly name: string;
  readonly memoryMegabytes: number;
  readonly invocations: number;
  /** Total time from each event to its answer. */
  readonly durationMs: number;
  /** Processor time of its processes. */
  readonly cpuMs: number;
  /** Size of its log. */
  readonly logBytes: number;
}

/** The measurements for `units` completions or orders. */
export interface Measured {
  readonly units: number;
  readonly functions: readonly Worked[];
  readonly requests: AwsRequests;
  /** Calls of the HTTP API. */
  readonly apiCalls: number;
}

/** One line of the bill. */
interface CostLine {
  readonly service: string;
  /** US dollars per million. */
  readonly dollars: number;
  readonly formula: string;
}

/**
 * A function below 1,769 MB gets only a share of a processor: waiting takes as long as measured, computing takes longer
 * in proportion. A core of this machine is taken to equal one of Lambda's.
 */
export function billedMs({ durationMs, cpuMs, memoryMegabytes }: Worked): number {
  const waiting = Math.max(0, durationMs - cpuMs);
  return waiting + cpuMs * Math.max(1, megabytesPerVcpu / memoryMegabytes);
}

/** The bill for a million, by service. */
export function costPerMillion({ units, functions, requests, apiCalls }: Measured): CostLine[] {
  const perUnit = (amount: number) => amount / units;
  const gbSeconds = sum(functions.map((each) => (billedMs(each) / 1000) * (each.memoryMegabytes / 1024)));
  const invocations = sum(functions.map((each) => each.invocations));
  const sent = sum(
    Object.entries(requests.operations).flatMap(([name, times]) =>
      name.startsWith('AmazonSQS.') ? [times] : [],
    ),
  );
  // Lambda's own calls: each batch is received and deleted once.
  const batches = sum(functions.filter(({ name }) => isConsumer(name)).map((each) => each.invocations));
  const sqs = sent + 2 * batches;
  const logBytes = sum(functions.map((each) => each.logBytes));
  const line = (service: string, amount: number, price: number, unit: string): CostLine => ({
    service,
    dollars: perUnit(amount) * price * 1e6,
    formula: `${plain(perUnit(amount))} ${unit} × $${plain(price * (price < 0.001 ? 1e6 : 1))}${price < 0.001 ? '/M' : ''}`,
  });
  return [
    ...(apiCalls > 0 ? [line('HTTP API', apiCalls, prices.httpApiPerRequest, 'calls')] : []),
    line('Lambda, time', gbSeconds, prices.lambdaPerGbSecond, 'GB-s'),
    line('Lambda, invocations', invocations, prices.lambdaPerRequest, 'invocations'),
    line('SQS', sqs, prices.sqsPerRequest, 'requests'),
    line('DynamoDB, writes', requests.writeUnits, prices.dynamodbPerWriteUnit, 'units'),
    line('DynamoDB, reads', requests.readUnits, prices.dynamodbPerReadUnit, 'units'),
    line('CloudWatch Logs', logBytes / 1e3, prices.logsPerGb / 1e6, 'KB'),
  ];
}

/** Calls that the functions make to AWS for one completion or order. */
export function callsPerUnit({ units, requests }: Measured): number {
  return sum(Object.values(requests.operations)) / units;
}

/** What DynamoDB bills for its writes, indexes included. */
export function writeUnitsPerUnit({ units, requests }: Measured): number {
  return requests.writeUnits / units;
}

export function totalOf(lines: readonly Pick<CostLine, 'dollars'>[]): number {
  return sum(lines.map(({ dollars }) => dollars));
}

/** Functions that Lambda feeds from a queue. */
function isConsumer(name: string): boolean {
  return !['receive-webhook', 'accept-product-orders'].includes(name);
}

function plain(amount: number): string {
  if (amount === 0) return '0';
  return amount >= 0.01 ? String(Number(amount.toFixed(3))) : amount.toExponential(2);
}

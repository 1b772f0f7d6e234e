import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { reconcileCompletions } from '../../../shared/completions/reconcile.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import { Rejected, RetryLater } from '../../../shared/model/errors.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { pullOrders } from '../../../shared/orders/pull.ts';
import { createLogger, type Logger } from '../../../shared/platform/log.ts';
import { createQueues } from '../../../shared/platform/queue.ts';
import { createWorker } from '../../../shared/worker/worker.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';
import { erpOrder, newOrder } from '../../support/orders.ts';
import { type SqsEndpoint, sqsRecord, startSqsEndpoint } from '../../support/sqs.ts';
import { type Assembled, startAssembly } from './assembled.ts';

const stackName = 'AzumutaErp-everything-production';
const alarmSchema = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
  TreatMissingData: z.string(),
  AlarmActions: z.array(z.unknown()).check(z.minLength(1)),
});
type AlarmProperties = z.output<typeof alarmSchema>;

let assembled: Assembled;
let alarms: Map<string, AlarmProperties>;
let store: LedgerStore;
let sqs: SqsEndpoint;
let ledger: Ledger;
let clock: TestClock;
let lines: string[];
let day = 24;

beforeAll(async () => {
  assembled = startAssembly();
  const template = Template.fromStack(
    await assembled.add('test/infra/stack/everything.config.ts', 'production'),
  );
  alarms = new Map(
    Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => {
      const alarm = z.parse(alarmSchema, Properties);
      return [alarm.AlarmName.slice(stackName.length + 1), alarm];
    }),
  );
  [store, sqs] = await Promise.all([startLedgerStore(), startSqsEndpoint()]);
}, 60_000);
afterAll(async () => {
  assembled.remove();
  await Promise.all([store.stop(), sqs.stop()]);
});
beforeEach(() => {
  // A day later each: what a breaker or a lease remembers of the last test is over.
  day += 1;
  clock = testClock(new Date(Date.UTC(2026, 10, day, 8)).toISOString());
  ledger = createLedger({ ...store, clock, times: { settlingSeconds: 300 } });
  lines = [];
  sqs.forget();
});

/** The log of a deployed function. */
const logOf = (functionName: string): Logger =>
  createLogger({ stack: stackName, functionName }, (line) => lines.push(line));

const lineSchema = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/** The metrics that CloudWatch makes of the log lines, as an alarm names what it watches. */
function emitted(): string[] {
  return lines.flatMap((line) => {
    const parsed = z.safeParse(lineSchema, JSON.parse(line));
    if (!parsed.success) return [];
    const fields = parsed.data;
    return fields._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.filter(({ Name }) => Number(fields[Name]) >= 1).map(
        ({ Name }) =>
          `${Namespace}/${Name} ${(Dimensions[0] ?? []).map((name) => `${name}=${fields[name]}`).join()}`,
      ),
    );
  });
}

function watched(alarm: string): string {
  const properties = alarms.get(alarm);
  if (!properties) throw new Error(`There is no alarm ${alarm}, but ${[...alarms.keys()].join(', ')}`);
  const { Namespace, MetricName, Dimensions } = properties;
  // CloudWatch does not care for the order of dimensions.
  const stackFirst = [...Dimensions].sort((a, b) => Number(b.Name === 'Stack') - Number(a.Name === 'Stack'));
  return `${Namespace}/${MetricName} ${stackFirst.map(({ Name, Value }) => `${Name}=${Value}`).join()}`;
}

const invocation = { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 };
const unwell = new RetryLater('The ERP failed (503).', { scope: 'partner' });
const unauthorized = new RetryLater('The ERP refused our credentials (401).', {
  scope: 'partner',
  unauthorized: true,
});
const partners = (log: Logger) =>
  createPartnerCalls({
    breaker: createBreaker(store.table, clock),
    newOwner: () => `call ${lines.length}`,
    log,
  });
/** A partner that fails so; answers nothing but the failure. */
const failing = (partner: 'azumuta' | 'erp', failure: Error) =>
  partners(logOf('book-completion'))
    .call(partner, () => Promise.reject(failure))
    .catch(() => undefined);

async function retried(stage: string): Promise<void> {
  const worker = createWorker(
    {
      stage,
      partner: 'erp',
      parse: (body) => body,
      orderNumber: () => 'MO/1',
      work: () => Promise.reject(unwell),
    },
    {
      ...ledger,
      breaker: createBreaker(store.table, clock),
      queueUrl: sqs.queueUrl('work'),
      deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
      queues: createQueues(sqs.client),
      clock,
      random: Math.random,
      log: logOf(stage),
    },
  );
  clock.advance(7200);
  await worker({ Records: [sqsRecord({ body: 'waits' })] }, invocation);
}

async function pulled(orders: readonly ErpOrder[], failure?: Error): Promise<void> {
  const log = logOf('pull-product-orders');
  await pullOrders(invocation, {
    ledger,
    clock,
    log,
    partners: partners(log),
    queues: createQueues(sqs.client),
    queueUrl: sqs.queueUrl('product-orders'),
    map: ({ number, article }) => {
      if (article === '') throw new Rejected('It has no article.', { code: 'order-data' });
      const draft = { number, article, parameters: {}, variants: [] };
      return {
        split: { number, of: 1, book: 'alone' },
        productOrders: [{ draft, part: { index: 1, first: number, book: 'alone' }, contentHash: article }],
      };
    },
    collectAgain: async () => undefined,
    accept: () => true,
    goLive: undefined,
    erp: {
      async *releasedOrders() {
        if (failure) throw failure;
        yield { orders, unreadable: [], watermark: { changedAt: clock.now().toISOString() } };
      },
      book: () => Promise.reject(new Error('a pull books nothing')),
    },
  }).catch(() => undefined);
}

/** What nobody has tried to create yet takes a change, and is withdrawn when it is cancelled. */
const tried = (number: string) =>
  ledger.claims.claim(orderKey(number), { owner: 'test', messageId: 'test', endsAt: clock.now() });

async function reconciled(failure?: Error): Promise<void> {
  const log = logOf('reconcile-completions');
  const number = `OVERDUE-${Math.random()}`;
  await ledger.orders.put(newOrder({ number, dueDate: '2026-11-01' }));
  const claimed = await ledger.claims.claim(orderKey(number), {
    owner: 'test',
    messageId: 'test',
    endsAt: clock.now(),
  });
  if (claimed.outcome !== 'claimed') throw new Error(`the order was just put, and is ${claimed.outcome}`);
  const productOrder = { id: 'po1', number };
  await ledger.claims.complete(claimed.claim, { productOrder, awaiting: 'completion' }, { event: 'created' });
  await reconcileCompletions(invocation, {
    ledger,
    clock,
    log,
    partners: partners(log),
    queues: createQueues(sqs.client),
    completionsQueueUrl: sqs.queueUrl('completions'),
    most: 5,
    graceHours: 1,
    azumuta: {
      productOrder: () => (failure ? Promise.reject(failure) : Promise.resolve(undefined)),
      findProductOrder: () => Promise.resolve(undefined),
    },
  });
}

/** For each alarm that watches a metric of ours: the failure that it is meant for. */
const failures: Readonly<Record<string, () => Promise<unknown>>> = {
  'Waiting-create-product-orders': () => retried('create-product-orders'),
  'Waiting-collect-completion': () => retried('collect-completion'),
  'Waiting-book-completion': () => retried('book-completion'),
  'Credentials-azumuta': () => failing('azumuta', unauthorized),
  'Credentials-erp': () => failing('erp', unauthorized),
  'PartnerDown-azumuta': async () => {
    for (let i = 0; i < 6; i++) await failing('azumuta', unwell);
  },
  'PartnerDown-erp': async () => {
    for (let i = 0; i < 6; i++) await failing('erp', unwell);
  },
  OrderConflicts: async () => {
    await pulled([erpOrder({ number: 'CHANGED' })]);
    await tried('CHANGED');
    await pulled([erpOrder({ number: 'CHANGED', article: 'GEAR-02' })]);
  },
  OrdersUnmapped: () => pulled([erpOrder({ number: 'UNFIT', article: '' })]),
  OrdersCancelled: async () => {
    await pulled([erpOrder({ number: 'CANCELLED' })]);
    await tried('CANCELLED');
    await pulled([erpOrder({ number: 'CANCELLED', state: 'cancelled' })]);
  },
};

/** For each alarm on silence: what should have happened, and the failure that keeps it from happening. */
const silences: Readonly<Record<string, { well: () => Promise<void>; unwell: () => Promise<void> }>> = {
  PullNotRunning: { well: () => pulled([]), unwell: () => pulled([], unwell) },
  ReconcileNotRunning: { well: () => reconciled(), unwell: () => reconciled(unwell) },
};

/** Alarms on metrics that AWS itself keeps, and of which resource. */
const kept: Readonly<Record<string, RegExp>> = {
  DeadLetters: /^AWS\/SQS\/ApproximateNumberOfMessagesVisible QueueName=.*/,
  'QueueStalled-create-product-orders': /^AWS\/SQS\/ApproximateAgeOfOldestMessage QueueName=/,
  'QueueStalled-collect-completion': /^AWS\/SQS\/ApproximateAgeOfOldestMessage QueueName=/,
  'QueueStalled-book-completion': /^AWS\/SQS\/ApproximateAgeOfOldestMessage QueueName=/,
  'Errors-receive-webhook': /^AWS\/Lambda\/Errors FunctionName=/,
  'Errors-collect-completion': /^AWS\/Lambda\/Errors FunctionName=/,
  'Errors-book-completion': /^AWS\/Lambda\/Errors FunctionName=/,
  'Errors-accept-product-orders': /^AWS\/Lambda\/Errors FunctionName=/,
  'Errors-pull-product-orders': /^AWS\/Lambda\/Errors FunctionName=/,
  'Errors-create-product-orders': /^AWS\/Lambda\/Errors FunctionName=/,
  'Errors-reconcile-completions': /^AWS\/Lambda\/Errors FunctionName=/,
  'Errors-send-alerts': /^AWS\/Lambda\/Errors FunctionName=/,
  SchedulesFailing: /^AWS\/Scheduler\/TargetErrorCount ScheduleGroup=/,
  HttpApiFailing: /^AWS\/ApiGateway\/5xx ApiId=/,
  HttpApiThrottled: /^AzumutaErp\/HttpApi429 Stack=AzumutaErp-everything-production$/,
};

describe('each alarm watches a metric that its failure emits', () => {
  for (const [alarm, fail] of Object.entries(failures)) {
    it(alarm, async () => {
      await fail();
      expect(emitted()).toContain(watched(alarm));
    });
  }

  for (const [alarm, { well, unwell: fail }] of Object.entries(silences)) {
    it(`${alarm}: what it listens for is missing only when it should ring`, async () => {
      await fail();
      expect(emitted()).not.toContain(watched(alarm));
      clock.advance(3600);
      await well();
      expect(emitted()).toContain(watched(alarm));
      expect(alarms.get(alarm)?.TreatMissingData).toBe('breaching');
    });
  }

  for (const [alarm, metric] of Object.entries(kept)) {
    it(`${alarm}: AWS keeps it`, () => {
      expect(watched(alarm)).toMatch(metric);
    });
  }

  it('and none is left out, and each says what to do', () => {
    expect([...alarms.keys()].sort()).toEqual(
      [...Object.keys(failures), ...Object.keys(silences), ...Object.keys(kept)].sort(),
    );
    const runbook = readFileSync(new URL('../../../infra/RUNBOOK.md', import.meta.url), 'utf8');
    for (const { AlarmDescription } of alarms.values()) {
      const section = /infra\/RUNBOOK\.md, "(\w+)"/.exec(AlarmDescription)?.[1];
      expect(runbook).toContain(`\n## ${section}\n`);
    }
  });
});

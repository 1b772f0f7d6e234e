import { setImmediate as turn } from 'node:timers/promises';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import { Rejected, RetryLater } from '../../../shared/model/errors.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import {
  type Consumer,
  createWorker,
  type WorkAttempt,
  type WorkerDependencies,
} from '../../../shared/worker/worker.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { type Dynalite, startDynalite } from '../../support/dynamodb.ts';
import { type HeardLog, recordedLog } from '../../support/logs.ts';
import { type SqsEndpoint, sqsRecord, startSqsEndpoint } from '../../support/sqs.ts';

/** A worker between an SQS and a ledger on loopback; clock, log and what SQS wrote down are new for each test. */
export interface WorkerStage {
  readonly sqs: SqsEndpoint;
  readonly clock: TestClock;
  /** The ledger's store, and its table in it. */
  readonly ledgerUrl: string;
  readonly tableName: string;
  readonly table: Table;
  readonly ledger: Ledger;
  readonly logged: HeardLog;
  readonly dependencies: WorkerDependencies;
  readonly worker: (consumer?: Consumer<string>, dependencies?: Partial<WorkerDependencies>) => Worker;
  readonly delivered: (message: Delivered) => Promise<SQSRecord>;
  /** Resolves when the workers only wait for time: none of their calls to SQS or the ledger is under way. */
  readonly quiet: () => Promise<void>;
}

/** A message that SQS delivers, and the note about its earlier attempts. */
export interface Delivered {
  readonly body: string;
  readonly receiveCount: number;
  /** How many in a row never finished; undefined without a note. */
  readonly noted: number | undefined;
}

type Worker = ReturnType<typeof createWorker<string>>;

/** Registers the stage's hooks in the test file that calls it. The stage exists from the first test on. */
export function workerStage(): WorkerStage {
  let store: Dynalite;
  let sqs: SqsEndpoint;
  let now: Pick<WorkerStage, 'clock' | 'ledger' | 'logged'>;
  let underWay = 0;
  const counted =
    <In, Out>(call: (given: In) => Promise<Out>) =>
    async (given: In): Promise<Out> => {
      underWay += 1;
      return call(given).finally(() => {
        underWay -= 1;
      });
    };

  beforeAll(async () => {
    store = await startDynalite();
    sqs = await startSqsEndpoint();
    store.client.middlewareStack.add(counted, { step: 'initialize' });
    sqs.client.middlewareStack.add(counted, { step: 'initialize' });
  });
  afterAll(async () => {
    await store.stop();
    await sqs.stop();
  });
  beforeEach(() => {
    const clock = testClock();
    now = {
      clock,
      ledger: createLedger({ ...store, clock, times: { settlingSeconds: 300 } }),
      logged: recordedLog(),
    };
    sqs.forget();
  });

  return {
    get sqs() {
      return sqs;
    },
    get clock() {
      return now.clock;
    },
    get ledgerUrl() {
      return store.url;
    },
    get tableName() {
      return store.tableName;
    },
    get table() {
      return store.table;
    },
    get ledger() {
      return now.ledger;
    },
    get logged() {
      return now.logged;
    },
    get dependencies() {
      return {
        queueUrl: sqs.queueUrl('completions'),
        deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
        queues: createQueues(sqs.client),
        attempts: now.ledger.attempts,
        deadLetters: now.ledger.deadLetters,
        pauses: now.ledger.pauses,
        breaker: wellPartner,
        clock: now.clock,
        random: () => 0.5,
        log: now.logged.log,
      };
    },
    worker(consumer = obeys, dependencies = {}) {
      return createWorker(consumer, { ...this.dependencies, ...dependencies });
    },
    async delivered({ body, receiveCount, noted }) {
      const record = sqsRecord({ body, receiveCount });
      if (noted === 0) await now.ledger.attempts.recordFailure(record.messageId, { unexpected: false });
      else if (noted !== undefined) await now.ledger.attempts.begin(record.messageId, noted - 1);
      return record;
    },
    async quiet() {
      // Whatever follows a call has begun before the next turn of the event loop.
      do await turn();
      while (underWay > 0);
    },
  };
}

/** In the file that calls it, time passes in each test only when the test says so; sockets work as usual. */
export function stoppedTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    return () => void vi.useRealTimers();
  });
}

/** A breaker that is always closed. */
const wellPartner: WorkerDependencies['breaker'] = { outage: async () => undefined };

/** A consumer that does this for each message, in one step which calls the ERP. */
export const doing = (work: (body: string, attempt: WorkAttempt) => Promise<unknown>): Consumer<string> => ({
  stage: 'book-completion',
  partners: ['erp'],
  parse: (body) => {
    if (body === 'unreadable')
      throw new Rejected('The message does not fit: $.key: found missing, expected string.', {
        code: 'unreadable-message',
      });
    return body;
  },
  orderNumber: () => 'PO-1',
  begin: async (body) => ({
    needs: 'erp',
    async run(attempt) {
      await work(body, attempt);
      return undefined;
    },
  }),
});

/** Ends the work on each message as its body says. */
export const obey = async (body: string): Promise<void> => {
  if (body === 'retry') throw new RetryLater('The ERP failed (503).', { scope: 'partner' });
  if (body === 'reject') throw new Rejected('Production MO/1 is cancelled.', { code: 'order-state' });
  if (body === 'bug') throw new TypeError('undefined is not a function');
  if (body === 'hang') await never();
};
export const obeys = doing(obey);

/** As in a process that has died: the promise never settles. */
export const never = () => new Promise<never>(() => undefined);

export const invocation = (remainingMs = 60_000) => ({
  awsRequestId: 'request',
  getRemainingTimeInMillis: () => remainingMs,
});

export const batch = (...records: SQSRecord[]): SQSEvent => ({ Records: records });

export const idsOf = (records: readonly SQSRecord[]) => records.map(({ messageId }) => messageId).sort();

export const failedIds = (response: { batchItemFailures: { itemIdentifier: string }[] }) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();

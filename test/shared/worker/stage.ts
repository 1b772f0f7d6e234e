import { setImmediate as turn } from 'node:timers/promises';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeEach, vi } from 'vitest';
import { PartnerDown, Rejected } from '../../../shared/model/errors.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import {
  type Consumer,
  createWorker,
  type WorkAttempt,
  type WorkerDependencies,
} from '../../../shared/worker/worker.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { recordedLog } from '../../support/logs.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { sqsRecord, startSqsEndpoint } from '../../support/sqs.ts';

export type WorkerStage = Awaited<ReturnType<typeof workerStage>>;

/** A message that SQS delivers, and the note about its earlier attempts. */
export interface Delivered {
  readonly body: string;
  readonly receiveCount: number;
  /** How many in a row never finished; undefined without a note. */
  readonly noted: number | undefined;
}

/**
 * A worker between an SQS on loopback and a ledger, for the tests of the file that calls it. Clock, log and what SQS
 * wrote down are new for each test.
 */
export async function workerStage() {
  const [table, sqs] = [modelledTable(), await startSqsEndpoint()];
  const anew = () => {
    const { clock, ledger } = ledgerOn(table);
    return { clock, ledger, logged: recordedLog() };
  };
  const now = anew();
  beforeEach(() => {
    Object.assign(now, anew());
    sqs.forget();
  });

  return Object.assign(now, {
    sqs,
    table,
    worker: (consumer = obeys, dependencies: Partial<WorkerDependencies> = {}) =>
      createWorker(consumer, {
        queueUrl: sqs.queueUrl('completions'),
        deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
        queues: createQueues(sqs.client),
        attempts: now.ledger.attempts,
        deadLetters: now.ledger.deadLetters,
        breaker: wellPartner,
        clock: now.clock,
        random: () => 0.5,
        log: now.logged.log,
        ...dependencies,
      }),
    async delivered({ body, receiveCount, noted }: Delivered): Promise<SQSRecord> {
      const record = sqsRecord({ body, receiveCount });
      if (noted === 0) await now.ledger.attempts.recordFailure(record.messageId, { unexpected: false });
      else if (noted !== undefined) await now.ledger.attempts.recordUnfinished(record.messageId, noted);
      return record;
    },
    /** Resolves when the workers only wait for time: what follows a call has begun before the next turn of the event loop. */
    quiet: () => turn(),
  });
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
  flow: 'completions',
  partners: ['erp'],
  parse: (body) => {
    if (body === 'unreadable')
      throw new Rejected('The message is invalid: $.key: found missing, expected string.', {
        causeCode: 'unreadable-message',
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
  if (body === 'retry') throw new PartnerDown('The ERP failed (503).');
  if (body === 'reject') throw new Rejected('Production MO/1 is cancelled.', { causeCode: 'order-state' });
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

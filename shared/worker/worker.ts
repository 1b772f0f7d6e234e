import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Invocation } from '../platform/lambda.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { type ComesAgain, type Consumer, receiveCountOf, type WorkerDependencies } from './attempt.ts';
import { type Sorted, sortOut, type Weighed } from './crash-loop.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { createRecordProcessor } from './process-record.ts';

export type { Consumer, WorkAttempt, WorkerDependencies } from './attempt.ts';

/** Records of one batch that are worked on at the same time: gentle on partners, as containers multiply it. */
const concurrency = 5;

/**
 * The one loop of every queue consumer: parse, work, and for each record either done, again later (visibility
 * with backoff and a partial batch response) or dead letter with its reason. It never sleeps and never retries
 * by itself: the queue is the only retry loop.
 */
export function createWorker<Message>(consumer: Consumer<Message>, dependencies: WorkerDependencies) {
  const processRecord = createRecordProcessor(consumer, dependencies);

  return async function consume(event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> {
    const deadline = deadlineIn(invocation.getRemainingTimeInMillis());
    try {
      const { toWork, untouched } = await sorted(event.Records, deadline);
      // Before anything else: a suspect that takes the process down would hold them for the whole visibility timeout.
      await giveBackUntouched(untouched, deadline);

      const unbegun: SQSRecord[] = [];
      const outcomes = await mapConcurrently(toWork, concurrency, async (each) => {
        if (!deadline.isOverdue()) return inTime(each, invocation, deadline);
        unbegun.push(each.record);
        return undefined;
      });
      const again = outcomes.filter((outcome) => outcome !== undefined);
      await Promise.all([giveBack(again, deadline), giveBackUntouched(unbegun, deadline)]);

      const failed = [...again.map(({ record }) => record), ...unbegun, ...untouched];
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    } finally {
      deadline.cancel();
    }
  };

  /** A table too slow to tell who is suspect leaves all for another attempt. */
  async function sorted(records: readonly SQSRecord[], deadline: Deadline): Promise<Sorted> {
    const told = await Promise.race([sortOut(records, dependencies.attempts), deadline.overdue]);
    return told === 'overdue' ? { toWork: [], untouched: records } : told;
  }

  /** Settles it, or gives it up when its work does not heed the abort: that attempt never finished. */
  async function inTime(
    each: Weighed,
    invocation: Invocation,
    deadline: Deadline,
  ): Promise<ComesAgain | undefined> {
    const outcome = await Promise.race([processRecord(each, invocation, deadline), deadline.overdue]);
    if (outcome !== 'overdue') return outcome;
    const { messageId } = each.record;
    dependencies.log.warn(
      'Given up: its work did not end when its time was up',
      { messageId },
      { Retried: 1 },
    );
    return soon(each.record);
  }

  /** Those at their first receive have no note yet, and would be suspects at the next. */
  async function giveBackUntouched(records: readonly SQSRecord[], deadline: Deadline): Promise<void> {
    const first = records.filter((record) => receiveCountOf(record) === 1);
    const noted = first.map(({ messageId }) => dependencies.attempts.recordUntouched(messageId));
    await Promise.all([
      giveBack(records.map(soon), deadline),
      // Without its note one is worked on alone next time, no worse.
      deadline.whileOpen(Promise.allSettled(noted)),
    ]);
  }

  async function giveBack(again: readonly ComesAgain[], deadline: Deadline): Promise<void> {
    if (again.length === 0) return;
    const changed = await deadline.whileOpen(
      dependencies.queues.changeVisibility(
        dependencies.queueUrl,
        again.map(({ record, seconds }) => ({ receiptHandle: record.receiptHandle, seconds })),
      ),
    );
    const failed = changed?.failed ?? again.length;
    if (failed > 0) dependencies.log.warn('Some messages keep their old visibility timeout', { failed });
  }
}

function soon(record: SQSRecord): ComesAgain {
  return { record, seconds: 1 };
}

import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { reasonOf } from '../model/errors.ts';
import type { Invocation } from '../platform/lambda.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { type ComesAgain, type Consumer, receiveCountOf, type WorkerDependencies } from './attempt.ts';
import { secondsUntilSlot } from './backoff.ts';
import { type Sorted, sortOut, type Weighed } from './crash-loop.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { createRecordProcessor } from './process-record.ts';
import { firstTriedOf, waitedMsOf } from './waited.ts';

export type { Consumer, WorkAttempt, WorkerDependencies } from './attempt.ts';

/** Records of one batch that are worked on at the same time: gentle on partners, as containers multiply it. */
const concurrency = 5;
/** With less than this part of its time left, a container that works on one after the other begins no further one. */
const lastPart = 0.25;

/**
 * The one loop of every queue consumer: parse, work, and for each record either done, again later (visibility
 * with backoff and a partial batch response) or dead letter with its reason. It never sleeps and never retries
 * by itself: the queue is the only retry loop.
 *
 * Where the consumer's partner has a limit, a container has one of its slots or gives its batch back as it is, and works
 * on one record after the other.
 */
export function createWorker<Message>(consumer: Consumer<Message>, dependencies: WorkerDependencies) {
  const processRecord = createRecordProcessor(consumer, dependencies);
  const { slots, attempts, queues, clock, random, log } = dependencies;
  const isLimited = slots?.isLimited(consumer.partner) ?? false;

  return async function consume(event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> {
    const timeMs = invocation.getRemainingTimeInMillis();
    const deadline = deadlineIn(timeMs, clock);
    slots?.begin(invocation);
    try {
      if (!(await hasSlot(deadline))) {
        await giveBackWaiting(event.Records, deadline);
        return responseOf(event.Records);
      }
      const { toWork, untouched } = await sorted(event.Records, deadline);
      // Before anything else: a suspect that takes the process down would hold them for the whole visibility timeout.
      await giveBackUntouched(untouched, deadline);

      const unbegun: SQSRecord[] = [];
      const mayBegin = () =>
        !deadline.isOverdue() && !(isLimited && invocation.getRemainingTimeInMillis() < timeMs * lastPart);
      const outcomes = await mapConcurrently(toWork, isLimited ? 1 : concurrency, async (each) => {
        if (mayBegin()) return inTime(each, invocation, deadline);
        unbegun.push(each.record);
        return undefined;
      });
      const again = outcomes.filter((outcome) => outcome !== undefined);
      await Promise.all([giveBack(again, deadline), giveBackUntouched(unbegun, deadline)]);

      return responseOf([...again.map(({ record }) => record), ...unbegun, ...untouched]);
    } finally {
      if (slots) await deadline.whileOpen(slots.end());
    }
  };

  /** A table that fails, or is too slow to tell, leaves all for another attempt. */
  async function hasSlot(deadline: Deadline): Promise<boolean> {
    if (!slots) return true;
    const taken = slots.take(consumer.partner).catch((error: unknown) => {
      log.error('The slots of the partner could not be asked for', { reason: reasonOf(error) });
      return false;
    });
    return (await Promise.race([taken, deadline.overdue])) === true;
  }

  /** A table too slow to tell who is suspect leaves all for another attempt. */
  async function sorted(records: readonly SQSRecord[], deadline: Deadline): Promise<Sorted> {
    const told = await Promise.race([sortOut(records, attempts), deadline.overdue]);
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
    log.warn('Given up: its work did not end when its time was up', { messageId }, { Retried: 1 });
    return soon(each.record);
  }

  /** Nobody has called the partner for them, so none has failed. They come again together: one slot is enough for all. */
  async function giveBackWaiting(records: readonly SQSRecord[], deadline: Deadline): Promise<void> {
    const chance = random();
    const wait = (record: SQSRecord) => secondsUntilSlot(receiveCountOf(record), chance);
    await giveBackUntouched(records, deadline, wait);
    const [oldest] = records.toSorted((one, other) => firstTriedOf(one) - firstTriedOf(other));
    const waitedMs = oldest && (await deadline.whileOpen(waitedMsOf(oldest, consumer.stage, dependencies)));
    log.info(
      'Waiting for a slot of the partner',
      { Partner: consumer.partner },
      { Retried: records.length, WaitingSeconds: Math.round((waitedMs ?? 0) / 1000) },
    );
  }

  /** Those at their first receive have no note yet, and would be suspects at the next. */
  async function giveBackUntouched(
    records: readonly SQSRecord[],
    deadline: Deadline,
    wait = (_record: SQSRecord) => 1,
  ): Promise<void> {
    const first = records.filter((record) => receiveCountOf(record) === 1);
    const noted = first.map(({ messageId }) => attempts.recordUntouched(messageId));
    await Promise.all([
      giveBack(
        records.map((record) => ({ record, seconds: wait(record) })),
        deadline,
      ),
      // Without its note one is worked on alone next time, no worse.
      deadline.whileOpen(Promise.allSettled(noted)),
    ]);
  }

  async function giveBack(again: readonly ComesAgain[], deadline: Deadline): Promise<void> {
    if (again.length === 0) return;
    const changed = await deadline.whileOpen(
      queues.changeVisibility(
        dependencies.queueUrl,
        again.map(({ record, seconds }) => ({ receiptHandle: record.receiptHandle, seconds })),
      ),
    );
    const failed = changed?.failed ?? again.length;
    if (failed > 0) log.warn('Some messages keep their old visibility timeout', { failed });
  }
}

function soon(record: SQSRecord): ComesAgain {
  return { record, seconds: 1 };
}

function responseOf(again: readonly SQSRecord[]): SQSBatchResponse {
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

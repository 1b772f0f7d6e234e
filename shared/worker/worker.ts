import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Invocation } from '../platform/aws/lambda.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { Slots } from '../slots/slots.ts';
import { createAdmission } from './admission.ts';
import type { ComesAgain, Consumer, WorkerDependencies } from './attempt.ts';
import { type Sorted, sortOut, type Weighed } from './crash-loop.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { createRecordProcessor } from './process-record.ts';
import { createWaited } from './waiting-time.ts';

export type { Consumer, WorkAttempt, WorkerDependencies } from './attempt.ts';

/** Records of one batch that are worked on at the same time: few, as several containers call a partner at once. */
const concurrency = 5;
/** With less than this part of its time left, a container that works on one record at a time begins no further one. */
const lastPart = 0.25;

/**
 * The one loop of every queue consumer: parse, work, and for each record either done, again later (visibility
 * with backoff and a partial batch response) or dead letter with its reason. It never sleeps and never retries
 * by itself: the queue is the only retry loop.
 *
 * While the consumer's partner cannot be called, a batch is given back as it is. Where the partner has a limit, a
 * container works with one of its slots, on one record at a time.
 */
export function createWorker<Message>(consumer: Consumer<Message>, dependencies: WorkerDependencies) {
  const waited = createWaited(consumer.stage, dependencies);
  const processRecord = createRecordProcessor(consumer, waited, dependencies);
  const { admit, isBacklog } = createAdmission(consumer, waited, dependencies);
  const { slots, attempts, queues, clock, log } = dependencies;
  const isLimited = slots?.isLimited(consumer.partner) ?? false;

  return async function consume(event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> {
    log.begin(invocation.awsRequestId);
    const deadline = deadlineIn(invocation.getRemainingTimeInMillis(), clock);
    slots?.begin(invocation);
    try {
      const admitted = await admit(event.Records, deadline);
      const { toWork, untouched } = await sorted(admitted.toWork, deadline);
      const waiting = [...admitted.waiting, ...untouched.map(soon)];
      // First of all: if a suspect kills the process, these would be hidden for the whole visibility timeout.
      await giveBack(waiting, deadline);

      const mayBegin = beginning(invocation, deadline);
      const outcomes = await mapConcurrently(toWork, isLimited ? 1 : concurrency, async (each) => {
        if (!(await mayBegin(each.record))) return soon(each.record);
        return inTime(each, invocation, deadline);
      });
      const again = outcomes.filter((outcome) => outcome !== undefined);
      await giveBack(again, deadline);
      return responseOf([...waiting, ...again]);
    } finally {
      if (slots) await deadline.whileOpen(slots.end());
    }
  };

  /**
   * Whether a further record is begun. With a limit, not in the last part of the time, nor with less left than the
   * longest record took, as calls are paced; nor one of a backlog while somebody waits for its slot.
   */
  function beginning(invocation: Invocation, deadline: Deadline) {
    const left = () => invocation.getRemainingTimeInMillis();
    let longestMs = left() * lastPart;
    let leftBefore: number | undefined;
    let isOver = false;

    async function isEnough(limited: Slots, record: SQSRecord): Promise<boolean> {
      if (leftBefore !== undefined) longestMs = Math.max(longestMs, leftBefore - left());
      const mayGiveWay = leftBefore !== undefined && isBacklog(record);
      leftBefore = left();
      return leftBefore < longestMs || (mayGiveWay && (await isAwaited(limited, deadline)));
    }

    return async (record: SQSRecord): Promise<boolean> => {
      if (deadline.isOverdue() || isOver) return false;
      isOver = isLimited && slots !== undefined && (await isEnough(slots, record));
      return !isOver;
    };
  }

  /** If DynamoDB is too slow to show which are suspect, all are left for another attempt. */
  async function sorted(records: readonly SQSRecord[], deadline: Deadline): Promise<Sorted> {
    const outcome = await Promise.race([sortOut(records, attempts), deadline.overdue]);
    return outcome === 'overdue' ? { toWork: [], untouched: records } : outcome;
  }

  /** Works on it, or gives it up when its work does not stop on the abort: that attempt never finished. */
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

  /** If DynamoDB fails, the work goes on. */
  async function isAwaited(partnerSlots: Slots, deadline: Deadline): Promise<boolean> {
    const asked = partnerSlots.isAwaited(consumer.partner).catch(() => false);
    return (await deadline.whileOpen(asked)) ?? false;
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

function responseOf(again: readonly ComesAgain[]): SQSBatchResponse {
  return { batchItemFailures: again.map(({ record: { messageId } }) => ({ itemIdentifier: messageId })) };
}

import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Attempts, DeadLetterRecords } from '../ledger/attempts.ts';
import { Rejected, RetryLater, reasonOf } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Queues } from '../platform/queue.ts';
import { inTurns } from '../platform/turns.ts';
import { type BackoffOptions, backoffDefaults, secondsUntilRetry } from './backoff.ts';
import { deadLetterOf } from './dead-letter.ts';

/** One queue's work: how to read a message and what to do with it. */
export interface Consumer<Message> {
  /** Name of the function, as dead letters and logs show it. */
  readonly stage: string;
  /** @throws Rejected naming the path of what does not fit. */
  readonly parse: (body: string) => Message;
  readonly orderNumber: (message: Message) => string;
  /** Id of the call or run that began it all: it follows the order through all logs. */
  readonly eventId?: (message: Message) => string;
  /** Done when it resolves; else RetryLater, Rejected, or a bug. */
  readonly work: (message: Message, attempt: WorkAttempt) => Promise<void>;
}

export interface WorkAttempt {
  /** Unique to this invocation and message: owner of ledger claims. */
  readonly owner: string;
  /** Id that the message had at first; a replay keeps it. */
  readonly messageId: string;
  /** When Lambda kills this attempt at the latest. */
  readonly endsAt: Date;
  /** Aborts a little before: every call takes it, and connectors look at it before each write. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Whole seconds until a time in epoch milliseconds, at least 1. */
  readonly secondsUntil: (ms: number) => number;
  /** When the message was first put into its queue. */
  readonly sentAt: Date;
  readonly receiveCount: number;
}

export interface WorkerParts {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly queues: Queues;
  readonly attempts: Attempts;
  readonly deadLetters: DeadLetterRecords;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly backoff?: BackoffOptions;
}

/** What of Lambda's context the loop needs. */
export interface Invocation {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

/** A message may wait so long for its partner before a person is asked: SQS itself would drop it at 14 days. */
const longestWaitMs = 6 * 86_400_000;
/** Attempts that never finished (crashes, timeouts) before a message is put aside. */
const mostUnfinished = 5;
/** An internal error is tried so often before it is put aside: it may have been a passing one. */
const mostBugs = 5;
/** Time kept at the end of an invocation to abort, await and report. */
const reportingMs = 1500;
/** What does not heed the abort is not awaited any longer than this. */
const graceMs = 750;
/** Records of one batch that are worked on at the same time: gentle on partners, as containers multiply it. */
const concurrency = 5;

/**
 * The one loop of every queue consumer: parse, work, and for each record either done, again later (visibility
 * with backoff and a partial batch response) or dead letter with its reason. It never sleeps and never retries
 * by itself: the queue is the only retry loop.
 */
export function createWorker<Message>(consumer: Consumer<Message>, parts: WorkerParts) {
  const { queues, clock, random } = parts;

  return async function consume(event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> {
    const suspects = await suspectsIn(event.Records, parts.attempts);
    // A message whose earlier attempt never finished is worked on alone, so that it cannot take others down.
    const suspect = suspects.keys().next().value;
    const records = suspect ? event.Records.filter(({ messageId }) => messageId === suspect) : event.Records;
    const untouched = event.Records.filter((record) => !records.includes(record));

    const deadline = deadlineIn(invocation.getRemainingTimeInMillis() - reportingMs);
    try {
      const outcomes = await inTurns(records, concurrency, (record) =>
        Promise.race([
          settle(record, suspects.get(record.messageId) ?? 0, invocation, deadline.signal),
          deadline.overdue.then(() => ({ record, seconds: 1 })),
        ]),
      );
      const again = [
        ...outcomes.flatMap((outcome) => (outcome ? [outcome] : [])),
        ...untouched.map((record) => ({ record, seconds: 1 })),
      ];
      if (again.length > 0) {
        const { failed } = await queues.changeVisibility(
          parts.queueUrl,
          again.map(({ record, seconds }) => ({ receiptHandle: record.receiptHandle, seconds })),
        );
        if (failed > 0) parts.log.warn('Some messages keep their old visibility timeout', { failed });
      }
      return { batchItemFailures: again.map(({ record }) => ({ itemIdentifier: record.messageId })) };
    } finally {
      deadline.cancel();
    }
  };

  /** Works on one record. @returns when it comes again, or undefined when it is done with. */
  async function settle(record: SQSRecord, unfinished: number, invocation: Invocation, signal: AbortSignal) {
    const receiveCount = Number(record.attributes.ApproximateReceiveCount);
    const sentAt = new Date(Number(record.attributes.SentTimestamp));
    let log = parts.log.with({ messageId: record.messageId, attempt: receiveCount });
    let orderNumber = '';
    // Only messages that come again are watched, so that the healthy path writes nothing more.
    const watched = receiveCount > 1;
    try {
      if (signal.aborted) throw outOfTime();
      const message = consumer.parse(record.body);
      orderNumber = consumer.orderNumber(message);
      log = log.with({ order: orderNumber, eventId: consumer.eventId?.(message) });
      if (unfinished >= mostUnfinished) {
        throw new Rejected(
          `${unfinished} attempts never finished (crash or timeout): see the logs of ${consumer.stage}.`,
        );
      }
      if (watched) await parts.attempts.begin(record.messageId);
      const owner = `${invocation.awsRequestId}/${record.messageId}`;
      const endsAt = new Date(clock.now().getTime() + invocation.getRemainingTimeInMillis());
      const secondsUntil = (ms: number) => Math.max(1, Math.ceil((ms - clock.now().getTime()) / 1000));
      await consumer.work(message, {
        owner,
        messageId: firstIdOf(record),
        endsAt,
        secondsUntil,
        signal,
        sentAt,
        receiveCount,
        log,
      });
      if (watched) await parts.attempts.end(record.messageId);
      return undefined;
    } catch (thrown) {
      return failed(thrown, {
        watched,
        record,
        receiveCount,
        sentAt,
        orderNumber,
        signal,
        log,
      });
    }
  }

  async function failed(
    thrown: unknown,
    at: {
      watched: boolean;
      record: SQSRecord;
      receiveCount: number;
      sentAt: Date;
      orderNumber: string;
      signal: AbortSignal;
      log: Logger;
    },
  ) {
    const unexpected = !isVerdict(thrown) && !at.signal.aborted && !isAwsFailure(thrown);
    // Without a table there is no count, and no message to blame either.
    const bugs =
      at.watched || unexpected
        ? await parts.attempts.failed(at.record.messageId, { unexpected }).catch(() => 0)
        : 0;
    const failure = verdictOn(thrown, bugs, at.signal);
    const waitedMs = clock.now().getTime() - at.sentAt.getTime();
    const tooLong = failure instanceof RetryLater && waitedMs > longestWaitMs;
    if (failure instanceof RetryLater && !tooLong) {
      const seconds = secondsUntilRetry(failure, at.receiveCount, random(), parts.backoff ?? backoffDefaults);
      at.log.warn(
        'Comes again',
        { reason: failure.message, scope: failure.scope, seconds },
        { Retried: 1, WaitingSeconds: Math.round(waitedMs / 1000) },
      );
      return { record: at.record, seconds };
    }
    const reason = tooLong ? `Waited too long: ${reasonOf(failure)}` : reasonOf(failure);
    try {
      const { body } = at.record;
      const messageId = firstIdOf(at.record);
      await parts.deadLetters.record({
        messageId,
        orderNumber: at.orderNumber || 'unknown',
        stage: consumer.stage,
        reason,
      });
      await queues.send(
        parts.deadLetterQueueUrl,
        deadLetterOf({
          body,
          stage: consumer.stage,
          orderNumber: at.orderNumber,
          reason,
          firstAttemptAt: firstReceive(at.record),
          lastAttemptAt: clock.now(),
          messageId,
        }),
      );
      at.log.error('Dead letter', { reason }, { DeadLettered: 1 });
      return undefined;
    } catch (error) {
      // Not put aside is not done: it comes again and is put aside then.
      at.log.error('Could not write a dead letter', { reason: reasonOf(error) });
      return {
        record: at.record,
        seconds: secondsUntilRetry({ afterSeconds: undefined }, at.receiveCount, random()),
      };
    }
  }
}

/** Aborts after `ms`, and is overdue a grace later. */
function deadlineIn(ms: number) {
  const abort = new AbortController();
  const overdue = Promise.withResolvers<void>();
  const timers = [
    setTimeout(() => abort.abort(), Math.max(0, ms)),
    setTimeout(overdue.resolve, Math.max(0, ms) + graceMs),
  ];
  return {
    signal: abort.signal,
    overdue: overdue.promise,
    cancel: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** What to do about anything that was thrown. */
function verdictOn(thrown: unknown, bugs: number, signal: AbortSignal): RetryLater | Rejected {
  if (isVerdict(thrown)) return thrown;
  if (signal.aborted) return outOfTime(thrown);
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  if (bugs >= mostBugs) {
    return new Rejected(
      `Internal error, ${bugs} times (${name}: ${reasonOf(thrown, 300)}). Please report it.`,
      { cause: thrown },
    );
  }
  return new RetryLater(`Internal error (${name}: ${reasonOf(thrown, 300)}).`, {
    scope: 'order',
    cause: thrown,
  });
}

function isVerdict(thrown: unknown): thrown is RetryLater | Rejected {
  return thrown instanceof RetryLater || thrown instanceof Rejected;
}

/** A failure of our own table, queue or secrets: AWS is unwell, which no message is to blame for. */
function isAwsFailure(thrown: unknown): boolean {
  return thrown instanceof Error && '$metadata' in thrown;
}

function outOfTime(cause?: unknown): RetryLater {
  return new RetryLater('Out of time in this invocation.', { scope: 'order', afterSeconds: 1, cause });
}

/** A replayed message keeps the id that it had at first. */
function firstIdOf({ messageAttributes, messageId }: SQSRecord): string {
  return messageAttributes.messageId?.stringValue ?? messageId;
}

function firstReceive(record: SQSRecord): Date {
  return new Date(Number(record.attributes.ApproximateFirstReceiveTimestamp));
}

/** Messages whose earlier attempt began and never ended, and how often. */
async function suspectsIn(records: readonly SQSRecord[], attempts: Attempts): Promise<Map<string, number>> {
  const again = records.filter(({ attributes }) => Number(attributes.ApproximateReceiveCount) > 2);
  const counts = await Promise.all(
    again.map(async ({ messageId }) => [messageId, await attempts.unfinished(messageId)] as const),
  );
  return new Map(counts.filter(([, unfinished]) => unfinished > 0));
}

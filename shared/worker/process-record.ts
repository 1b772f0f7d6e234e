import type { SQSRecord } from 'aws-lambda';
import { Rejected, type Rejection, RetryLater, reasonOf, rejectionOf } from '../model/errors.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Logger } from '../platform/log.ts';
import { NoFreeSlot } from '../slots/slots.ts';
import { type ComesAgain, type Consumer, receiveCountOf, type WorkerDependencies } from './attempt.ts';
import { backoffDefaults, secondsUntilRetry, secondsUntilSlot } from './backoff.ts';
import type { Weighed } from './crash-loop.ts';
import { deadLetterOf } from './dead-letter.ts';
import type { Deadline } from './deadline.ts';
import { firstTriedOf, longWaitMs, type Waited } from './waiting-time.ts';

/** Attempts in a row that never finished (crashes, timeouts) before a message is put aside. */
const maxUnfinished = 5;
/** Attempts that ended with an internal error before a message is put aside: the error may have been a passing one. */
const maxBugs = 5;

/** A message that is worked on, and what is known of it. */
interface RecordInWork {
  readonly record: SQSRecord;
  readonly receiveCount: number;
  /** When the end of the attempt is noted, so that it does not count as one that never finished. */
  readonly noted: 'as it began' | 'if it comes again' | 'never';
  /** Empty until the message was parsed. */
  readonly orderNumber: string;
  readonly log: Logger;
  readonly deadline: Deadline;
}

/**
 * Works on one record: done, again later, or dead letter. Once it is overdue it has been reported as unfinished and
 * comes again: then nothing more is written or sent for it, except by a call that is under way.
 */
export function createRecordProcessor<Message>(
  consumer: Consumer<Message>,
  waited: Waited,
  dependencies: WorkerDependencies,
) {
  const { attempts, deadLetters, queues, clock, random, backoff = backoffDefaults } = dependencies;

  let attemptsMade = 0;

  /** @returns when it comes again, or undefined when it is done. */
  return async function processRecord(
    { record, unfinished, isSuspect }: Weighed,
    invocation: Invocation,
    deadline: Deadline,
  ): Promise<ComesAgain | undefined> {
    const receiveCount = receiveCountOf(record);
    let inWork: RecordInWork = {
      record,
      receiveCount,
      // It stays a suspect until an attempt at it has begun and ended.
      noted: isSuspect ? 'never' : 'if it comes again',
      orderNumber: '',
      log: dependencies.log.with({ messageId: record.messageId, attempt: receiveCount }),
      deadline,
    };
    try {
      if (deadline.signal.aborted) throw outOfTime();
      const message = consumer.parse(record.body);
      const orderNumber = consumer.orderNumber(message);
      const log = inWork.log.with({ order: orderNumber, eventId: consumer.eventId?.(message) });
      inWork = { ...inWork, orderNumber, log };
      if (unfinished >= maxUnfinished) {
        throw new Rejected(
          `${unfinished} attempts never finished (crash or timeout): see the logs of ${consumer.stage}.`,
          { code: 'internal-error' },
        );
      }
      // Only messages that come again are watched, so that the healthy path writes nothing.
      const watched = receiveCount > 1;
      if (watched) {
        await attempts.begin(record.messageId, unfinished);
        inWork = { ...inWork, noted: 'as it began' };
      }
      await consumer.work(message, attemptAt(inWork, invocation));
      if (watched && !deadline.isOverdue()) await forget(inWork);
      return undefined;
    } catch (thrown) {
      return deadline.isOverdue() ? undefined : failed(thrown, inWork);
    }
  };

  function attemptAt({ record, receiveCount, log, deadline }: RecordInWork, invocation: Invocation) {
    return {
      // A batch may hold two copies of one message: each is an attempt of its own.
      owner: `${invocation.awsRequestId}/${record.messageId}/${++attemptsMade}`,
      messageId: firstIdOf(record),
      endsAt: new Date(clock.now().getTime() + invocation.getRemainingTimeInMillis()),
      secondsUntil: (ms: number) => Math.max(1, Math.ceil((ms - clock.now().getTime()) / 1000)),
      signal: deadline.signal,
      sentAt: new Date(Number(record.attributes.SentTimestamp)),
      receiveCount,
      log,
    };
  }

  /** It succeeded, perhaps after it was noted as a dead letter that then could not be sent. */
  async function forget({ record, orderNumber }: RecordInWork): Promise<void> {
    await deadLetters.markRecovered({ messageId: firstIdOf(record), orderNumber: orderNumber || 'unknown' });
    await attempts.end(record.messageId);
  }

  async function failed(thrown: unknown, inWork: RecordInWork): Promise<ComesAgain | undefined> {
    const { record, receiveCount, log, deadline } = inWork;
    if (thrown instanceof NoFreeSlot) return waitsForSlot(thrown, inWork);
    const unexpected = !isVerdict(thrown) && !deadline.signal.aborted && !isAwsFailure(thrown);
    const noted =
      inWork.noted === 'as it began' ||
      (inWork.noted === 'if it comes again' && !(thrown instanceof Rejected));
    const waitedMs = await waited.msOf(record);
    const { partner } = consumer;
    const waits =
      waitedMs > longWaitMs
        ? { order: inWork.orderNumber, partner, since: firstReceive(record), reason: reasonOf(thrown) }
        : undefined;
    // If DynamoDB is down we cannot count failures; treat it as zero.
    const known = noted
      ? await attempts.recordFailure(record.messageId, { unexpected, waits }).catch(() => undefined)
      : undefined;
    const failure = classifyError(thrown, known?.unexpected ?? 0, deadline.signal);
    if (failure instanceof Rejected) return putAside(inWork, rejectionOf(failure), waitedMs);
    if (waited.isTooLong(record, waitedMs)) {
      const reason = `Waited too long: ${reasonOf(failure)}`;
      return putAside(inWork, { reason, cause: 'waited-too-long' }, waitedMs);
    }
    // Receives after which it was only given back are no failures, so they are not counted.
    const seconds = secondsUntilRetry(failure, known?.all ?? receiveCount, random(), backoff);
    const { message: reason, scope } = failure;
    log.warn('Comes again', { reason, scope, seconds }, measuredWait(waitedMs));
    return { record, seconds };
  }

  /** It may have been worked on in part, and waits for a slot of the other partner: that is no failure. */
  async function waitsForSlot(
    { message: reason }: NoFreeSlot,
    { record, receiveCount, noted, log }: RecordInWork,
  ): Promise<ComesAgain> {
    // If this fails, the message is worked on alone next time, which does no harm.
    if (noted === 'as it began') await attempts.withdraw(record.messageId).catch(() => undefined);
    const seconds = secondsUntilSlot(receiveCount, random());
    const waitedMs = await waited.msOf(record);
    log.info('Waits for a slot', { reason, seconds }, measuredWait(waitedMs));
    return { record, seconds };
  }

  async function putAside(
    inWork: RecordInWork,
    why: Rejection,
    waitedMs: number,
  ): Promise<ComesAgain | undefined> {
    const { record, receiveCount, log } = inWork;
    try {
      // First: if it failed after the letter was sent, the message would come again and become a second letter.
      if (waitedMs > longWaitMs) await attempts.endWaiting(record.messageId);
      if (await sendDeadLetter(inWork, why)) log.error('Dead letter', { ...why }, { DeadLettered: 1 });
      return undefined;
    } catch (error) {
      // It comes again and is put aside then.
      log.error('Could not write a dead letter', { reason: reasonOf(error) });
      return { record, seconds: secondsUntilRetry({}, receiveCount, random(), backoff) };
    }
  }

  /** @returns false when it is overdue: its next attempt puts it aside. */
  async function sendDeadLetter(
    { record, orderNumber, deadline }: RecordInWork,
    why: Rejection,
  ): Promise<boolean> {
    const { stage } = consumer;
    const messageId = firstIdOf(record);
    if (deadline.isOverdue()) return false;
    await deadLetters.record({ messageId, orderNumber: orderNumber || 'unknown', stage, ...why });
    if (deadline.isOverdue()) return false;
    const { body } = record;
    const tried = { firstAttemptAt: firstReceive(record), lastAttemptAt: clock.now() };
    const letter = deadLetterOf({ body, stage, orderNumber, messageId, ...why, ...tried });
    await queues.send(dependencies.deadLetterQueueUrl, letter);
    return true;
  }
}

function measuredWait(waitedMs: number) {
  return { Retried: 1, WaitingSeconds: Math.round(waitedMs / 1000) };
}

/** A replayed message keeps the id that it had at first. */
function firstIdOf({ messageAttributes, messageId }: SQSRecord): string {
  return messageAttributes.messageId?.stringValue ?? messageId;
}

/** A replayed message carries the time of its first try. */
function firstReceive(record: SQSRecord): Date {
  const given = Date.parse(record.messageAttributes.firstAttemptAt?.stringValue ?? '');
  return new Date(Number.isNaN(given) ? firstTriedOf(record) : given);
}

/**
 * What to do about anything that was thrown.
 * @param bugs How many attempts at the message ended with an unexpected error so far.
 */
function classifyError(thrown: unknown, bugs: number, signal: AbortSignal): RetryLater | Rejected {
  if (isVerdict(thrown)) return thrown;
  if (signal.aborted) return outOfTime(thrown);
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const said = `${name}: ${reasonOf(thrown, 300)}`;
  if (bugs < maxBugs) return new RetryLater(`Internal error (${said}).`, { scope: 'order', cause: thrown });
  const sentence = `Internal error, ${bugs} times (${said}). Please report it.`;
  return new Rejected(sentence, { code: 'internal-error', cause: thrown });
}

export function isVerdict(thrown: unknown): thrown is RetryLater | Rejected {
  return thrown instanceof RetryLater || thrown instanceof Rejected;
}

/** A failure of our own table, queue or secrets: AWS fails, and the message is not the reason. */
export function isAwsFailure(thrown: unknown): boolean {
  // ValidationException means that our request was malformed, so it is not an AWS outage.
  return thrown instanceof Error && '$metadata' in thrown && thrown.name !== 'ValidationException';
}

/** The deadline of the invocation came first. */
function outOfTime(cause?: unknown): RetryLater {
  return new RetryLater('Out of time in this invocation.', { scope: 'order', afterSeconds: 1, cause });
}

import type { SQSRecord } from 'aws-lambda';
import { Rejected, type Rejection, reasonOf, rejectionOf } from '../model/errors.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Logger } from '../platform/log.ts';
import { NoFreeSlot } from '../slots/slots.ts';
import { type ComesAgain, type Consumer, receiveCountOf, type WorkerDependencies } from './attempt.ts';
import { backoffDefaults, secondsUntilRetry, secondsUntilSlot } from './backoff.ts';
import { classifyError, isAwsFailure, isVerdict, outOfTime } from './classify-error.ts';
import type { Weighed } from './crash-loop.ts';
import { deadLetterOf } from './dead-letter.ts';
import type { Deadline } from './deadline.ts';
import { firstTriedOf, longWaitMs, type Waited } from './waited.ts';

/** Attempts in a row that never finished (crashes, timeouts) before a message is put aside. */
const maxUnfinished = 5;

/** What is known of a message while it is worked on. */
interface RecordInWork {
  readonly record: SQSRecord;
  readonly receiveCount: number;
  /** Whether its end is to be noted, so that the attempt does not count as one that never finished. */
  readonly noted: 'as it began' | 'if it comes again' | 'never';
  /** Empty until the message was read. */
  readonly orderNumber: string;
  readonly log: Logger;
  readonly deadline: Deadline;
}

/**
 * Works on one record until it is done with. Once it is overdue it has been reported as unfinished already, and
 * comes again: nothing more is written or sent for it then, but for a call that is under way.
 */
export function createRecordProcessor<Message>(
  consumer: Consumer<Message>,
  waited: Waited,
  dependencies: WorkerDependencies,
) {
  const { attempts, deadLetters, queues, clock, random, backoff = backoffDefaults } = dependencies;

  let attemptsMade = 0;

  /** @returns when it comes again, or undefined when it is done with. */
  return async function processRecord(
    { record, unfinished, isSuspect }: Weighed,
    invocation: Invocation,
    deadline: Deadline,
  ): Promise<ComesAgain | undefined> {
    const receiveCount = receiveCountOf(record);
    let inWork: RecordInWork = {
      record,
      receiveCount,
      // A suspect stays one until an attempt at it has begun, and ended.
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
      // Only messages that come again are watched, so that the healthy path writes nothing more.
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

  /** All went well, perhaps after it was noted as a dead letter that then could not be sent. */
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
    // A receive at which it was only given back is no failure of its own.
    const seconds = secondsUntilRetry(failure, known?.all ?? receiveCount, random(), backoff);
    log.warn(
      'Comes again',
      { reason: failure.message, scope: failure.scope, seconds },
      { Retried: 1, WaitingSeconds: Math.round(waitedMs / 1000) },
    );
    return { record, seconds };
  }

  /** A part of it was its turn, perhaps, and the rest is not: that is no failure, however often. */
  async function waitsForSlot(
    { message: reason }: NoFreeSlot,
    { record, receiveCount, noted, log }: RecordInWork,
  ): Promise<ComesAgain> {
    // Else it is worked on alone next time, no worse.
    if (noted === 'as it began') await attempts.withdraw(record.messageId).catch(() => undefined);
    const seconds = secondsUntilSlot(receiveCount, random());
    const waitedMs = await waited.msOf(record);
    log.info(
      'Waits for a slot',
      { reason, seconds },
      { Retried: 1, WaitingSeconds: Math.round(waitedMs / 1000) },
    );
    return { record, seconds };
  }

  async function putAside(
    inWork: RecordInWork,
    why: Rejection,
    waitedMs: number,
  ): Promise<ComesAgain | undefined> {
    const { record, receiveCount, log } = inWork;
    try {
      // First: were it to fail behind the letter, the message would come again and become a second one.
      if (waitedMs > longWaitMs) await attempts.endWaiting(record.messageId);
      if (await sendDeadLetter(inWork, why)) log.error('Dead letter', { ...why }, { DeadLettered: 1 });
      return undefined;
    } catch (error) {
      // Not put aside is not done: it comes again and is put aside then.
      log.error('Could not write a dead letter', { reason: reasonOf(error) });
      return {
        record,
        seconds: secondsUntilRetry({ afterSeconds: undefined }, receiveCount, random(), backoff),
      };
    }
  }

  /** @returns false when it is overdue, and left to its next attempt. */
  async function sendDeadLetter(
    { record, orderNumber, deadline }: RecordInWork,
    why: Rejection,
  ): Promise<boolean> {
    const { stage } = consumer;
    const messageId = firstIdOf(record);
    if (deadline.isOverdue()) return false;
    await deadLetters.record({ messageId, orderNumber: orderNumber || 'unknown', stage, ...why });
    if (deadline.isOverdue()) return false;
    await queues.send(
      dependencies.deadLetterQueueUrl,
      deadLetterOf({
        body: record.body,
        stage,
        orderNumber,
        ...why,
        firstAttemptAt: firstReceive(record),
        lastAttemptAt: clock.now(),
        messageId,
      }),
    );
    return true;
  }
}

/** A replayed message keeps the id that it had at first. */
function firstIdOf({ messageAttributes, messageId }: SQSRecord): string {
  return messageAttributes.messageId?.stringValue ?? messageId;
}

/** A replayed message tells when it was tried first. */
function firstReceive(record: SQSRecord): Date {
  const told = Date.parse(record.messageAttributes.firstAttemptAt?.stringValue ?? '');
  return new Date(Number.isNaN(told) ? firstTriedOf(record) : told);
}

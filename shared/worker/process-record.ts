import type { SQSRecord } from 'aws-lambda';
import { noOrder } from '../ledger/keys.ts';
import type { NotedFailures } from '../ledger/records/attempts.ts';
import {
  type Failure,
  isFailure,
  isVerdict,
  OrderNotReady,
  OutOfTime,
  Rejected,
  reasonOf,
  rejectionOf,
  type Verdict,
  Wait,
} from '../model/errors.ts';
import {
  type AttemptOutcome,
  type Consumer,
  type RecordInWork,
  type RecordWithStep,
  receiveCountOf,
  type Waiting,
  type WorkAttempt,
  type WorkerDependencies,
  type WorkerStep,
} from './attempt.ts';
import { secondsUntilRetry, secondsUntilTurn } from './backoff.ts';
import type { Weighed } from './crash-loop.ts';
import { deadLetterMessage } from './dead-letter.ts';
import type { Deadline } from './deadline.ts';
import { longWaitMs, maxBugs, maxUnfinished } from './policy.ts';
import { firstSentOf, firstTriedOf, hasWaitedTooLong, isOldInPause, waitedMsOf } from './waiting-time.ts';

/**
 * Works on the records of a batch, step by step: done, retried later, or dead letter. An overdue one is reported as
 * unfinished: nothing more is written or sent for it, except by a call that is under way.
 */
export class RecordProcessor<Message> {
  readonly #consumer: Consumer<Message>;
  readonly #dependencies: WorkerDependencies;
  #attemptsMade = 0;

  constructor(consumer: Consumer<Message>, dependencies: WorkerDependencies) {
    this.#consumer = consumer;
    this.#dependencies = dependencies;
  }

  /** Parses a message and finds its first step; nothing is noted of the attempt yet. */
  async begin(record: SQSRecord, deadline: Deadline): Promise<AttemptOutcome> {
    if (deadline.signal.aborted) return { retried: { record, seconds: 1 } };
    const { parse, orderNumber: numberIn, eventId, begin, partners } = this.#consumer;
    const numbered = { messageId: record.messageId, attempt: receiveCountOf(record) };
    let inWork: RecordInWork = {
      record,
      hasBegun: false,
      orderNumber: '',
      partner: partners[0],
      log: this.#dependencies.log.with(numbered),
    };
    try {
      const message = parse(record.body);
      const orderNumber = numberIn(message);
      const log = inWork.log.with({ order: orderNumber, eventId: eventId?.(message) });
      inWork = { ...inWork, orderNumber, log };
      const step = await begin(message, this.#attemptAt(inWork, deadline));
      return { work: { ...carriedOn(inWork, step), isCarried: false } };
    } catch (thrown) {
      return deadline.isOverdue() ? undefined : this.#failed(thrown, inWork, deadline);
    }
  }

  async run(
    { work, unfinished }: Weighed,
    deadline: Deadline,
    hasTime: () => boolean,
  ): Promise<AttemptOutcome> {
    const { step } = work;
    let inWork = work;
    try {
      if (unfinished !== undefined) {
        if (unfinished >= maxUnfinished)
          throw new Rejected(
            `${unfinished} attempts never finished (crash or timeout): see the logs of ${this.#consumer.stage}.`,
            { causeCode: 'internal-error' },
          );
        await this.#dependencies.attempts.recordUnfinished(work.record.messageId, unfinished + 1);
        inWork = { ...work, hasBegun: true };
      }
      const next = await step.run({ ...this.#attemptAt(inWork, deadline), hasTime });
      if (next) return { work: carriedOn(inWork, next) };
      if (inWork.hasBegun && !deadline.isOverdue()) await this.#forget(inWork);
      return undefined;
    } catch (thrown) {
      return deadline.isOverdue() ? undefined : this.#failed(thrown, inWork, deadline);
    }
  }

  /** Gives a message back that waits for its partner; what was read for it is written down first. */
  async leave(waiting: Waiting, deadline: Deadline): Promise<AttemptOutcome> {
    const { work, seconds, reason, isPause } = waiting;
    const { record, step } = work;
    try {
      await step.leave?.(this.#attemptAt(work, deadline));
      if (isPause && isOldInPause(record, this.#dependencies.clock.now()))
        return await this.#sendAgain(work, seconds, deadline);
      if (this.#hasWaitedTooLong(record)) throw new Wait(reason, { awaits: 'turn' });
      if (work.hasBegun) await this.#dependencies.attempts.recordUnfinished(record.messageId, 0);
      return { retried: { record, seconds } };
    } catch (thrown) {
      return deadline.isOverdue() ? undefined : this.#failed(thrown, work, deadline);
    }
  }

  /**
   * Puts a message into its queue again that people hold back, as it was first sent. If the process dies between the two, both
   * copies are worked on, as when SQS delivers one twice.
   */
  async #sendAgain(inWork: RecordInWork, seconds: number, deadline: Deadline): Promise<AttemptOutcome> {
    const { attempts, queues, queueUrl } = this.#dependencies;
    const { record, log } = inWork;
    const again = { retried: { record, seconds } };
    try {
      // First: the notes are about an id that nobody sees again.
      await attempts.forgetMessage(record.messageId);
      if (await this.#isGivenUp(inWork)) {
        log.info('Its order was given up while it was held back');
        return undefined;
      }
      if (deadline.isOverdue()) return again;
      const attributes = {
        messageId: firstIdOf(record),
        firstAttemptAt: firstReceive(record).toISOString(),
        sentAt: firstSentOf(record).toISOString(),
      };
      await queues.send(queueUrl, { body: record.body, attributes });
      log.info('Put into its queue again, as it is held back');
      return undefined;
    } catch (error) {
      log.error('Could not put it into its queue again', { reason: reasonOf(error) });
      return again;
    }
  }

  #hasWaitedTooLong(record: SQSRecord): boolean {
    return hasWaitedTooLong(record, this.#dependencies.clock.now());
  }

  #attemptAt({ record, log }: RecordInWork, { invocation, signal }: Deadline): WorkAttempt {
    const { clock } = this.#dependencies;
    this.#attemptsMade += 1;
    return {
      // A batch may hold two copies of one message: each is a separate attempt.
      owner: `${invocation.awsRequestId}/${this.#attemptsMade}`,
      messageId: firstIdOf(record),
      endsAt: new Date(clock.now().getTime() + invocation.getRemainingTimeInMillis()),
      secondsUntil: (ms: number) => Math.max(1, Math.ceil((ms - clock.now().getTime()) / 1000)),
      signal,
      sentAt: firstSentOf(record),
      receiveCount: receiveCountOf(record),
      hasTime: () => true,
      log,
    };
  }

  /** It succeeded, perhaps after it was noted as a dead letter that then could not be sent. */
  async #forget({ record, orderNumber }: RecordInWork): Promise<void> {
    const { deadLetters, attempts } = this.#dependencies;
    await deadLetters.markRecovered({ messageId: firstIdOf(record), orderNumber: orderNumber || noOrder });
    await attempts.forgetMessage(record.messageId);
  }

  /**
   * What becomes of a message whose step threw:
   *
   *   Wait                                     waits: nothing has failed, so nothing is counted
   *   PartnerDown, OrderNotReady, OutOfTime    is retried, after a longer wait each time
   *   anything else                            is retried; after `maxBugs` of them it is a dead letter
   *   Rejected                                 is a dead letter
   *
   * What would wait or be retried is a dead letter once it has waited for too long, which a failure may say (`atMostSeconds`).
   */
  async #failed(thrown: unknown, inWork: RecordInWork, deadline: Deadline): Promise<AttemptOutcome> {
    const waitedMs = waitedMsOf(inWork.record, this.#dependencies.clock.now());
    const failures = await this.#countFailure(thrown, inWork, waitedMs, deadline);
    const verdict = classifyError(thrown, failures?.unexpected ?? 0, deadline.signal);
    switch (verdict.kind) {
      case 'wait':
        return this.#waits(verdict, inWork, waitedMs, deadline);
      case 'partner-down':
      case 'order-not-ready':
      case 'out-of-time':
        return this.#retries(verdict, inWork, failures, waitedMs, deadline);
      case 'rejected':
        return this.#deadLetter(inWork, verdict, waitedMs, deadline);
    }
  }

  /** @returns how many attempts have failed so far; undefined where none is counted, or DynamoDB is down. */
  async #countFailure(thrown: unknown, inWork: RecordInWork, waitedMs: number, { signal }: Deadline) {
    const { record, partner, orderNumber, hasBegun } = inWork;
    const isRefusedBefore = thrown instanceof Rejected && !hasBegun;
    if (thrown instanceof Wait || isRefusedBefore) return undefined;
    const unexpected = !isVerdict(thrown) && !signal.aborted && !isAwsFailure(thrown);
    const since = firstReceive(record);
    const isLimited = isFailure(thrown) && thrown.atMostSeconds !== undefined;
    const limitedAt = isLimited ? this.#dependencies.clock.now() : undefined;
    const waits =
      waitedMs > longWaitMs ? { order: orderNumber, partner, since, reason: reasonOf(thrown) } : undefined;
    return this.#dependencies.attempts
      .recordFailure(record.messageId, { unexpected, waits, limitedAt, hasBegun })
      .catch(() => undefined);
  }

  /** @param failures What is noted of them, if they could be counted: receives after which it was only given back are none. */
  async #retries(
    failure: Failure,
    inWork: RecordInWork,
    failures: NotedFailures | undefined,
    waitedMs: number,
    deadline: Deadline,
  ): Promise<AttemptOutcome> {
    const { random, baseSeconds, clock } = this.#dependencies;
    const { record, log } = inWork;
    if (this.#hasWaitedTooLong(record) || isBeyondLimit(failure, failures, clock.now()))
      return this.#deadLetter(inWork, waitedTooLong(failure), waitedMs, deadline);
    const seconds = secondsUntilRetry(
      failure,
      failures?.all ?? receiveCountOf(record),
      random(),
      baseSeconds,
    );
    const { message: reason, scope } = failure;
    log.warn('Retried', { reason, scope, seconds }, measuredWait(waitedMs));
    return { retried: { record, seconds } };
  }

  /** Nothing has failed, so nothing is noted; the note of an attempt that had begun is taken back. */
  async #waits(
    wait: Wait,
    inWork: RecordInWork,
    waitedMs: number,
    deadline: Deadline,
  ): Promise<AttemptOutcome> {
    const { attempts, random, clock } = this.#dependencies;
    const { record, hasBegun, log } = inWork;
    const seconds = secondsUntilTurn(wait, receiveCountOf(record), random());
    if (wait.awaits === 'live' && isOldInPause(record, clock.now()))
      return this.#sendAgain(inWork, seconds, deadline);
    if (this.#hasWaitedTooLong(record))
      return this.#deadLetter(inWork, waitedTooLong(wait), waitedMs, deadline);
    // If this fails, the message is worked on alone next time, which does no harm.
    if (hasBegun) await attempts.recordUnfinished(record.messageId, 0).catch(() => undefined);
    log.info('Waits', { reason: wait.message, seconds }, measuredWait(waitedMs));
    return { retried: { record, seconds } };
  }

  async #deadLetter(
    inWork: RecordInWork,
    rejected: Rejected,
    waitedMs: number,
    deadline: Deadline,
  ): Promise<AttemptOutcome> {
    const { attempts, random, baseSeconds } = this.#dependencies;
    const { record, log } = inWork;
    try {
      // First: if it failed after the dead letter was sent, the message would be retried and become a second one.
      if (waitedMs > longWaitMs) await attempts.endWaiting(record.messageId);
      if (await this.#needsNobody(inWork, rejected)) {
        log.info('It has waited too long, and its order was given up', { reason: rejected.message });
        return undefined;
      }
      if (await this.#sendDeadLetter(inWork, rejected, deadline))
        log.error('Dead letter', { ...rejectionOf(rejected) }, { DeadLettered: 1 });
      return undefined;
    } catch (error) {
      // It is retried, and becomes a dead letter then.
      log.error('Could not write a dead letter', { reason: reasonOf(error) });
      const seconds = secondsUntilRetry({}, receiveCountOf(record), random(), baseSeconds);
      return { retried: { record, seconds } };
    }
  }

  async #needsNobody(inWork: RecordInWork, { causeCode }: Rejected): Promise<boolean> {
    return causeCode === 'waited-too-long' && (await this.#isGivenUp(inWork));
  }

  async #isGivenUp({ orderNumber, record }: RecordInWork): Promise<boolean> {
    return (await this.#consumer.isGivenUp?.(orderNumber, firstSentOf(record))) ?? false;
  }

  /** @returns false when it is overdue: its next attempt writes it; and in shadow, where it is only noted. */
  async #sendDeadLetter(
    { record, orderNumber, partner }: RecordInWork,
    rejected: Rejected,
    deadline: Deadline,
  ): Promise<boolean> {
    const { deadLetters, queues, clock, deadLetterQueueUrl } = this.#dependencies;
    const { stage } = this.#consumer;
    const filed = { messageId: firstIdOf(record), orderNumber: orderNumber || noOrder, stage, partner };
    const deadLetter = { ...filed, ...rejectionOf(rejected) };
    if (deadline.isOverdue()) return false;
    await deadLetters.record(deadLetter);
    if (deadline.isOverdue()) return false;
    if (deadLetterQueueUrl === undefined) return false;
    const message = deadLetterMessage({
      ...deadLetter,
      body: record.body,
      firstAttemptAt: firstReceive(record),
      lastAttemptAt: clock.now(),
      about: rejected.about,
    });
    await queues.send(deadLetterQueueUrl, message);
    return true;
  }
}

function carriedOn(inWork: RecordInWork, step: WorkerStep): RecordWithStep {
  const { order = inWork.orderNumber, needs = inWork.partner } = step;
  return { ...inWork, orderNumber: order, partner: needs, step, isCarried: true };
}

function waitedTooLong({ message, about }: Failure | Wait): Rejected {
  return new Rejected(`Waited too long: ${message}`, { causeCode: 'waited-too-long', about });
}

function isBeyondLimit({ atMostSeconds }: Failure, failures: NotedFailures | undefined, now: Date): boolean {
  if (atMostSeconds === undefined || failures?.limitedSince === undefined) return false;
  return now.getTime() - failures.limitedSince.getTime() > atMostSeconds * 1000;
}

function measuredWait(waitedMs: number) {
  return { Retried: 1, WaitingSeconds: Math.round(waitedMs / 1000) };
}

function firstIdOf({ messageAttributes, messageId }: SQSRecord): string {
  return messageAttributes.messageId?.stringValue ?? messageId;
}

function firstReceive(record: SQSRecord): Date {
  const given = Date.parse(record.messageAttributes.firstAttemptAt?.stringValue ?? '');
  return new Date(Number.isNaN(given) ? firstTriedOf(record) : given);
}

/** @param bugs How many attempts at the message ended with an unexpected error so far. */
function classifyError(thrown: unknown, bugs: number, signal: AbortSignal): Verdict {
  if (isVerdict(thrown)) return thrown;
  if (signal.aborted) return retryOutOfTime(thrown);
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const said = `${name}: ${reasonOf(thrown, 300)}`;
  if (bugs < maxBugs) return new OrderNotReady(`Internal error (${said}).`, { cause: thrown });
  const sentence = `Internal error, ${bugs} times (${said}). Please report it.`;
  return new Rejected(sentence, { causeCode: 'internal-error', cause: thrown });
}

/** A failure of our own table, queue or secrets: AWS fails, and the message is not the reason. */
export function isAwsFailure(thrown: unknown): boolean {
  // ValidationException means that our request was malformed, so it is not an AWS outage.
  return thrown instanceof Error && '$metadata' in thrown && thrown.name !== 'ValidationException';
}

function retryOutOfTime(cause?: unknown): OutOfTime {
  return new OutOfTime('Out of time in this invocation.', { afterSeconds: 1, cause });
}

import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Partner } from '../model/partner.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { Admission } from './admission.ts';
import type {
  AttemptOutcome,
  Consumer,
  RecordWithStep,
  RetriedIn,
  Waiting,
  WorkerDependencies,
} from './attempt.ts';
import { setSuspectApart } from './crash-loop.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import { concurrency, endPartOfTime, enoughForSecondPartner } from './policy.ts';
import { RecordProcessor } from './process-record.ts';

export type { Consumer, WorkAttempt, WorkerDependencies, WorkerStep } from './attempt.ts';

interface Batch {
  readonly deadline: Deadline;
  works: readonly RecordWithStep[];
  readonly retried: RetriedIn[];
}

/**
 * The one loop of every queue consumer: parse, find the first step, work, and for each record either done, retried
 * later (visibility with backoff and a partial batch response) or dead letter with its reason. It never sleeps and
 * never retries by itself: the queue is the only retry loop.
 *
 *   begin      each record: read only, so that whatever has to wait is given back unwritten; while paused, all of it
 *   partner 1  until half of the time, where there is a second one; then its slot is given back
 *   partner 2  with its own slot; what cannot call it now writes down what was read, and waits
 *
 * Where a partner has a limit, a container works with one of its slots, on one record at a time.
 */
export function createWorker<Message>(consumer: Consumer<Message>, dependencies: WorkerDependencies) {
  const worker = new Worker(consumer, dependencies);
  return (event: SQSEvent, invocation: Invocation) => worker.consume(event, invocation);
}

class Worker<Message> {
  readonly #consumer: Consumer<Message>;
  readonly #dependencies: WorkerDependencies;
  readonly #processor: RecordProcessor<Message>;
  readonly #admission: Admission;
  /** The longest that an invocation had: the function's timeout. */
  #timeoutMs = 0;

  constructor(consumer: Consumer<Message>, dependencies: WorkerDependencies) {
    this.#consumer = consumer;
    this.#dependencies = dependencies;
    this.#processor = new RecordProcessor(consumer, dependencies);
    this.#admission = new Admission(dependencies);
  }

  async consume(event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> {
    const { log, slots, clock } = this.#dependencies;
    log.begin(invocation.awsRequestId);
    this.#timeoutMs = Math.max(this.#timeoutMs, invocation.getRemainingTimeInMillis());
    const batch: Batch = { deadline: deadlineOf(invocation, clock), works: [], retried: [] };
    slots?.begin(invocation);
    try {
      await this.#beginAll(event.Records, batch);
      await this.#holdBack(batch);
      for (const partner of this.#consumer.partners) await this.#workWith(partner, batch);
      // A step that needs a partner whose turn has ended.
      await this.#giveBack(batch.works.map(withoutTimeLeft), batch);
      return { batchItemFailures: batch.retried.map(({ record }) => ({ itemIdentifier: record.messageId })) };
    } finally {
      if (slots) await batch.deadline.whileOpen(slots.end());
    }
  }

  async #beginAll(records: readonly SQSRecord[], batch: Batch): Promise<void> {
    const outcomes = await mapConcurrently(records, concurrency, (record) =>
      this.#inTime(record, batch, this.#processor.begin(record, batch.deadline)),
    );
    await this.#take(outcomes, batch);
  }

  async #holdBack(batch: Batch): Promise<void> {
    const waiting = await this.#admission.paused(this.#consumer.flow, batch.works, batch.deadline);
    if (waiting.length === 0) return;
    batch.works = [];
    await this.#giveBack(waiting, batch);
  }

  /** The steps that need this partner, and before the first one those that need none. */
  async #workWith(partner: Partner, batch: Batch): Promise<void> {
    const { slots } = this.#dependencies;
    const mine = batch.works.filter(({ step }) => (step.needs ?? partner) === partner);
    if (mine.length === 0) return;
    const others = batch.works.filter((work) => !mine.includes(work));
    const admitted = await this.#admission.admit(partner, mine, batch.deadline);
    const { toWork, untouched } = await this.#sorted(admitted.toWork, others, batch);
    batch.works = others.filter((work) => !untouched.includes(work));
    // First of all: if a suspect kills the process, these would be hidden for the whole visibility timeout.
    await this.#giveBack([...admitted.waiting, ...untouched.map(withoutTimeLeft)], batch);

    const { deadline } = batch;
    const phase = this.#isFollowed(partner) ? this.#halfOf(deadline) : deadline;
    const mayBegin = this.#beginning(partner, phase);
    const late: RecordWithStep[] = [];
    const isLimited = slots?.isLimited(partner) ?? false;
    const outcomes = await mapConcurrently(toWork, isLimited ? 1 : concurrency, async (each) => {
      if (await mayBegin(each.work))
        return this.#inTime(
          each.work.record,
          batch,
          this.#processor.run(each, phase, () => this.#hasTime(deadline.invocation)),
        );
      late.push(each.work);
      return undefined;
    });
    await this.#take(outcomes, batch);
    await this.#giveBack(late.map(withoutTimeLeft), batch);
    if (this.#isFollowed(partner) && slots) await deadline.whileOpen(slots.giveBack(partner));
  }

  #hasTime(invocation: Invocation): boolean {
    return invocation.getRemainingTimeInMillis() >= this.#timeoutMs * enoughForSecondPartner;
  }

  #isSecond(partner: Partner): boolean {
    return this.#consumer.partners.indexOf(partner) > 0;
  }

  #isFollowed(partner: Partner): boolean {
    return this.#consumer.partners.at(-1) !== partner;
  }

  /** Ends calls to the first partner at half of the time. */
  #halfOf(deadline: Deadline): Deadline {
    const halfMs = Math.round(deadline.invocation.getRemainingTimeInMillis() / 2);
    const half = this.#dependencies.clock.timeout(Math.max(1, halfMs));
    return { ...deadline, signal: AbortSignal.any([deadline.signal, half]) };
  }

  /**
   * Whether a further record is begun: not after the partner's time, and in the second part only with time for its
   * call. With a limit, not in the last part of the time, nor with less left than the longest record took, as calls are
   * paced; nor one of a backlog while somebody waits for its slot.
   */
  #beginning(partner: Partner, deadline: Deadline): (work: RecordWithStep) => Promise<boolean> {
    const { slots } = this.#dependencies;
    const { invocation } = deadline;
    const limited = slots?.isLimited(partner) ? slots : undefined;
    const left = () => invocation.getRemainingTimeInMillis();
    let longestMs = left() * endPartOfTime;
    let leftBefore: number | undefined;
    let hasEnded = false;

    return async ({ record }) => {
      if (deadline.signal.aborted || hasEnded) return false;
      if (this.#isSecond(partner)) hasEnded = !this.#hasTime(invocation);
      if (limited && !hasEnded) {
        if (leftBefore !== undefined) longestMs = Math.max(longestMs, leftBefore - left());
        hasEnded = left() < longestMs;
        // If DynamoDB fails, the work goes on.
        const isFurtherOfBacklog = leftBefore !== undefined && this.#admission.isBacklog(record);
        if (!hasEnded && isFurtherOfBacklog)
          hasEnded = (await deadline.whileOpen(limited.isAwaited(partner).catch(() => false))) ?? false;
        leftBefore = left();
      }
      return !hasEnded;
    };
  }

  /** If DynamoDB is too slow to show which are suspect, all are left for another attempt. */
  async #sorted(works: readonly RecordWithStep[], others: readonly RecordWithStep[], { deadline }: Batch) {
    const sorted = setSuspectApart(works, others, this.#dependencies.attempts);
    const outcome = await Promise.race([sorted, deadline.overdue]);
    return outcome === 'overdue' ? { toWork: [], untouched: works } : outcome;
  }

  /** Gives it up when its work does not stop on the abort: that attempt never finished. */
  async #inTime(
    record: SQSRecord,
    { deadline }: Batch,
    working: Promise<AttemptOutcome>,
  ): Promise<AttemptOutcome> {
    const outcome = await Promise.race([working, deadline.overdue]);
    if (outcome !== 'overdue') return outcome;
    const { messageId } = record;
    this.#dependencies.log.warn(
      'Given up: its work did not end when its time was up',
      { messageId },
      { Retried: 1 },
    );
    return { retried: { record, seconds: 1 } };
  }

  async #giveBack(waiting: readonly Waiting[], batch: Batch): Promise<void> {
    const outcomes = await mapConcurrently(waiting, concurrency, (each) => {
      return this.#inTime(each.work.record, batch, this.#processor.leave(each, batch.deadline));
    });
    await this.#take(outcomes, batch);
  }

  async #take(outcomes: readonly AttemptOutcome[], batch: Batch): Promise<void> {
    batch.works = [...batch.works, ...outcomes.flatMap((one) => (one && 'work' in one ? [one.work] : []))];
    const retried = outcomes.flatMap((one) => (one && 'retried' in one ? [one.retried] : []));
    batch.retried.push(...retried);
    if (retried.length === 0) return;
    const { queues, queueUrl, log } = this.#dependencies;
    const hidden = retried.map(({ record, seconds }) => ({ receiptHandle: record.receiptHandle, seconds }));
    const changing = queues.changeVisibility(queueUrl, hidden);
    const failed = (await batch.deadline.whileOpen(changing)) ?? retried.length;
    if (failed > 0) log.warn('Some messages keep their old visibility timeout', { failed });
  }
}

function withoutTimeLeft(work: RecordWithStep): Waiting {
  return { work, seconds: 1, reason: 'There was no time left for it.' };
}

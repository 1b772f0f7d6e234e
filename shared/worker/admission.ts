import type { SQSRecord } from 'aws-lambda';
import type { Outage } from '../circuit-breaker/circuit-breaker.ts';
import { whyHeldBack } from '../circuit-breaker/guarded-call.ts';
import type { FlowName } from '../ledger/records/pauses.ts';
import { reasonOf } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import { NoFreeSlot } from '../slots/slots.ts';
import { type RecordWithStep, receiveCountOf, type Waiting, type WorkerDependencies } from './attempt.ts';
import { secondsInBacklog, secondsInOutage, secondsUntilSlot } from './backoff.ts';
import type { Deadline } from './deadline.ts';
import { newForMs } from './policy.ts';
import { ageMsOf, firstTriedOf, waitedMsOf } from './waiting-time.ts';

export interface Admitted {
  readonly toWork: readonly RecordWithStep[];
  readonly waiting: readonly Waiting[];
}

/**
 * Asks once for all messages of a batch that need a partner whether it may be called: the breaker first, then a slot.
 *
 *   nobody can tell     all wait for a moment
 *   breaker open        all wait
 *   a probe is due      one goes on, the others wait for a moment
 *   no slot             all wait for a moment; a backlog that has a slot already, longer the larger it is
 *   a slot for new      new messages go on, the backlog waits
 *   a slot for all      all go on, new messages first
 */
export class Admission {
  readonly #dependencies: WorkerDependencies;

  constructor(dependencies: WorkerDependencies) {
    this.#dependencies = dependencies;
  }

  /** All works while a person has paused them, or where the ledger cannot tell. */
  async paused(
    flow: FlowName,
    works: readonly RecordWithStep[],
    deadline: Deadline,
  ): Promise<readonly Waiting[]> {
    if (works.length === 0) return [];
    const outage = await this.#outageOf('erp', deadline, flow);
    if (outage === 'unknown') return this.#notAdmitted(works);
    return outage?.isPause ? (await this.#inOutage('erp', outage, works, deadline)).waiting : [];
  }

  async admit(partner: Partner, works: readonly RecordWithStep[], deadline: Deadline): Promise<Admitted> {
    const calling = works.filter(({ step }) => step.needs !== undefined);
    const others = works.filter(({ step }) => step.needs === undefined);
    if (calling.length === 0) return { toWork: works, waiting: [] };
    const outage = await this.#outageOf(partner, deadline);
    if (outage === 'unknown') return { toWork: [], waiting: this.#notAdmitted(works) };
    const { toWork, waiting } = outage
      ? await this.#inOutage(partner, outage, calling, deadline)
      : await this.#withSlot(partner, calling, deadline);
    return { toWork: [...others, ...toWork], waiting };
  }

  /**
   * What keeps a batch from its partner, by one read. Where that fails or takes too long, it is unknown, and the batch waits for a
   * moment: a pause is a promise to people (who count the stock, or update the ERP), which one failed read must not break. A
   * batch loses nothing by it, as it could claim nothing either in a ledger that does not answer.
   */
  async #outageOf(
    partner: Partner,
    deadline: Deadline,
    flow?: FlowName,
  ): Promise<Outage | 'unknown' | undefined> {
    const { breaker, log } = this.#dependencies;
    const asked = breaker.outage(partner, flow).catch((error: unknown) => {
      const fields = { Partner: partner, reason: reasonOf(error) };
      log.error('Whether a partner may be called could not be read', fields);
      return 'unknown' as const;
    });
    const outage = await Promise.race([asked, deadline.overdue]);
    return outage === 'overdue' ? 'unknown' : outage;
  }

  #notAdmitted(works: readonly RecordWithStep[]): Waiting[] {
    const chance = this.#dependencies.random();
    const reason = 'Nobody could tell whether it is paused.';
    return works.map((work) => {
      return { work, reason, seconds: secondsUntilSlot(receiveCountOf(work.record), chance) };
    });
  }

  async #inOutage(
    partner: Partner,
    outage: Outage,
    works: readonly RecordWithStep[],
    deadline: Deadline,
  ): Promise<Admitted> {
    const { random, baseSeconds } = this.#dependencies;
    const [probing, ...others] = works;
    const waits = outage.seconds > 0 || !probing ? works : others;
    const left = { left: outage.seconds, soFar: (this.#now().getTime() - outage.openedAt) / 1000 };
    const reason = whyHeldBack(partner, outage);
    const waiting = waits.map((work) => {
      const seconds = secondsInOutage(left, receiveCountOf(work.record), random(), baseSeconds);
      return { work, seconds, reason, isPause: outage.isPause };
    });
    this.#logWaiting(partner, waiting, outage);
    if (outage.seconds > 0 || !probing) return { toWork: [], waiting };
    const admitted = await this.#withSlot(partner, [probing], deadline);
    return { toWork: admitted.toWork, waiting: [...waiting, ...admitted.waiting] };
  }

  async #withSlot(partner: Partner, works: readonly RecordWithStep[], deadline: Deadline): Promise<Admitted> {
    const { slots, random } = this.#dependencies;
    if (!slots?.isLimited(partner)) return { toWork: works, waiting: [] };
    const backlog = works.filter(({ record }) => this.isBacklog(record));
    const fresh = works.filter(({ record }) => !this.isBacklog(record));
    const forAll =
      backlog.length > 0 ? await this.#inTime(slots.takeFor(partner, 'backlog'), deadline) : 'none';
    if (forAll === 'taken') return { toWork: [...fresh, ...backlog], waiting: [] };
    const forNew = fresh.length > 0 && (await this.#inTime(slots.take(partner), deadline)) === true;
    const chance = random();
    const { message: reason } = new NoFreeSlot(partner);
    const forMoment = (work: RecordWithStep) => {
      return { work, reason, seconds: secondsUntilSlot(receiveCountOf(work.record), chance) };
    };
    const inBacklog = (work: RecordWithStep) => {
      const ageSeconds = ageMsOf(work.record, this.#now()) / 1000;
      return { work, reason, seconds: secondsInBacklog(ageSeconds, backlog.length, random()) };
    };
    const waiting = [
      // They are retried together, as one slot is enough for all.
      ...(forNew ? [] : fresh.map(forMoment)),
      ...backlog.map(forAll === 'shared' ? inBacklog : forMoment),
    ];
    this.#logWaiting(partner, waiting);
    return { toWork: forNew ? fresh : [], waiting };
  }

  /** If DynamoDB fails or is too slow, all records wait for another attempt. */
  async #inTime<T>(taking: Promise<T>, deadline: Deadline): Promise<T | 'none'> {
    const taken = taking.catch((error: unknown) => {
      this.#dependencies.log.error('The slots of the partner could not be asked for', {
        reason: reasonOf(error),
      });
      return 'none' as const;
    });
    const answer = await Promise.race([taken, deadline.overdue]);
    return answer === 'overdue' ? 'none' : answer;
  }

  #logWaiting(partner: Partner, waiting: readonly Waiting[], outage?: Outage): void {
    const { log } = this.#dependencies;
    const [oldest] = waiting
      .map(({ work: { record } }) => record)
      .toSorted((a, b) => firstTriedOf(a) - firstTriedOf(b));
    if (!oldest) return;
    const waitedMs = waitedMsOf(oldest, this.#now());
    const measured = { Retried: waiting.length, WaitingSeconds: Math.round(waitedMs / 1000) };
    if (!outage) {
      log.info('Waiting for a slot of the partner', { Partner: partner }, measured);
      return;
    }
    const { seconds, reason, isDown } = outage;
    log.warn(
      outage.isPause ? 'Waiting for the end of a pause' : 'Waiting for a partner to recover',
      { Partner: partner, seconds, reason },
      isDown ? { ...measured, PartnerDown: 1 } : measured,
    );
  }

  isBacklog(record: SQSRecord): boolean {
    return ageMsOf(record, this.#now()) > newForMs;
  }

  #now(): Date {
    return this.#dependencies.clock.now();
  }
}

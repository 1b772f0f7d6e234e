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

  /** All works while a person has paused them; none otherwise, or where the ledger cannot tell. */
  async paused(
    flow: FlowName,
    works: readonly RecordWithStep[],
    deadline: Deadline,
  ): Promise<readonly Waiting[]> {
    if (works.length === 0) return [];
    const asked = this.#dependencies.breaker.outage('erp', flow).catch(() => undefined);
    const outage = await Promise.race([asked, deadline.overdue]);
    if (outage === 'overdue' || !outage?.isPause) return [];
    return (await this.#inOutage('erp', outage, works, deadline)).waiting;
  }

  async admit(partner: Partner, works: readonly RecordWithStep[], deadline: Deadline): Promise<Admitted> {
    const calling = works.filter(({ step }) => step.needs !== undefined);
    const others = works.filter(({ step }) => step.needs === undefined);
    if (calling.length === 0) return { toWork: works, waiting: [] };
    // If the breaker cannot be read, it is asked again before the call.
    const asked = this.#dependencies.breaker.outage(partner).catch(() => undefined);
    const outage = await Promise.race([asked, deadline.overdue]);
    if (outage === 'overdue')
      return { toWork: [], waiting: works.map((work) => ({ work, seconds: 1, reason: 'No time.' })) };
    const { toWork, waiting } = outage
      ? await this.#inOutage(partner, outage, calling, deadline)
      : await this.#withSlot(partner, calling, deadline);
    return { toWork: [...others, ...toWork], waiting };
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

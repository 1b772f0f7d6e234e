import type { SQSRecord } from 'aws-lambda';
import type { Outage } from '../circuit-breaker/circuit-breaker.ts';
import { reasonOf } from '../model/errors.ts';
import { type ComesAgain, type Consumer, receiveCountOf, type WorkerDependencies } from './attempt.ts';
import { backoffDefaults, secondsInBacklog, secondsInOutage, secondsUntilSlot } from './backoff.ts';
import type { Deadline } from './deadline.ts';
import { ageMsOf, firstTriedOf, type Waited } from './waiting-time.ts';

/** The records of a batch that may be worked on now, and those that come again, as their partner cannot be called. */
export interface Admitted {
  readonly toWork: readonly SQSRecord[];
  readonly waiting: readonly ComesAgain[];
}

/** Messages that have waited for longer belong to the backlog. */
const newForMs = 60_000;

/**
 * Asks once for a whole batch whether its partner may be called: the breaker first, then a slot. A batch that has to
 * wait costs no more than that, and nothing is written for it, as no attempt was made.
 *
 *   breaker open        all wait; those that have waited too long go on, to become dead letters
 *   a probe is due      one goes on, the others wait for a moment
 *   no slot             all wait for a moment; a backlog that has a slot already, longer the larger it is
 *   a slot for new      new messages go on, the backlog waits
 *   a slot for all      all go on, new messages first
 */
export function createAdmission<Message>(
  { partner }: Consumer<Message>,
  waited: Waited,
  { breaker, slots, clock, random, log, backoff = backoffDefaults }: WorkerDependencies,
) {
  const now = () => clock.now().getTime();
  const isBacklog = (record: SQSRecord) => ageMsOf(record, now()) > newForMs;

  async function admit(records: readonly SQSRecord[], deadline: Deadline): Promise<Admitted> {
    // If the breaker cannot be read, it is asked again before the call.
    const asked = breaker.outage(partner).catch(() => undefined);
    const outage = await Promise.race([asked, deadline.overdue]);
    if (outage === 'overdue')
      return { toWork: [], waiting: records.map((record) => ({ record, seconds: 1 })) };
    if (!outage) return withSlot(records, deadline);
    const goOn = outage.seconds > 0 ? records.filter(waited.mayBeTooLong) : records.slice(0, 1);
    const left = { left: outage.seconds, soFar: (now() - outage.openedAt) / 1000 };
    const waiting = records
      .filter((record) => !goOn.includes(record))
      .map((record) => ({
        record,
        seconds: secondsInOutage(left, receiveCountOf(record), random(), backoff),
      }));
    await logWaiting(waiting, deadline, outage);
    if (goOn.length === 0) return { toWork: [], waiting };
    const admitted = await withSlot(goOn, deadline);
    return { toWork: admitted.toWork, waiting: [...waiting, ...admitted.waiting] };
  }

  async function withSlot(records: readonly SQSRecord[], deadline: Deadline): Promise<Admitted> {
    if (!slots?.isLimited(partner)) return { toWork: records, waiting: [] };
    const [backlog, fresh] = [records.filter(isBacklog), records.filter((record) => !isBacklog(record))];
    const forAll = backlog.length > 0 ? await inTime(slots.takeForBacklog(partner), deadline) : 'none';
    if (forAll === 'taken') return { toWork: [...fresh, ...backlog], waiting: [] };
    const forNew = fresh.length > 0 && (await inTime(slots.take(partner), deadline)) === true;
    const chance = random();
    const forMoment = (record: SQSRecord) => ({
      record,
      seconds: secondsUntilSlot(receiveCountOf(record), chance),
    });
    const waiting = [
      // They come again together, as one slot is enough for all.
      ...(forNew ? [] : fresh.map(forMoment)),
      ...backlog.map((record) =>
        forAll === 'shared'
          ? { record, seconds: secondsInBacklog(ageMsOf(record, now()) / 1000, backlog.length, random()) }
          : forMoment(record),
      ),
    ];
    await logWaiting(waiting, deadline);
    return { toWork: forNew ? fresh : [], waiting };
  }

  /** If DynamoDB fails or is too slow, all records wait for another attempt. */
  async function inTime<T>(taking: Promise<T>, deadline: Deadline): Promise<T | 'none'> {
    const taken = taking.catch((error: unknown) => {
      log.error('The slots of the partner could not be asked for', { reason: reasonOf(error) });
      return 'none' as const;
    });
    const answer = await Promise.race([taken, deadline.overdue]);
    return answer === 'overdue' ? 'none' : answer;
  }

  /** One log line for all of them. */
  async function logWaiting(
    waiting: readonly ComesAgain[],
    deadline: Deadline,
    outage?: Outage,
  ): Promise<void> {
    const [oldest] = waiting
      .map(({ record }) => record)
      .toSorted((a, b) => firstTriedOf(a) - firstTriedOf(b));
    if (!oldest) return;
    const waitedMs = (await deadline.whileOpen(waited.msOf(oldest))) ?? 0;
    const measured = { Retried: waiting.length, WaitingSeconds: Math.round(waitedMs / 1000) };
    if (!outage) return log.info('Waiting for a slot of the partner', { Partner: partner }, measured);
    const { seconds, reason, isDown } = outage;
    log.warn(
      'Waiting for a partner to recover',
      { Partner: partner, seconds, reason },
      isDown ? { ...measured, PartnerDown: 1 } : measured,
    );
  }

  return { admit, isBacklog };
}

import type { SQSRecord } from 'aws-lambda';
import type { Outage } from '../circuit-breaker/circuit-breaker.ts';
import { reasonOf } from '../model/errors.ts';
import { type ComesAgain, type Consumer, receiveCountOf, type WorkerDependencies } from './attempt.ts';
import { backoffDefaults, secondsInBacklog, secondsInOutage, secondsUntilSlot } from './backoff.ts';
import type { Deadline } from './deadline.ts';
import { ageMsOf, firstTriedOf, type Waited } from './waited.ts';

/** What of a batch may be worked on now, and what comes again, as its partner cannot be called for it. */
export interface Admitted {
  readonly toWork: readonly SQSRecord[];
  readonly waiting: readonly ComesAgain[];
}

/** What has waited for longer belongs to the backlog. */
const newForMs = 60_000;

/**
 * Asks once for a whole batch whether its partner may be called: the breaker first, then a slot. What has to wait costs
 * no more than that, and nothing is written for it: no attempt was made.
 *
 *   breaker open        all wait; what has waited too long goes on, to be put aside
 *   a probe is due      one goes on, the others wait for a moment
 *   no slot             all wait for a moment; a backlog that has one already, for longer the more there is of it
 *   a slot for new      what is new goes on, the backlog waits
 *   a slot for all      all go on, what is new first
 */
export function createAdmission<Message>(
  { partner }: Consumer<Message>,
  waited: Waited,
  { breaker, slots, clock, random, log, backoff = backoffDefaults }: WorkerDependencies,
) {
  const now = () => clock.now().getTime();
  const isBacklog = (record: SQSRecord) => ageMsOf(record, now()) > newForMs;

  async function admit(records: readonly SQSRecord[], deadline: Deadline): Promise<Admitted> {
    // A breaker that cannot be read is asked again before the call.
    const asked = breaker.outage(partner).catch(() => undefined);
    const outage = await Promise.race([asked, deadline.overdue]);
    if (outage === 'overdue')
      return { toWork: [], waiting: records.map((record) => ({ record, seconds: 1 })) };
    if (!outage) return withSlot(records, deadline);
    const goOn = outage.seconds > 0 ? records.filter(waited.mayBeTooLong) : records.slice(0, 1);
    const waiting = waitInOutage(
      records.filter((record) => !goOn.includes(record)),
      outage,
    );
    await tell(waiting, deadline, outage);
    if (goOn.length === 0) return { toWork: [], waiting };
    const admitted = await withSlot(goOn, deadline);
    return { toWork: admitted.toWork, waiting: [...waiting, ...admitted.waiting] };
  }

  function waitInOutage(records: readonly SQSRecord[], { seconds, openedAt }: Outage): readonly ComesAgain[] {
    const outage = { left: seconds, soFar: (now() - openedAt) / 1000 };
    return records.map((record) => ({
      record,
      seconds: secondsInOutage(outage, receiveCountOf(record), random(), backoff),
    }));
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
      // They come again together: one slot is enough for all.
      ...(forNew ? [] : fresh.map(forMoment)),
      ...backlog.map((record) =>
        forAll === 'shared'
          ? { record, seconds: secondsInBacklog(ageMsOf(record, now()) / 1000, backlog.length, random()) }
          : forMoment(record),
      ),
    ];
    await tell(waiting, deadline);
    return { toWork: forNew ? fresh : [], waiting };
  }

  /** A table that fails, or is too slow to tell, leaves all for another attempt. */
  async function inTime<T>(taking: Promise<T>, deadline: Deadline): Promise<T | 'none'> {
    const taken = taking.catch((error: unknown) => {
      log.error('The slots of the partner could not be asked for', { reason: reasonOf(error) });
      return 'none' as const;
    });
    const answer = await Promise.race([taken, deadline.overdue]);
    return answer === 'overdue' ? 'none' : answer;
  }

  /** One line for all. */
  async function tell(waiting: readonly ComesAgain[], deadline: Deadline, outage?: Outage): Promise<void> {
    const [oldest] = waiting
      .map(({ record }) => record)
      .toSorted((a, b) => firstTriedOf(a) - firstTriedOf(b));
    if (!oldest) return;
    const waitedMs = (await deadline.whileOpen(waited.msOf(oldest))) ?? 0;
    const measured = { Retried: waiting.length, WaitingSeconds: Math.round(waitedMs / 1000) };
    if (!outage) return log.info('Waiting for a slot of the partner', { Partner: partner }, measured);
    const { seconds, reason, isDown } = outage;
    const told = { Partner: partner, seconds, reason };
    log.warn('Waiting for a partner to recover', told, {
      ...measured,
      ...(isDown ? { PartnerDown: 1 } : {}),
    });
  }

  return { admit, isBacklog };
}

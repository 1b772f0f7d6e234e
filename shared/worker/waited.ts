import type { SQSRecord } from 'aws-lambda';
import { type Pause, type Pauses, pausedMs } from '../ledger/records/pauses.ts';
import type { Clock } from '../platform/clock.ts';

const dayMs = 86_400_000;
/** A message may wait so long for its partner before a person is asked; while its flow is paused it does not count. */
const maxWaitMs = 6 * dayMs;
/** However long its flow was paused, a person is asked before SQS drops the message, which it does at 14 days. */
const maxAgeMs = 13 * dayMs;
/** Whoever waits for longer is told to a person. */
export const longWaitMs = 3_600_000;
/** Whoever waits for less is not asked for the pauses of its flow: they would change nothing. */
const pausesMatterMs = longWaitMs;
/** A flow that is paused invokes nothing, so whoever has read its pauses a moment ago has missed none that counts. */
const pausesFreshMs = 60_000;

export interface WaitedDependencies {
  readonly pauses: Pick<Pauses, 'of'>;
  readonly clock: Clock;
}

export interface Waited {
  /**
   * Milliseconds since a message was first tried, without the pauses of its flow: what was paused kept it waiting, and
   * nobody is to blame.
   */
  readonly msOf: (record: SQSRecord) => Promise<number>;
  readonly isTooLong: (record: SQSRecord, waitedMs: number) => boolean;
  /** Whether it may be, once the pauses are known. */
  readonly mayBeTooLong: (record: SQSRecord) => boolean;
}

export function createWaited(stage: string, { pauses, clock }: WaitedDependencies): Waited {
  const now = () => clock.now().getTime();
  let known: { readonly readAt: number; readonly ended: readonly Pause[] } | undefined;

  /** A pause that nobody has ended counts for nothing: as this runs, the flow is not paused. */
  async function endedPauses(): Promise<readonly Pause[]> {
    if (known && now() - known.readAt < pausesFreshMs) return known.ended;
    try {
      const { ended } = await pauses.of(stage);
      known = { readAt: now(), ended };
      return ended;
    } catch {
      return [];
    }
  }

  const isTooLong = (record: SQSRecord, waitedMs: number) =>
    waitedMs > maxWaitMs || ageMsOf(record, now()) > maxAgeMs;
  return {
    async msOf(record) {
      const at = now();
      const firstTried = firstTriedOf(record);
      const sinceThen = at - firstTried;
      if (sinceThen <= pausesMatterMs) return sinceThen;
      return sinceThen - pausedMs(await endedPauses(), firstTried, at);
    },
    isTooLong,
    mayBeTooLong: (record) => isTooLong(record, now() - firstTriedOf(record)),
  };
}

/** Epoch milliseconds. */
export function firstTriedOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateFirstReceiveTimestamp);
}

/** Since it was put into its queue. */
export function ageMsOf({ attributes }: SQSRecord, now: number): number {
  return now - Number(attributes.SentTimestamp);
}

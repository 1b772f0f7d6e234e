import type { SQSRecord } from 'aws-lambda';
import type { Pause } from '../ledger/records/pauses.ts';
import type { WorkerDependencies } from './attempt.ts';
import { longWaitMs, maxAgeMs, maxWaitMs } from './policy.ts';

/** For messages that have waited for less, the pauses of their flow are not read: they would change nothing. */
const pausesMatterMs = longWaitMs;
/** A paused flow invokes nothing, so pauses that were read a moment ago are complete. */
const pausesFreshMs = 60_000;

export type Waited = ReturnType<typeof createWaited>;

export function createWaited(stage: string, { pauses, clock }: Pick<WorkerDependencies, 'pauses' | 'clock'>) {
  const now = () => clock.now().getTime();
  let known: { readonly readAt: number; readonly ended: readonly Pause[] } | undefined;

  async function endedPauses(): Promise<readonly Pause[]> {
    if (known && now() - known.readAt < pausesFreshMs) return known.ended;
    try {
      const ended = await pauses.during(stage);
      known = { readAt: now(), ended };
      return ended;
    } catch {
      return [];
    }
  }

  const isTooLong = (record: SQSRecord, waitedMs: number) =>
    waitedMs > maxWaitMs || ageMsOf(record, now()) > maxAgeMs;
  return {
    /** Milliseconds since a message was first tried, without the pauses of its flow. */
    async msOf(record: SQSRecord): Promise<number> {
      const at = now();
      const firstTried = firstTriedOf(record);
      const sinceThen = at - firstTried;
      if (sinceThen <= pausesMatterMs) return sinceThen;
      return sinceThen - pausedMs(await endedPauses(), firstTried, at);
    },
    isTooLong,
  };
}

/** Epoch milliseconds. */
export function firstTriedOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateFirstReceiveTimestamp);
}

export function ageMsOf({ attributes }: SQSRecord, now: number): number {
  return now - Number(attributes.SentTimestamp);
}

/** Milliseconds of an interval (in epoch milliseconds) that fall into pauses; overlapping pauses count once. */
export function pausedMs(pauses: readonly Pause[], from: number, until: number): number {
  let total = 0;
  let counted = from;
  for (const pause of pauses.toSorted((a, b) => +a.from - +b.from)) {
    const [begin, end] = [Math.max(+pause.from, counted), Math.min(+pause.until, until)];
    if (end <= begin) continue;
    total += end - begin;
    counted = end;
  }
  return total;
}

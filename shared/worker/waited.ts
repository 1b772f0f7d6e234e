import type { SQSRecord } from 'aws-lambda';
import { type Pauses, pausedMs } from '../ledger/records/pauses.ts';
import type { Clock } from '../platform/clock.ts';

/** Whoever waits for less is not asked for the pauses of its flow: they would change nothing. */
const pausesMatterMs = 3_600_000;

export interface WaitedDependencies {
  readonly pauses: Pick<Pauses, 'of'>;
  readonly clock: Clock;
}

/**
 * Milliseconds since a message was first tried, without the pauses of its flow: what was paused kept it waiting, and
 * nobody is to blame.
 */
export async function waitedMsOf(
  record: SQSRecord,
  stage: string,
  { pauses, clock }: WaitedDependencies,
): Promise<number> {
  const now = clock.now().getTime();
  const firstTried = firstTriedOf(record);
  const sinceThen = now - firstTried;
  if (sinceThen <= pausesMatterMs) return sinceThen;
  // A pause that nobody has ended counts for nothing: as this runs, the flow is not paused.
  const ended = await pauses.of(stage).then(
    (known) => known.ended,
    () => [],
  );
  return sinceThen - pausedMs(ended, firstTried, now);
}

/** Epoch milliseconds. */
export function firstTriedOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateFirstReceiveTimestamp);
}

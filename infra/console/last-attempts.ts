import type { Ledger } from '../../shared/ledger/ledger.ts';
import { type QueueName, queueNames } from '../ops/dead-letters/dead-letter.ts';
import type { FlowsStatus } from '../ops/flows/flow-status.ts';

/** The last attempt at an order that comes again. */
export interface LastAttempt {
  readonly number: string;
  /** What it said. */
  readonly note: string;
}

/** A message that is younger is simply being worked on. */
const youngSeconds = 4;

/**
 * Why messages come again, from the journeys of orders that are known to be in a queue: one read for each queue
 * that holds something for more than a moment. Nothing where queues do not tell their orders.
 */
export async function lastAttemptsOf(
  { queues }: FlowsStatus,
  { journeys }: Pick<Ledger, 'journeys'>,
): Promise<Readonly<Partial<Record<QueueName, LastAttempt>>>> {
  const tries: Partial<Record<QueueName, LastAttempt>> = {};
  for (const queue of queueNames) {
    const { oldestSeconds = 0, orders } = queues[queue];
    const [number] = orders;
    if (number === undefined || oldestSeconds < youngSeconds) continue;
    const last = (await journeys.of(number)).at(-1);
    if (last?.event === 'retry' && last.note !== undefined) tries[queue] = { number, note: last.note };
  }
  return tries;
}

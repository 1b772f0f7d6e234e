import { consumerOf, type QueueName, queueKeepsDays } from '../model/queues.ts';
import { durationInWords } from '../model/time.ts';
import { backoffDefaults, maxAgeMs } from '../worker/policy.ts';
import type { QueueStatus, Situation } from './read.ts';

/** All that can be paused, as operators type it. */
export const switchNames = ['orders', 'completions', 'bookings', 'pull'] as const;
export type SwitchName = (typeof switchNames)[number];

interface Switch {
  /** What is paused, as the subject of a sentence. */
  readonly does: string;
  readonly partners: string;
  /** The queue in which it waits meanwhile. */
  readonly queue?: QueueName;
  /** How it is while it is paused: a sentence. */
  readonly meanwhile: string;
  /** What a long pause loses: a sentence. */
  readonly lost?: string;
  /** What happens once it is resumed: a sentence without its capital and its full stop. */
  readonly resumed?: string;
}

/** A flow is one queue and the function that reads from it, which is switched off. */
const flow = (queue: QueueName, does: string): Switch => ({
  ...{ does, queue, partners: 'Azumuta and the ERP' },
  meanwhile: `The event source mapping of ${consumerOf[queue]} is disabled.`,
  lost: `SQS drops what is ${queueKeepsDays} days old.`,
});

/** Bookings and the pull are paused by a mark in the ledger. */
export const switches: Readonly<Record<SwitchName, Switch>> = {
  orders: flow('product-orders', 'creating product orders in Azumuta'),
  completions: flow('completions', 'reading completions from Azumuta and booking them in the ERP'),
  bookings: {
    does: 'booking in the ERP',
    partners: 'the ERP; completions are still read and planned',
    queue: 'completions',
    meanwhile: 'Completions are still read from Azumuta and planned.',
    lost: `What is ${durationInWords(maxAgeMs / 1000)} old becomes dead letters.`,
    resumed: `what waits is booked within ${durationInWords(backoffDefaults.capSeconds)}`,
  },
  pull: {
    does: 'reading orders from the ERP',
    partners: 'the ERP, on schedule',
    meanwhile: 'Each run of its schedule ends at once; the first one after the pause reads what changed.',
    resumed: 'it goes on with the next run of its schedule',
  },
};

/** What is paused, and since when, where that is known. */
export function pausesOf({
  queues,
  partners: { erp },
  pullPausedSince,
}: Situation): Readonly<Record<SwitchName, QueueStatus['paused']>> {
  return {
    orders: queues['product-orders'].paused,
    completions: queues.completions.paused,
    bookings: erp.bookingsPausedAt === undefined ? undefined : { since: new Date(erp.bookingsPausedAt) },
    pull: pullPausedSince && { since: pullPausedSince },
  };
}

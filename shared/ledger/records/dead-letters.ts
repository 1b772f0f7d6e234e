import * as z from 'zod/mini';
import type { Cause } from '../../model/causes.ts';
import type { Partner } from '../../model/partner.ts';
import { shorten } from '../../model/text.ts';
import type { Key, StoredItem, Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { maxNoteLength, type NewEntry, storedCauseSchema, withEntry } from '../history.ts';
import { deadLetterKey, expiryAfter, retentionSeconds } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';
import { concernFieldNames, concernFields } from './concerns.ts';
import { dayFields } from './events.ts';

export interface DeadLetterId {
  readonly messageId: string;
  readonly orderNumber: string;
}

/** A message that waits for a person. */
export interface DeadLetterRecord extends DeadLetterId {
  readonly stage: string;
  readonly reason: string;
  /** Unknown when SQS itself moved the message to the dead-letter queue. */
  readonly cause?: Cause | undefined;
  /** The partner that was called last; Azumuta if it is unknown. */
  readonly partner?: Partner | undefined;
}

export const recordSchema = z.object({
  sk: z.string(),
  stage: z._default(z.string(), 'unknown'),
  reason: z._default(z.string(), ''),
  cause: z.optional(storedCauseSchema),
  dead: z._default(z.boolean(), false),
});

/** Partition of the index of concerns for those that nobody must see to, and whose message is still in the queue. */
const settled = 'settled letter';
/** SQS drops a message after so long: the longest retention that there is. */
const queueKeepsMs = 14 * 86_400_000;
const noLongerDead = ['dead', ...concernFieldNames];

function storedOf({ stage, reason, cause }: Omit<DeadLetterRecord, keyof DeadLetterId>) {
  return { stage, reason: shorten(reason, maxNoteLength), cause };
}

function groupOf({
  partner = 'azumuta',
  cause = 'internal-error',
}: Pick<DeadLetterRecord, 'partner' | 'cause'>) {
  return { kind: 'dead-letter', partner, cause } as const;
}

export type DeadLetterRecords = ReturnType<typeof createDeadLetterRecords>;

export function createDeadLetterRecords(table: Table, clock: Clock) {
  async function change(key: Key, changes: Update, event: NewEntry, held?: StoredItem): Promise<void> {
    const before = held ?? (await table.get(key));
    await table.update(key, withEntry(changes, before, clock.now(), event));
  }

  async function recover(
    { messageId, orderNumber }: DeadLetterId,
    changesOf: (held: StoredItem) => Update,
  ): Promise<void> {
    const key = deadLetterKey(orderNumber, messageId);
    const held = await table.get(key);
    if (held?.dead === undefined) return;
    const changes = { ...changesOf(held), condition: 'attribute_exists(#dead)' };
    await change(key, changes, { event: 'recovered' }, held);
  }

  return {
    /** The dead letters of an order, including those that were replayed or discarded since. */
    async of(orderNumber: string): Promise<(DeadLetterRecord & { readonly isDead: boolean })[]> {
      const { pk, sk: prefix } = deadLetterKey(orderNumber, '');
      const stored = await table.query(pk, prefix);
      return stored.map((each) => {
        const { sk, dead, ...why } = z.parse(recordSchema, each);
        return { messageId: sk.slice(prefix.length), orderNumber, ...why, isDead: dead };
      });
    },
    async record({ messageId, orderNumber, ...why }: DeadLetterRecord): Promise<void> {
      const now = clock.now();
      const key = deadLetterKey(orderNumber, messageId);
      const record = {
        ...storedOf(why),
        dead: true,
        ...dayFields(now, 'dead-lettered'),
        ...concernFields(groupOf(why), now),
        expiresAt: expiryAfter(retentionSeconds, now),
      };
      const dead = { event: 'dead-lettered', note: `${why.stage}: ${why.reason}` };
      if (await table.putIf({ ...key, v: 1, ...record, history: [{ at: now.toISOString(), ...dead }] }))
        return;
      // It was replayed and failed again. If it is already recorded as dead, an attempt crashed after recording it.
      await change(key, { set: record, condition: 'attribute_not_exists(#dead)' }, dead);
    },
    /** It was sent to its queue again: it keeps its history and is no longer dead. */
    async markReplayed({ messageId, orderNumber }: DeadLetterId, note: string): Promise<void> {
      // Some have no record: the webhook endpoint has no table, and SQS's own redrive writes none.
      const changes = { remove: noLongerDead, condition: 'attribute_exists(pk)' };
      await change(deadLetterKey(orderNumber, messageId), changes, { event: 'replayed', note });
    },
    /** It was recorded but not sent to the dead-letter queue, was retried and succeeded: it needs nobody any more. */
    markRecovered: (id: DeadLetterId): Promise<void> => recover(id, () => ({ remove: noLongerDead })),
    /**
     * What it says is not so any more, and it needs nobody; but its message is still in the dead-letter queue, until it is
     * replayed, discarded, or dropped by SQS after 14 days.
     */
    markSettled: (id: DeadLetterId): Promise<void> =>
      // It stays in the index, where it is counted with the messages of the queue.
      recover(id, ({ concernOf }) => ({
        set: { concern: settled, concernOf: String(concernOf).split(' ').at(-1) },
        remove: ['dead'],
      })),
    /** How many settled ones may still be in the queue. */
    async countSettled(limit: number): Promise<number> {
      const from = new Date(clock.now().getTime() - queueKeepsMs).toISOString();
      return (await table.queryIndex(ledgerIndexes.concern, settled, { from, limit })).length;
    },
    /** An operator discarded it. The note says who and why, and is stored even where there was no record. */
    async markDiscarded({ messageId, orderNumber, ...why }: DeadLetterRecord, note: string): Promise<void> {
      const expiresAt = expiryAfter(retentionSeconds, clock.now());
      const changes = { set: { v: 1, ...storedOf(why), expiresAt }, remove: noLongerDead };
      await change(deadLetterKey(orderNumber, messageId), changes, { event: 'discarded', note });
    },
  };
}

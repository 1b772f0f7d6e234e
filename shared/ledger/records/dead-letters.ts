import * as z from 'zod/mini';
import type { Clock } from '../../platform/clock.ts';
import type { Table } from '../../platform/dynamodb-table.ts';
import { deadLetterKey, retentionSeconds } from '../keys.ts';
import { onItsDay } from './daily-activity.ts';

/** A message that was put aside for a person. */
export interface DeadLetterRecord {
  readonly messageId: string;
  readonly orderNumber: string;
  readonly stage: string;
  readonly reason: string;
}

export interface DeadLetterRecords {
  /** The dead letters of an order, those that were replayed or discarded since among them. */
  readonly of: (orderNumber: string) => Promise<(DeadLetterRecord & { readonly isDead: boolean })[]>;
  readonly record: (deadLetter: DeadLetterRecord) => Promise<void>;
  /** It was sent to its queue again: it keeps its history, and leaves the index of what is dead. */
  readonly markReplayed: (
    deadLetter: Pick<DeadLetterRecord, 'messageId' | 'orderNumber'>,
    note: string,
  ) => Promise<void>;
  /** It was noted, never arrived in its queue, came again and went well: nobody needs to see to it any more. */
  readonly markRecovered: (deadLetter: Pick<DeadLetterRecord, 'messageId' | 'orderNumber'>) => Promise<void>;
  /** An operator discarded it: the note says who and why, and is kept even where no record was. */
  readonly markDiscarded: (deadLetter: DeadLetterRecord, note: string) => Promise<void>;
}

const recordSchema = z.object({
  sk: z.string(),
  stage: z._default(z.string(), 'unknown'),
  reason: z._default(z.string(), ''),
  deadLetterReason: z.optional(z.string()),
});

export function createDeadLetterRecords(table: Table, clock: Clock): DeadLetterRecords {
  return {
    async of(orderNumber) {
      const { pk, sk: prefix } = deadLetterKey(orderNumber, '');
      const stored = await table.query(pk, prefix);
      return stored.map((each) => {
        const { sk, stage, reason, deadLetterReason } = z.parse(recordSchema, each);
        const messageId = sk.slice(prefix.length);
        return { messageId, orderNumber, stage, reason, isDead: deadLetterReason !== undefined };
      });
    },
    async record({ messageId, orderNumber, stage, reason }) {
      const now = clock.now();
      const key = deadLetterKey(orderNumber, messageId);
      const isSo = {
        stage,
        reason,
        // Index keys are at most 2 KB; reasons differ in their details, so their first words group them.
        deadLetterReason: reason.slice(0, 200) || 'no reason',
        deadSince: now.getTime(),
        ...onItsDay(now, 'dead-lettered'),
        expiresAt: Math.floor(now.getTime() / 1000) + retentionSeconds,
      };
      const history = [{ at: now.toISOString(), event: 'dead-lettered', note: `${stage}: ${reason}` }];
      if (await table.putIf({ ...key, ...isSo, history })) return;
      // It was replayed, and failed again. One that is recorded as dead already comes from a crash in between.
      await table.update(key, {
        set: isSo,
        append: { history },
        condition: 'attribute_not_exists(#deadLetterReason)',
      });
    },
    async markReplayed({ messageId, orderNumber }, note) {
      await table.update(deadLetterKey(orderNumber, messageId), {
        append: { history: [{ at: clock.now().toISOString(), event: 'replayed', note }] },
        remove: ['deadLetterReason', 'deadSince'],
        // Not all have a record: the webhook door has no table, and SQS's own redrive writes none.
        condition: 'attribute_exists(pk)',
      });
    },
    async markRecovered({ messageId, orderNumber }) {
      await table.update(deadLetterKey(orderNumber, messageId), {
        append: { history: [{ at: clock.now().toISOString(), event: 'recovered' }] },
        remove: ['deadLetterReason', 'deadSince'],
        condition: 'attribute_exists(#deadLetterReason)',
      });
    },
    async markDiscarded({ messageId, orderNumber, stage, reason }, note) {
      const now = clock.now();
      await table.update(deadLetterKey(orderNumber, messageId), {
        set: { stage, reason, expiresAt: Math.floor(now.getTime() / 1000) + retentionSeconds },
        append: { history: [{ at: now.toISOString(), event: 'discarded', note }] },
        remove: ['deadLetterReason', 'deadSince'],
      });
    },
  };
}

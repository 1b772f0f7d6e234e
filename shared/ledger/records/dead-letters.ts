import * as z from 'zod/mini';
import type { Cause } from '../../model/errors.ts';
import { shorten } from '../../model/text.ts';
import type { Key, Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { type HistoryEntry, maxNoteLength, storedCauseSchema, withEntry } from '../history.ts';
import { deadLetterKey, expiryAfter, retentionSeconds } from '../keys.ts';
import { dayFields } from './daily-activity.ts';
import { troubleFieldNames, troubleFields } from './troubles.ts';

/** A message that was put aside for a person. */
export interface DeadLetterRecord {
  readonly messageId: string;
  readonly orderNumber: string;
  readonly stage: string;
  readonly reason: string;
  /** Unknown for what SQS put aside by itself. */
  readonly cause?: Cause | undefined;
}

export interface DeadLetterRecords {
  /** The dead letters of an order, those that were replayed or discarded since among them. */
  readonly of: (orderNumber: string) => Promise<(DeadLetterRecord & { readonly isDead: boolean })[]>;
  readonly record: (deadLetter: DeadLetterRecord) => Promise<void>;
  /** It was sent to its queue again: it keeps its history, and is not dead any more. */
  readonly markReplayed: (
    deadLetter: Pick<DeadLetterRecord, 'messageId' | 'orderNumber'>,
    note: string,
  ) => Promise<void>;
  /** It was noted, never arrived in its queue, came again and went well: nobody needs to see to it any more. */
  readonly markRecovered: (deadLetter: Pick<DeadLetterRecord, 'messageId' | 'orderNumber'>) => Promise<void>;
  /** An operator discarded it: the note says who and why, and is kept even where no record was. */
  readonly markDiscarded: (deadLetter: DeadLetterRecord, note: string) => Promise<void>;
}

export const recordSchema = z.object({
  sk: z.string(),
  stage: z._default(z.string(), 'unknown'),
  reason: z._default(z.string(), ''),
  cause: z.optional(storedCauseSchema),
  dead: z._default(z.boolean(), false),
});

const noLongerDead = ['dead', ...troubleFieldNames];

function storedOf({ stage, reason, cause }: Omit<DeadLetterRecord, 'messageId' | 'orderNumber'>) {
  return { stage, reason: shorten(reason, maxNoteLength), ...(cause === undefined ? {} : { cause }) };
}

/** The partner that it was worked on for. */
function groupOf({ stage, cause = 'internal-error' }: Pick<DeadLetterRecord, 'stage' | 'cause'>) {
  return { kind: 'dead-letter', partner: stage === 'book-completion' ? 'erp' : 'azumuta', cause } as const;
}

export function createDeadLetterRecords(table: Table, clock: Clock): DeadLetterRecords {
  async function change(key: Key, changes: Update, event: Omit<HistoryEntry, 'at'>): Promise<void> {
    const entry = { at: clock.now().toISOString(), ...event };
    await table.update(key, withEntry(changes, await table.get(key), entry));
  }

  return {
    async of(orderNumber) {
      const { pk, sk: prefix } = deadLetterKey(orderNumber, '');
      const stored = await table.query(pk, prefix);
      return stored.map((each) => {
        const { sk, dead, ...why } = z.parse(recordSchema, each);
        return { messageId: sk.slice(prefix.length), orderNumber, ...why, isDead: dead };
      });
    },
    async record({ messageId, orderNumber, ...why }) {
      const now = clock.now();
      const key = deadLetterKey(orderNumber, messageId);
      const isSo = {
        ...storedOf(why),
        dead: true,
        ...dayFields(now, 'dead-lettered'),
        ...troubleFields(groupOf(why), now),
        expiresAt: expiryAfter(retentionSeconds, now),
      };
      const dead = { event: 'dead-lettered', note: `${why.stage}: ${why.reason}` };
      if (await table.putIf({ ...key, v: 1, ...isSo, history: [{ at: now.toISOString(), ...dead }] })) return;
      // It was replayed, and failed again. One that is recorded as dead already comes from a crash in between.
      await change(key, { set: isSo, condition: 'attribute_not_exists(#dead)' }, dead);
    },
    async markReplayed({ messageId, orderNumber }, note) {
      // Not all have a record: the webhook door has no table, and SQS's own redrive writes none.
      const changes = { remove: noLongerDead, condition: 'attribute_exists(pk)' };
      await change(deadLetterKey(orderNumber, messageId), changes, { event: 'replayed', note });
    },
    async markRecovered({ messageId, orderNumber }) {
      const changes = { remove: noLongerDead, condition: 'attribute_exists(#dead)' };
      await change(deadLetterKey(orderNumber, messageId), changes, { event: 'recovered' });
    },
    async markDiscarded({ messageId, orderNumber, ...why }, note) {
      const expiresAt = expiryAfter(retentionSeconds, clock.now());
      const changes = { set: { v: 1, ...storedOf(why), expiresAt }, remove: noLongerDead };
      await change(deadLetterKey(orderNumber, messageId), changes, { event: 'discarded', note });
    },
  };
}

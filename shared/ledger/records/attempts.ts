import * as z from 'zod/mini';
import type { Clock } from '../../platform/clock.ts';
import type { Table } from '../../platform/dynamodb-table.ts';
import { deadLetterKey, retentionSeconds } from '../keys.ts';
import { onItsDay } from './daily-activity.ts';

/**
 * Attempts at a message that began and never ended: a crash of the process, or its kill at the timeout. Noted
 * only for messages that come again, so that a message that goes well the first time costs nothing.
 */
export interface Attempts {
  /** How many attempts at the message in a row have not ended; undefined when none of it was noted yet. */
  readonly unfinished: (messageId: string) => Promise<number | undefined>;
  /** @param unfinished How many before this one have not ended. */
  readonly begin: (messageId: string, unfinished: number) => Promise<void>;
  /** The last attempt was good: nothing needs to be known about the message any more. */
  readonly end: (messageId: string) => Promise<void>;
  /** An attempt ended in good order with a failure, or was not made at all. @returns how many ended with an unexpected one so far. */
  readonly recordFailure: (messageId: string, how: { readonly unexpected: boolean }) => Promise<number>;
}

export function createAttempts(table: Table, clock: Clock): Attempts {
  const keyOf = (messageId: string) => ({ pk: `MESSAGE#${messageId}`, sk: 'ATTEMPTS' });
  // A message lives 14 days at most.
  const expiresAt = () => Math.floor(clock.now().getTime() / 1000) + 15 * 86_400;
  return {
    async unfinished(messageId) {
      const noted = await table.get(keyOf(messageId));
      return noted && Number(noted.unfinished ?? 0);
    },
    async begin(messageId, unfinished) {
      // Set, not added to: the AWS SDK writes again when an answer was lost.
      await table.update(keyOf(messageId), {
        set: { unfinished: unfinished + 1, expiresAt: expiresAt() },
      });
    },
    async end(messageId) {
      await table.remove(keyOf(messageId));
    },
    async recordFailure(messageId, { unexpected }) {
      const written = await table.update(keyOf(messageId), {
        set: { unfinished: 0, expiresAt: expiresAt() },
        add: { unexpected: unexpected ? 1 : 0 },
      });
      return Number(written?.after.unexpected ?? 0);
    },
  };
}

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
  /** A person took it out of the world: the note says who and why, and is kept even where no record was. */
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

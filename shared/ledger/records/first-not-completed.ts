import type { Clock } from '../../platform/clock.ts';
import type { Table } from '../../platform/dynamodb-table.ts';
import { notCompletedKey } from '../keys.ts';

/** Messages whose product order Azumuta does not call completed yet. */
export interface FirstNotCompleted {
  /**
   * When Azumuta first answered this message so: now, for the first time. A replayed message is another one, as
   * SQS was given it at another time.
   */
  readonly since: (
    number: string,
    message: { readonly messageId: string; readonly sentAt: Date },
  ) => Promise<Date>;
}

/** A message lives 14 days at most, with the pauses of its flow. */
const keptSeconds = 15 * 86_400;

export function createFirstNotCompleted(table: Table, clock: Clock): FirstNotCompleted {
  return {
    async since(number, { messageId, sentAt }) {
      const key = notCompletedKey(number, `${messageId}#${sentAt.getTime()}`);
      const kept = await table.get(key);
      if (kept) return new Date(String(kept.since));
      const now = clock.now();
      const expiresAt = Math.floor(now.getTime() / 1000) + keptSeconds;
      await table.putIf({ ...key, since: now.toISOString(), expiresAt });
      return now;
    },
  };
}

import type { Partner } from '../../model/partner.ts';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { expiryAfter } from '../keys.ts';
import { concernFieldNames, concernFields } from './concerns.ts';

/** A message that has waited for so long that a person is told. */
export interface LongWait {
  readonly order: string;
  readonly partner: Partner;
  readonly since: Date;
  readonly reason: string;
}

interface AttemptFailure {
  readonly unexpected: boolean;
  readonly waits?: LongWait | undefined;
  readonly hasBegun?: boolean;
}

export type Attempts = ReturnType<typeof createAttempts>;

/**
 * Attempts at a message that began and never ended: the process crashed, or was killed at its timeout. Recorded only
 * for messages that are retried, so that a message that succeeds at once costs nothing.
 */
export function createAttempts(table: Table, clock: Clock) {
  const keyOf = (messageId: string) => ({ pk: `MESSAGE#${messageId}`, sk: 'ATTEMPTS' });
  // A message lives 14 days at most.
  const expiresAt = () => expiryAfter(15 * 86_400, clock.now());
  return {
    /** How many successive attempts have not ended; undefined when nothing is recorded of the message. */
    async unfinished(messageId: string): Promise<number | undefined> {
      const noted = await table.get(keyOf(messageId));
      return noted && Number(noted.unfinished ?? 0);
    },
    /** @param unfinished How many successive attempts before this one have not ended. */
    async begin(messageId: string, unfinished: number): Promise<void> {
      // Set, not added to, as the AWS SDK repeats a write whose answer was lost.
      await table.update(keyOf(messageId), {
        set: { unfinished: unfinished + 1, expiresAt: expiresAt() },
      });
    },
    /** The last attempt succeeded: the record is removed. */
    async end(messageId: string): Promise<void> {
      await table.remove(keyOf(messageId));
    },
    /**
     * An attempt ended with a failure, without a crash.
     * @param hasBegun Its beginning was noted. Else it says nothing about attempts that never finished.
     * @returns how many attempts at the message did so far; `unexpected` counts bugs among them.
     */
    async recordFailure(messageId: string, { unexpected, waits, hasBegun = true }: AttemptFailure) {
      const unfinished = hasBegun ? 0 : undefined;
      const written = await table.update(keyOf(messageId), {
        set: { unfinished, expiresAt: expiresAt(), ...(waits ? waitingOf(waits) : {}) },
        add: { failures: 1, unexpected: unexpected ? 1 : 0 },
      });
      const { after = {} } = written ?? {};
      return { all: Number(after.failures ?? 0), unexpected: Number(after.unexpected ?? 0) };
    },
    /** The message is a dead letter now, so it waits no more. */
    async endWaiting(messageId: string): Promise<void> {
      await table.update(keyOf(messageId), { remove: concernFieldNames, condition: 'attribute_exists(pk)' });
    },
    /** An attempt began, and only found that the message must wait. */
    async withdraw(messageId: string): Promise<void> {
      await table.update(keyOf(messageId), { set: { unfinished: 0, expiresAt: expiresAt() } });
    },
  };
}

function waitingOf({ order, partner, since, reason }: LongWait) {
  return { order, reason, ...concernFields({ kind: 'waiting', partner, cause: 'waited-too-long' }, since) };
}

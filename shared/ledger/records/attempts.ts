import type { Partner } from '../../model/partner.ts';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { expiryAfter } from '../keys.ts';
import { troubleFieldNames, troubleFields } from './troubles.ts';

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
  /** An attempt ended in good order with a failure. */
  readonly recordFailure: (
    messageId: string,
    how: { readonly unexpected: boolean; readonly waits?: LongWait | undefined },
  ) => Promise<Failures>;
  /** It was put aside: it waits no more. */
  readonly endWaiting: (messageId: string) => Promise<void>;
  /** An attempt had begun, and has only found that it is not the message's turn. */
  readonly withdraw: (messageId: string) => Promise<void>;
}

/** Why a message has waited for so long that a person is told. */
export interface LongWait {
  readonly order: string;
  readonly partner: Partner;
  readonly since: Date;
  readonly reason: string;
}

/** How many attempts at a message ended with a failure so far, and how many of them with an unexpected one. */
export interface Failures {
  readonly all: number;
  readonly unexpected: number;
}

export function createAttempts(table: Table, clock: Clock): Attempts {
  const keyOf = (messageId: string) => ({ pk: `MESSAGE#${messageId}`, sk: 'ATTEMPTS' });
  // A message lives 14 days at most.
  const expiresAt = () => expiryAfter(15 * 86_400, clock.now());
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
    async recordFailure(messageId, { unexpected, waits }) {
      const written = await table.update(keyOf(messageId), {
        set: { unfinished: 0, expiresAt: expiresAt(), ...(waits ? waitingOf(waits) : {}) },
        add: { failures: 1, unexpected: unexpected ? 1 : 0 },
      });
      const { failures, unexpected: ofThem } = written?.after ?? {};
      return { all: Number(failures ?? 0), unexpected: Number(ofThem ?? 0) };
    },
    async endWaiting(messageId) {
      await table.update(keyOf(messageId), { remove: troubleFieldNames, condition: 'attribute_exists(pk)' });
    },
    async withdraw(messageId) {
      await table.update(keyOf(messageId), { set: { unfinished: 0, expiresAt: expiresAt() } });
    },
  };
}

function waitingOf({ order, partner, since, reason }: LongWait) {
  return { order, reason, ...troubleFields({ kind: 'waiting', partner, cause: 'waited-too-long' }, since) };
}

import type { Partner } from '../../model/partner.ts';
import { queueKeepsDays } from '../../model/queues.ts';
import { concernFieldNames, concernFields } from './concerns.ts';
import { Records } from './records.ts';

interface AttemptFailure {
  readonly unexpected: boolean;
  /** The message has waited for so long that it needs a person. */
  readonly waits?: { order: string; partner: Partner; since: Date; reason: string } | undefined;
  /** When it failed, where such failures have a limit (`atMostSeconds`). */
  readonly limitedAt?: Date | undefined;
  /** False when its beginning was not noted: then it says nothing about attempts that never finished. */
  readonly hasBegun?: boolean;
}

/** What is noted of the failures of a message. */
export interface NotedFailures {
  readonly all: number;
  /** Bugs among them. */
  readonly unexpected: number;
  /** The first that had a limit. */
  readonly limitedSince: Date | undefined;
}

const attemptsKeptSeconds = (queueKeepsDays + 1) * 86_400;
const attemptsKey = (messageId: string) => ({ pk: `MESSAGE#${messageId}`, sk: 'ATTEMPTS' });

/** Attempts that began and never ended, by a crash or a timeout; recorded only of messages that are retried. */
export class Attempts extends Records {
  /** How many successive attempts have not ended; undefined when nothing is recorded of the message. */
  async countUnfinished(messageId: string): Promise<number | undefined> {
    const noted = await this.table.get(attemptsKey(messageId));
    return noted && Number(noted.unfinished ?? 0);
  }

  /** @param unfinished How many successive attempts have not ended, with one that begins; 0 when it must only wait. */
  async recordUnfinished(messageId: string, unfinished: number): Promise<void> {
    // Set, not added to, as the AWS SDK repeats a write whose answer was lost.
    await this.#setFields(messageId, { unfinished });
  }

  /** An attempt ended with a failure, without a crash. @returns what is noted of them so far. */
  async recordFailure(
    messageId: string,
    { unexpected, waits, limitedAt, hasBegun = true }: AttemptFailure,
  ): Promise<NotedFailures> {
    const waiting = waits && {
      order: waits.order,
      reason: waits.reason,
      ...concernFields({ kind: 'waiting', partner: waits.partner, cause: 'waited-too-long' }, waits.since),
    };
    const set = { unfinished: hasBegun ? 0 : undefined, ...waiting };
    const written = await this.#setFields(messageId, set, { failures: 1, unexpected: unexpected ? 1 : 0 });
    return {
      all: Number(written?.failures ?? 0),
      unexpected: Number(written?.unexpected ?? 0),
      limitedSince: limitedAt && (await this.#beginLimit(messageId, limitedAt, written?.limitedSince)),
    };
  }

  /** @param noted When it began, if it has. @returns when it did. */
  async #beginLimit(messageId: string, limitedAt: Date, noted: unknown): Promise<Date> {
    if (typeof noted === 'string') return new Date(noted);
    await this.#setFields(messageId, { limitedSince: limitedAt.toISOString() });
    return limitedAt;
  }

  async forgetMessage(messageId: string): Promise<void> {
    await this.table.remove(attemptsKey(messageId));
  }

  /** The message is a dead letter now, so it waits no more. */
  async endWaiting(messageId: string): Promise<void> {
    const changes = { remove: concernFieldNames, condition: 'attribute_exists(pk)' };
    await this.table.update(attemptsKey(messageId), changes);
  }

  #setFields(messageId: string, set: object, add: Readonly<Record<string, number>> = {}) {
    const expiresAt = this.expiresAt(attemptsKeptSeconds);
    return this.table.update(attemptsKey(messageId), { set: { ...set, expiresAt }, add });
  }
}

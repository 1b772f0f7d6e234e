import * as z from 'zod/mini';
import type { DeepReadonly, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { expiryAfter } from '../keys.ts';
import { createLease } from '../lease.ts';

const groupSchema = z.object({
  /** When its first trouble began (ISO), and how many it has had since. */
  since: z.string(),
  count: z.number(),
  /** When the last message about it was written (ISO). */
  toldAt: z.string(),
  /** Fingerprints of the troubles that were told and are still open, concatenated. */
  told: z.string(),
});
/** What people were told about a group of troubles of which some are open. */
export type ToldGroup = DeepReadonly<z.output<typeof groupSchema>>;

const failingSchema = z.object({
  since: z.string(),
  /** For a person. */
  problem: z.string(),
  /** Nothing is sent before (epoch milliseconds), as the channel has asked for. */
  notBefore: z.optional(z.number()),
});
/** A channel that has refused a message; one that works is not recorded. */
export type FailingChannel = DeepReadonly<z.output<typeof failingSchema>>;

export const stateSchema = z.object({
  groups: z._default(z.record(z.string(), groupSchema), {}),
  failing: z._default(z.record(z.string(), failingSchema), {}),
  /** Messages in the dead-letter queue that were unknown to the ledger at the last run. */
  unfiled: z._default(z.number(), 0),
  /** The plant's day of the last morning mail. */
  mailedOn: z.optional(z.string()),
  /** How many messages were ever written: numbers them. */
  written: z._default(z.number(), 0),
});
export type AlertState = DeepReadonly<z.output<typeof stateSchema>>;

/** A message that a channel does not have yet. */
export interface OutboxEntry {
  readonly channel: string;
  readonly id: string;
  /** JSON of the message. */
  readonly body: string;
}

const stateKey = { pk: 'ALERTS', sk: 'STATE' };
const outboxPrefix = 'OUTBOX#';
/** A message that could not be delivered for so long is dropped. */
const keptSeconds = 14 * 86_400;

export const entrySchema = z.object({ sk: z.string(), body: z.string() });

/**
 * What people were told, and what is still to be delivered. One run at a time has the lease; it writes its messages
 * first, then the state that counts them. A crash in between leaves uncounted messages: the next run recognises it by
 * the lease that was not released, and removes them.
 */
export function createAlertRecords(table: Table, clock: Clock) {
  const lease = createLease(table, clock, stateKey);
  const prefixOf = (channel: string) => `${outboxPrefix}${channel}#`;
  const keyOf = ({ channel, id }: Pick<OutboxEntry, 'channel' | 'id'>) => ({
    pk: stateKey.pk,
    sk: `${prefixOf(channel)}${id}`,
  });

  async function removeUncounted({ written }: AlertState): Promise<void> {
    for (const { sk } of await table.query(stateKey.pk, outboxPrefix)) {
      const [, id = ''] = /#(\d+)$/.exec(String(sk)) ?? [];
      if (id > messageId(written)) await table.remove({ pk: stateKey.pk, sk: String(sk) });
    }
  }

  return {
    /** Undefined while another run is under way. Removes the uncounted messages of a run that died. */
    async begin(owner: string, leaseSeconds: number): Promise<AlertState | undefined> {
      const stored = await lease.take(owner, leaseSeconds);
      if (!stored) return undefined;
      const state = z.parse(stateSchema, stored);
      if (stored.leaseUntil !== undefined) await removeUncounted(state);
      return state;
    },
    /** False when the lease was lost to another run. */
    save: (owner: string, state: AlertState): Promise<boolean> => lease.write(owner, { ...state }),
    /** @param failing Channels that fail after the run. */
    end: (owner: string, failing: AlertState['failing']): Promise<void> =>
      lease.release(owner, { failing, endedAt: clock.now().toISOString() }),
    state: async (): Promise<AlertState> => z.parse(stateSchema, (await table.get(stateKey)) ?? {}),

    async write(entry: OutboxEntry): Promise<void> {
      const expiresAt = expiryAfter(keptSeconds, clock.now());
      // The AWS SDK repeats a write whose answer was lost, and then finds its own item.
      await table.putIf({ ...keyOf(entry), v: 1, body: entry.body, expiresAt });
    },

    /** The oldest messages that the channel does not have yet. */
    async waiting(channel: string, limit: number): Promise<OutboxEntry[]> {
      const stored = await table.query(stateKey.pk, prefixOf(channel), limit);
      return stored.map((each) => {
        const { sk, body } = z.parse(entrySchema, each);
        return { channel, id: sk.slice(prefixOf(channel).length), body };
      });
    },

    async markDelivered(entry: OutboxEntry): Promise<void> {
      await table.remove(keyOf(entry));
    },
  };
}

/** Id of the message with this number: ids sort in the order of writing. */
export function messageId(number: number): string {
  return String(number).padStart(10, '0');
}

import * as z from 'zod/mini';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { expiryAfter } from '../keys.ts';
import { createLease } from '../lease.ts';

/** What people were told of one group of troubles, while something of it is open. */
export interface ToldGroup {
  /** When its first trouble began (ISO), and how many it has had since. */
  readonly since: string;
  readonly count: number;
  /** When the last message about it was written (ISO). */
  readonly toldAt: string;
  /** Fingerprints of the troubles that were told and are open still, one after the other. */
  readonly told: string;
}

/** How a channel stands, once a message was refused; a channel that works is not noted. */
export interface FailingChannel {
  readonly since: string;
  /** For a person. */
  readonly problem: string;
  /** Nothing is sent before (epoch milliseconds): the channel has asked for it. */
  readonly notBefore?: number;
}

export interface AlertState {
  readonly groups: Readonly<Record<string, ToldGroup>>;
  readonly failing: Readonly<Record<string, FailingChannel>>;
  /** Messages in the dead-letter queue of which the ledger knew nothing when it was looked at last. */
  readonly unfiled: number;
  /** Plant's day of the last morning mail. */
  readonly mailedOn?: string;
  /** Messages that were ever written: numbers them. */
  readonly written: number;
}

/** A message that a channel does not have yet. */
export interface OutboxEntry {
  readonly channel: string;
  readonly id: string;
  /** JSON of the message. */
  readonly body: string;
}

/**
 * What people were told, and what is still to be delivered. One run at a time has the lease; it writes its messages
 * first and the state that counts them after. A crash in between leaves messages that nobody has counted: the next run
 * sees by the lease that one has died, and takes them away.
 */
export interface AlertRecords {
  /** Undefined while another run is under way. Takes away what a run that died has left uncounted. */
  readonly begin: (owner: string, leaseSeconds: number) => Promise<AlertState | undefined>;
  /** False when the lease was lost to another run. */
  readonly save: (owner: string, state: AlertState) => Promise<boolean>;
  /** @param failing How the channels stand after the run. */
  readonly end: (owner: string, failing: AlertState['failing']) => Promise<void>;
  readonly state: () => Promise<AlertState>;
  readonly write: (entry: OutboxEntry) => Promise<void>;
  /** The oldest messages that the channel does not have. */
  readonly waiting: (channel: string, most: number) => Promise<OutboxEntry[]>;
  readonly delivered: (entry: OutboxEntry) => Promise<void>;
}

const stateKey = { pk: 'ALERTS', sk: 'STATE' };
const outboxPrefix = 'OUTBOX#';
/** Whoever did not get a message for so long will not miss it. */
const keptSeconds = 14 * 86_400;

const groupSchema = z.object({
  since: z.string(),
  count: z.number(),
  toldAt: z.string(),
  told: z.string(),
});
export const stateSchema = z.object({
  groups: z._default(z.record(z.string(), groupSchema), {}),
  failing: z._default(
    z.record(
      z.string(),
      z.object({ since: z.string(), problem: z.string(), notBefore: z.exactOptional(z.number()) }),
    ),
    {},
  ),
  unfiled: z._default(z.number(), 0),
  mailedOn: z.exactOptional(z.string()),
  written: z._default(z.number(), 0),
});
export const entrySchema = z.object({ sk: z.string(), body: z.string() });

export function createAlertRecords(table: Table, clock: Clock): AlertRecords {
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
    async begin(owner, leaseSeconds) {
      const stored = await lease.take(owner, leaseSeconds);
      if (!stored) return undefined;
      const state = z.parse(stateSchema, stored);
      if (stored.leaseUntil !== undefined) await removeUncounted(state);
      return state;
    },
    save: (owner, state) => lease.write(owner, { ...state }),
    end: (owner, failing) => lease.release(owner, { failing, endedAt: clock.now().toISOString() }),
    state: async () => z.parse(stateSchema, (await table.get(stateKey)) ?? {}),

    async write(entry) {
      const expiresAt = expiryAfter(keptSeconds, clock.now());
      // A write whose answer was lost is sent again by the AWS SDK, and then meets itself.
      await table.putIf({ ...keyOf(entry), v: 1, body: entry.body, expiresAt });
    },

    async waiting(channel, most) {
      const stored = await table.query(stateKey.pk, prefixOf(channel), most);
      return stored.map((each) => {
        const { sk, body } = z.parse(entrySchema, each);
        return { channel, id: sk.slice(prefixOf(channel).length), body };
      });
    },

    async delivered(entry) {
      await table.remove(keyOf(entry));
    },
  };
}

/** Name of the message that is the `number`th ever written: they sort in their order. */
export function messageId(number: number): string {
  return String(number).padStart(10, '0');
}

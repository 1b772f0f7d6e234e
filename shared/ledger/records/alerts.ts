import * as z from 'zod/mini';
import { partnerNames } from '../../model/partner.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';
import { Lease } from '../lease.ts';
import { Records } from './records.ts';

const groupSchema = z.object({
  /** When its first trouble began (ISO), and how many it has had since. */
  since: z.string(),
  count: z.number(),
  open: z.number(),
  /** When the last message about it was written (ISO). */
  toldAt: z.string(),
  /** Fingerprints of the troubles that people have heard of and that are still open, concatenated. */
  told: z.string(),
});
export type AnnouncedGroup = DeepReadonly<z.output<typeof groupSchema>>;

const outagesSchema = z.object({
  /** When the first of them began (ISO), and how many were seen. */
  since: z.string(),
  count: z.number(),
  /** When the last one began (ISO), and when it was last seen. */
  openedAt: z.string(),
  seenAt: z.string(),
  /** What the last alert said, and its time (ISO); absent before the first one. */
  told: z.optional(z.enum(['down', 'unsteady', 'up'])),
  toldAt: z.optional(z.string()),
  /** Of the last day: when its messages were written, and when the outages of which they were new began (ISO). 0.3.0 reads neither. */
  messagesAt: z.optional(z.array(z.string())),
  beganAt: z.optional(z.array(z.string())),
});
/** Outages of one partner that follow each other within an hour, and what the alerts said of them that day. */
export type AnnouncedOutages = DeepReadonly<z.output<typeof outagesSchema>>;

const latelySchema = z.object({
  /** The messages of the last day, the oldest first. */
  messages: z.array(
    z.object({
      /** When it was written (ISO). */
      at: z.string(),
      /** Fingerprints of what it named, concatenated: the same when it returns. */
      named: z.string(),
      /** It named something that a message of that day had named before, and that had ended meanwhile. */
      returned: z.boolean(),
    }),
  ),
  /** Since when nothing of it is open (ISO), of a group that comes and goes. */
  endedAt: z.optional(z.string()),
});
/** What people have heard of a group within the last day, also after it has ended. */
export type RecentMessages = DeepReadonly<z.output<typeof latelySchema>>;

const failingSchema = z.object({
  since: z.string(),
  problem: z.string(),
  /** Nothing is sent before (epoch milliseconds), as the channel has asked for. */
  notBefore: z.optional(z.number()),
});
/** A channel that has refused a message; one that works is not recorded. */
export type FailingChannel = DeepReadonly<z.output<typeof failingSchema>>;

export const stateSchema = z.object({
  groups: z._default(z.record(z.string(), groupSchema), {}),
  outages: z._default(z.partialRecord(z.enum(partnerNames), outagesSchema), {}),
  /** By the group's name; 0.3.0 does not read it. */
  lately: z._default(z.record(z.string(), latelySchema), {}),
  failing: z._default(z.record(z.string(), failingSchema), {}),
  /** Messages in the dead-letter queue that were unknown to the ledger at the last run. */
  unfiled: z._default(z.number(), 0),
  /** The plant's day of the last morning mail, and the last that was counted. */
  mailedOn: z.optional(z.string()),
  countedOn: z.optional(z.string()),
  /** The end of the last pause of which was said that it ended by itself (ISO). 0.3.0 does not read it. */
  pauseEndSaid: z.optional(z.string()),
  /** How many messages were ever written: numbers them. */
  written: z._default(z.number(), 0),
});
export type AlertState = DeepReadonly<z.output<typeof stateSchema>>;

/** `body` is the JSON of the message. */
export const outboxMessageSchema = z.object({
  channel: z.string(),
  id: z.string(),
  body: z.string(),
  /** The channel has refused what it says. */
  refused: z.optional(z.literal(true)),
});
/** A message that a channel does not have yet. */
export type OutboxMessage = DeepReadonly<z.output<typeof outboxMessageSchema>>;

const stateKey = { pk: 'ALERTS', sk: 'STATE' };
const outboxPrefix = 'OUTBOX#';
/** What a channel has refused stands behind all other messages: `~` sorts after digits. */
const outboxKey = ({ channel, id, refused }: OutboxMessage) => ({
  pk: stateKey.pk,
  sk: `${outboxPrefix}${channel}#${refused ? '~' : ''}${id}`,
});
/** A message that could not be delivered for so long is dropped. */
export const outboxKeepsSeconds = 14 * 86_400;

/** One run at a time has the lease. It writes its messages before the state that counts them: the next removes the others. */
export class AlertRecords extends Records {
  readonly #lease = new Lease(this.table, this.clock, stateKey);

  /** Undefined while another run is under way. */
  async beginRun(owner: string, leaseSeconds: number): Promise<AlertState | undefined> {
    const stored = await this.#lease.take(owner, leaseSeconds);
    if (!stored) return undefined;
    const state = z.parse(stateSchema, stored);
    // The last run died: its lease was not released.
    if (stored.leaseUntil !== undefined)
      for (const message of await this.#readOutbox(''))
        if (message.id > messageId(state.written)) await this.markDelivered(message);
    return state;
  }

  /** False when the lease was lost to another run. */
  saveState(owner: string, state: AlertState): Promise<boolean> {
    return this.#lease.setWhileHeld(owner, { ...state });
  }

  endRun(owner: string, failing: AlertState['failing']): Promise<void> {
    return this.#lease.release(owner, { failing });
  }

  async readState(): Promise<AlertState> {
    return z.parse(stateSchema, (await this.table.get(stateKey)) ?? {});
  }

  async writeMessage(message: OutboxMessage): Promise<void> {
    // The AWS SDK repeats a write whose answer was lost, and then finds its own item.
    const expiresAt = this.expiresAt(outboxKeepsSeconds);
    await this.table.putIf({ ...outboxKey(message), ...message, expiresAt });
  }

  /** Puts a message that the channel refuses behind the others, so that it holds up none of them. */
  async markRefused(message: OutboxMessage): Promise<void> {
    await this.writeMessage({ ...message, refused: true });
    await this.markDelivered(message);
  }

  /** The oldest messages that the channel does not have yet; those that it has refused come last. */
  listWaiting(channel: string, limit: number): Promise<OutboxMessage[]> {
    return this.#readOutbox(`${channel}#`, limit);
  }

  async markDelivered(message: OutboxMessage): Promise<void> {
    await this.table.remove(outboxKey(message));
  }

  async #readOutbox(prefix: string, limit?: number): Promise<OutboxMessage[]> {
    const stored = await this.table.query(stateKey.pk, `${outboxPrefix}${prefix}`, limit);
    return stored.map((each) => z.parse(outboxMessageSchema, each));
  }
}

/** Id of the message with this number: ids sort in the order of writing. */
export function messageId(number: number): string {
  return String(number).padStart(10, '0');
}

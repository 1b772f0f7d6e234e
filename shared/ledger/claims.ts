import * as z from 'zod/mini';
import { Rejected, RetryLater, reasonOf, type Wrote } from '../model/errors.ts';
import { shorten } from '../model/text.ts';
import type { Key, StoredItem, Update } from '../platform/aws/dynamodb-table.ts';
import { maxNoteLength, type NewEntry, storedCauseSchema } from './history.ts';
import { isBookingKey } from './keys.ts';
import { type DayFigures, dayFields } from './records/events.ts';
import { Records } from './records/records.ts';

/**
 * A step that must happen exactly once: creating a product order, or booking a completion.
 *
 *   waiting ──claim──▶ claimed ──receipt──▶ done
 *      ▲                │   │
 *      └──release───────┘   └──reject──▶ rejected ──claim by the same message──▶ claimed …
 *
 * A rejected step belongs to the message that became its dead letter: only that message may claim it again, when it is
 * replayed or retried after a crash, or one by which a person asks for it (`reopens`). Otherwise a second message for
 * the same step could book it while its dead letter waits for a person.
 *
 * A lease alone does not stop its former owner: a container can freeze between its check and its write. So a takeover
 * waits until Lambda must have killed it *and* what it had sent must have settled at the partner:
 *
 *   A  claim ── reads ── write sent ─✗ crash, or frozen
 *      │                    │        partner still commits it …      … at the latest here
 *      ├──────────── function timeout ────────────┼──── settling time ────┤
 *   B  │  claim: busy        claim: busy          │     claim: busy       │ claim: ours, `again`
 *      │                                          │                       │ looks first, then writes
 *   A  │                     (thawed) the deadline guard has aborted: no write, no receipt
 *
 * `again` is true when an earlier attempt may have written. Then the connector, or a look-up by number in Azumuta,
 * finds out what happened before anything is sent again.
 */
export interface Claim {
  readonly key: Key;
  readonly owner: string;
  readonly messageId: string;
  readonly again: boolean;
  readonly held: StoredItem;
}

/** Who claims, and when Lambda kills its process at the latest. */
export interface Claimant {
  readonly owner: string;
  /** Id that the message had originally; a replay keeps it. */
  readonly messageId: string;
  readonly endsAt: Date;
  /** A person has asked for what was rejected. */
  readonly reopens?: boolean | undefined;
}

/** How an attempt at a claimed step failed. */
export interface FailedAttempt {
  readonly error: unknown;
  /** Whether the partner was called. */
  readonly sent: boolean;
  /** Attributes of the step while it waits. */
  readonly waits?: StoredItem;
}

export interface GivenBack {
  /** When what was sent has settled (epoch milliseconds); undefined when nothing is under way. */
  readonly settlesAt: number | undefined;
}

export const stepSchema = z.object({
  state: z.enum(['waiting', 'claimed', 'done', 'rejected']),
  attempts: z.number(),
  /** No attempt that has ended has sent anything to the partner. */
  clean: z._default(z.boolean(), false),
  /** Of its rejection: a sentence, its cause, and the message whose dead letter says so. */
  reason: z.optional(z.string()),
  cause: z.optional(storedCauseSchema),
  rejectedBy: z.optional(z.string()),
});

type ClaimableStep = z.output<typeof stepSchema>;

/** Whether nothing was ever sent to the partner that may have had the effect. An ignored booking surely had none. */
export function isNothingSent({
  state,
  attempts,
  clean,
}: Pick<ClaimableStep, 'attempts' | 'clean'> & {
  readonly state: ClaimableStep['state'] | 'ignored';
}): boolean {
  if (state === 'ignored') return true;
  return (state === 'waiting' || state === 'rejected') && (attempts === 0 || clean);
}
/** The same as a condition. */
export const nothingSent = {
  condition: '((#state = :waiting OR #state = :rejected) AND (#attempts = :none OR #clean = :yes))',
  values: { waiting: 'waiting', rejected: 'rejected', none: 0, yes: true },
} as const;

export class Claims extends Records {
  /** @returns `unknown` when there is no such step; `rejected` when it belongs to the dead letter of another message. */
  async claim(key: Key, { owner, messageId, endsAt, reopens = false }: Claimant) {
    const at = this.clock.now().getTime();
    const isOurs = reopens ? '' : ' AND #rejectedBy = :message';
    const message = reopens ? undefined : messageId;
    const changes = {
      // A claimed order's message is known to have been sent.
      set: { state: 'claimed', owner, leaseUntil: this.leaseUntil(endsAt), clean: false, enqueued: true },
      add: { attempts: 1 },
      // Of an earlier rejection that is tried again.
      remove: ['reason', 'cause', 'discarded'],
      condition: `attribute_exists(pk) AND (#state = :waiting OR (#state = :rejected${isOurs}) OR (#state = :claimedState AND #leaseUntil <= :at))`,
      values: { waiting: 'waiting', rejected: 'rejected', claimedState: 'claimed', message, at },
    };
    const before = await this.table.update(key, changes, 'ALL_OLD');
    const gone = { reason: undefined, cause: undefined, discarded: undefined };
    const held = before
      ? { ...before, ...gone, ...changes.set, attempts: Number(before.attempts) + 1 }
      : await this.table.get(key);
    if (!held) return { outcome: 'unknown' } as const;
    if (held.state === 'done') return { outcome: 'done', held } as const;
    if (held.state === 'rejected') return { outcome: 'rejected', reason: String(held.reason) } as const;
    // The AWS SDK repeats a claim whose answer was lost, and then finds its own claim.
    if (held.owner !== owner) return { outcome: 'busy', untilMs: Number(held.leaseUntil ?? at) } as const;
    const again = Number(held.attempts) > 1 && before?.clean !== true;
    const claim: Claim = { key, owner, messageId, again, held };
    return { outcome: 'claimed', claim } as const;
  }

  /** False when another attempt has taken over. @param entry What the index of days shows, with the figures that it counts. */
  async complete(
    claim: Claim,
    { remove = [], ...receipt }: StoredItem & Pick<Update, 'remove'>,
    { figures, ...entry }: NewEntry & { readonly figures?: DayFigures },
    ...further: readonly NewEntry[]
  ): Promise<boolean> {
    const now = this.clock.now();
    // Its expiry is counted from now, so that a receipt outlives every replay.
    const done = { state: 'done', doneAt: now.toISOString(), expiresAt: this.expiresAt() };
    const set = { ...receipt, ...done, ...dayFields(now, entry.event, figures) };
    return this.#endClaim(claim, { set, remove }, entry, ...further);
  }

  /**
   * Ends an attempt that failed: the step waits for a person, or for the next attempt, after the settling time where what
   * was sent may still be under way.
   */
  async giveBack(claim: Claim, { error, sent, waits }: FailedAttempt): Promise<GivenBack> {
    if (error instanceof Rejected) {
      await this.#endRejected(claim, error, sent);
      return { settlesAt: undefined };
    }
    const entry = { event: 'retry', note: reasonOf(error, 300) } as const;
    const wrote = wroteBefore(error, sent);
    if (wrote === 'perhaps') {
      const settlesAt = this.leaseUntil(this.clock.now());
      await this.#updateOwn(claim, { set: { ...waits, leaseUntil: settlesAt } }, [entry]);
      return { settlesAt };
    }
    const set = { ...waits, state: 'waiting', clean: isClean(claim, wrote) };
    await this.#endClaim(claim, { set }, entry);
    return { settlesAt: undefined };
  }

  async #endRejected(claim: Claim, error: Rejected, sent: boolean): Promise<void> {
    const note = shorten(error.message, maxNoteLength);
    const set = {
      state: 'rejected',
      reason: note,
      cause: error.causeCode,
      rejectedBy: claim.messageId,
      clean: isClean(claim, sent ? error.wrote : 'nothing'),
    };
    // A booking is a person's from now on; an order is still open, and may be late.
    const remove = isBookingKey(claim.key) ? ['awaiting'] : [];
    await this.#endClaim(claim, { set, remove }, { event: 'rejected', note });
  }

  /** @returns false when another attempt has taken over. */
  async #endClaim(claim: Claim, changes: Update, ...entries: readonly NewEntry[]): Promise<boolean> {
    const remove = ['owner', 'leaseUntil', ...(changes.remove ?? [])];
    return (await this.#updateOwn(claim, { ...changes, remove }, entries)) !== undefined;
  }

  #updateOwn({ key, owner, held }: Claim, changes: Update, entries: readonly NewEntry[]) {
    const ours = { condition: '#owner = :ours', values: { ours: owner } };
    return this.updateWithHistory(key, { ...changes, ...ours }, entries, held);
  }
}

/** A failure that no partner has answered as such may have come after a write, once the partner was called. */
function wroteBefore(error: unknown, sent: boolean): Wrote {
  if (error instanceof RetryLater) return error.wrote;
  return sent ? 'perhaps' : 'nothing';
}

/** What an earlier attempt may have written is still in doubt. */
function isClean(claim: Claim, wrote: Wrote): boolean {
  return !claim.again && wrote === 'nothing';
}

import * as z from 'zod/mini';
import type { Rejection, Wrote } from '../model/errors.ts';
import { shorten } from '../model/text.ts';
import type { Key, StoredItem, Update } from '../platform/aws/dynamodb-table.ts';
import { maxNoteLength, type NewEntry, storedCauseSchema } from './history.ts';
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
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly again: boolean;
  readonly held: StoredItem;
}

export type ClaimOutcome =
  | { readonly outcome: 'claimed'; readonly claim: Claim }
  | { readonly outcome: 'done'; readonly held: StoredItem }
  | { readonly outcome: 'busy'; readonly untilMs: number }
  /** Another message for this step is a dead letter: only that one may be replayed. */
  | { readonly outcome: 'rejected'; readonly reason: string }
  | { readonly outcome: 'unknown' };

/** Who claims, and when Lambda kills its process at the latest. */
export interface Claimant {
  readonly owner: string;
  /** Id that the message had originally; a replay keeps it. */
  readonly messageId: string;
  readonly endsAt: Date;
  /** A person has asked for what was rejected. */
  readonly reopens?: boolean | undefined;
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

export function isNothingSent({ state, attempts, clean }: z.output<typeof stepSchema>): boolean {
  return (state === 'waiting' || state === 'rejected') && (attempts === 0 || clean);
}
/** The same as a condition. */
export const nothingSent = {
  condition: '((#state = :waiting OR #state = :rejected) AND (#attempts = :none OR #clean = :yes))',
  values: { waiting: 'waiting', rejected: 'rejected', none: 0, yes: true },
} as const;

export class Claims extends Records {
  /** @returns `unknown` when there is no such step. */
  async claim(key: Key, { owner, messageId, endsAt, reopens = false }: Claimant): Promise<ClaimOutcome> {
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
    if (!held) return { outcome: 'unknown' };
    if (held.state === 'done') return { outcome: 'done', held };
    if (held.state === 'rejected') return { outcome: 'rejected', reason: String(held.reason) };
    // The AWS SDK repeats a claim whose answer was lost, and then finds its own claim.
    if (held.owner !== owner) return { outcome: 'busy', untilMs: Number(held.leaseUntil ?? at) };
    const attempt = Number(held.attempts);
    const again = attempt > 1 && before?.clean !== true;
    return { outcome: 'claimed', claim: { key, owner, messageId, attempt, again, held } };
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
    return this.#end(claim, { set, remove }, entry, ...further);
  }

  /** Gives the claim back after an attempt that left nothing unsettled at the partner. */
  async release(
    claim: Claim,
    note: string,
    wrote: Exclude<Wrote, 'perhaps'> = 'nothing',
    further: StoredItem = {},
  ): Promise<void> {
    const set = { ...further, state: 'waiting', clean: isClean(claim, wrote) };
    await this.#end(claim, { set }, { event: 'retry', note });
  }

  /** The step waits for a person. @param wrote `nothing` when this attempt surely sent nothing to the partner. */
  async reject(
    claim: Claim,
    { reason: given, cause }: Rejection,
    wrote: Wrote = 'perhaps',
    remove: readonly string[] = [],
  ): Promise<void> {
    const reason = shorten(given, maxNoteLength);
    const rejection = { state: 'rejected', reason, cause, rejectedBy: claim.messageId };
    const set = { ...rejection, clean: isClean(claim, wrote) };
    await this.#end(claim, { set, remove }, { event: 'rejected', note: reason });
  }

  /** Keeps the claim for the settling time after an attempt that may have written. @returns when that ends (epoch ms). */
  async holdForSettling(claim: Claim, note: string, further: StoredItem = {}): Promise<number> {
    const leaseUntil = this.leaseUntil(this.clock.now());
    await this.#update(claim, { set: { ...further, leaseUntil } }, [{ event: 'retry', note }]);
    return leaseUntil;
  }

  async #end(claim: Claim, changes: Update, ...entries: readonly NewEntry[]): Promise<boolean> {
    const remove = ['owner', 'leaseUntil', ...(changes.remove ?? [])];
    return (await this.#update(claim, { ...changes, remove }, entries)) !== undefined;
  }

  #update({ key, owner, held }: Claim, changes: Update, entries: readonly NewEntry[]) {
    const ours = { condition: '#owner = :ours', values: { ours: owner } };
    return this.change(key, { ...changes, ...ours }, entries, held);
  }
}

/** What an earlier attempt may have written stays in doubt. */
function isClean(claim: Claim, wrote: Wrote): boolean {
  return !claim.again && wrote === 'nothing';
}

import type { Rejection, Wrote } from '../model/errors.ts';
import { shorten } from '../model/text.ts';
import type { Key, StoredItem, Table, Update } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import { type HistoryEntry, maxNoteLength, withEntry } from './history.ts';
import { expiryAfter, retentionSeconds } from './keys.ts';
import { dayFields } from './records/daily-activity.ts';

/**
 * One step that must happen once: creating a product order, booking a booking.
 *
 *   waiting ──claim──▶ claimed ──receipt──▶ done
 *      ▲                │   │
 *      └──release───────┘   └──reject──▶ rejected ──claim by the same message──▶ claimed …
 *
 * A rejected step belongs to the message that became its dead letter: only that message, replayed or come again
 * after a crash, claims it once more. A second message for the same step would otherwise book it behind the
 * back of the dead letter.
 *
 * A claim is open from its conditional write until its receipt, and it names its owner. Leases do not fence:
 * a container can freeze between its check and its write. So a takeover waits until the claim's function must
 * have been killed *and* whatever it had sent must have settled at the partner:
 *
 *   A  claim ── reads ── write sent ─✗ crash, or frozen
 *      │                    │        partner still commits it …      … at the latest here
 *      ├──────────── function timeout ────────────┼──── settling time ────┤
 *   B  │  claim: busy        claim: busy          │     claim: busy       │ claim: ours, `again`
 *      │                                          │                       │ looks first, then writes
 *   A  │                     (thawed) the deadline guard has aborted: no write, no receipt
 *
 * `again` is true whenever an earlier attempt may have written. The connector, or a look by number in
 * Azumuta, then finds out what happened before anything is sent again.
 */
export interface Claim {
  readonly key: Key;
  readonly owner: string;
  readonly messageId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly again: boolean;
  /** What the step's item held when it was claimed. */
  readonly held: StoredItem;
}

export type ClaimOutcome =
  | { readonly outcome: 'claimed'; readonly claim: Claim }
  | { readonly outcome: 'done'; readonly held: StoredItem }
  /** Another attempt has the claim, or another booking the lock that stands in the same item. */
  | { readonly outcome: 'busy'; readonly by: 'claim' | 'lock'; readonly untilMs: number }
  /** Another message for this step is a dead letter: it is that one's to be replayed. */
  | { readonly outcome: 'rejected'; readonly reason: string }
  | { readonly outcome: 'unknown' };

/** Who claims, and until when the claim's process can run at the longest: Lambda kills it then. */
export interface Claimant {
  readonly owner: string;
  /** Id that the message had at first; a replay keeps it. */
  readonly messageId: string;
  readonly endsAt: Date;
}

export interface ClaimTimes {
  /** The longest that a partner may take to finish what was sent to it before the attempt died. */
  readonly settlingSeconds: number;
}

export interface Claims {
  /** @returns `unknown` when no such step was ever put. */
  readonly claim: (key: Key, claimant: Claimant) => Promise<ClaimOutcome>;
  /**
   * Close the claim for good. False when the claim was no longer ours: another attempt has taken over.
   * @param entry What its day is told of.
   */
  readonly complete: (
    claim: Claim,
    receipt: Readonly<Record<string, unknown>>,
    entry: Omit<HistoryEntry, 'at'>,
    ...further: readonly Omit<HistoryEntry, 'at'>[]
  ) => Promise<boolean>;
  /** Give the claim back after an attempt of which nothing can still be settling. */
  readonly release: (claim: Claim, note: string, wrote?: Exclude<Wrote, 'perhaps'>) => Promise<void>;
  /** Keep the claim through the settling time, after an attempt that ended but may have written. */
  readonly holdForSettling: (claim: Claim, note: string) => Promise<number>;
  /** @param wrote `nothing` when this attempt surely sent nothing to the partner. */
  readonly reject: (claim: Claim, rejection: Rejection, wrote?: Wrote) => Promise<void>;
}

export function createClaims(table: Table, clock: Clock, times: ClaimTimes): Claims {
  const now = () => clock.now().getTime();
  const entryOf = (entry: Omit<HistoryEntry, 'at'>): HistoryEntry => ({
    at: clock.now().toISOString(),
    ...entry,
  });
  /** Only while the claim is ours. */
  const update = (claim: Claim, changes: Update, ...entries: readonly Omit<HistoryEntry, 'at'>[]) =>
    table.update(claim.key, {
      ...withEntry(changes, claim.held, ...entries.map(entryOf)),
      condition: '#owner = :ours',
      values: { ours: claim.owner },
    });

  return {
    async claim(key, { owner, messageId, endsAt }) {
      const at = now();
      const leaseUntil = endsAt.getTime() + times.settlingSeconds * 1000;
      const updated = await table.update(key, {
        set: { state: 'claimed', owner, leaseUntil, clean: false, enqueued: true },
        add: { attempts: 1 },
        // Of an earlier rejection: it is being tried again.
        remove: ['reason', 'cause'],
        condition:
          'attribute_exists(pk) AND (attribute_not_exists(#lockedUntil) OR #lockedUntil <= :at) AND (#state = :waiting OR (#state = :rejected AND #rejectedBy = :message) OR (#state = :claimedState AND #leaseUntil <= :at))',
        values: {
          waiting: 'waiting',
          rejected: 'rejected',
          message: messageId,
          claimedState: 'claimed',
          at,
        },
      });
      if (updated) {
        const { before, after } = updated;
        const attempt = Number(after.attempts);
        return {
          outcome: 'claimed',
          claim: { key, owner, messageId, attempt, again: attempt > 1 && before.clean !== true, held: after },
        };
      }
      const held = await table.get(key);
      if (!held) return { outcome: 'unknown' };
      if (held.state === 'done') return { outcome: 'done', held };
      const lockedUntil = Number(held.lockedUntil ?? at);
      if (held.state !== 'claimed' && lockedUntil > at)
        return { outcome: 'busy', by: 'lock', untilMs: lockedUntil };
      if (held.state === 'rejected') return { outcome: 'rejected', reason: String(held.reason) };
      // A claim whose answer was lost is sent again by the AWS SDK, and then meets itself.
      if (held.state === 'claimed' && held.owner === owner) {
        const attempt = Number(held.attempts);
        return { outcome: 'claimed', claim: { key, owner, messageId, attempt, again: attempt > 1, held } };
      }
      return { outcome: 'busy', by: 'claim', untilMs: Number(held.leaseUntil ?? at) };
    },

    async complete(claim, receipt, entry, ...further) {
      const changes = {
        set: {
          ...receipt,
          state: 'done',
          doneAt: clock.now().toISOString(),
          // However long it waited before: a receipt outlives every replay.
          expiresAt: expiryAfter(retentionSeconds, clock.now()),
          ...dayFields(clock.now(), entry.event),
        },
        remove: ['owner', 'leaseUntil'],
      };
      return (await update(claim, changes, entry, ...further)) !== undefined;
    },

    async release(claim, note, wrote = 'nothing') {
      // What an earlier attempt may have written stays in doubt, whatever this one did.
      const clean = !claim.again && wrote === 'nothing';
      const changes = { set: { state: 'waiting', clean }, remove: ['owner', 'leaseUntil'] };
      await update(claim, changes, { event: 'retry', note });
    },

    async holdForSettling(claim, note) {
      const leaseUntil = now() + times.settlingSeconds * 1000;
      await update(claim, { set: { leaseUntil } }, { event: 'retry', note });
      return leaseUntil;
    },

    async reject(claim, { reason: given, cause }, wrote = 'perhaps') {
      const reason = shorten(given, maxNoteLength);
      const clean = !claim.again && wrote === 'nothing';
      const changes = {
        set: { state: 'rejected', reason, cause, rejectedBy: claim.messageId, clean },
        remove: ['owner', 'leaseUntil'],
      };
      await update(claim, changes, { event: 'rejected', note: reason });
    },
  };
}

import type { Wrote } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Key, StoredItem, Table } from '../platform/dynamodb-table.ts';
import { retentionSeconds } from './keys.ts';
import { onItsDay } from './records/daily-activity.ts';

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
  | { readonly outcome: 'busy'; readonly untilMs: number }
  /** Another message for this step is a dead letter: it is that one's to be replayed. */
  | { readonly outcome: 'rejected'; readonly reason: string }
  | { readonly outcome: 'unknown' };

/** What happened to a step and when: the journey of an order is read from these. */
export interface HistoryEntry {
  /** ISO instant. */
  readonly at: string;
  /** `queued`, `attempt`, `retry`, `rejected`, `created`, `linked`, `booked` … */
  readonly event: string;
  /** For a person. */
  readonly note?: string;
}

/** More retries than this are counted, not told one by one: an item may not outgrow its 400 KB. */
const maxHistory = 60;

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
  /** Close the claim for good. False when the claim was no longer ours: another attempt has taken over. */
  readonly complete: (
    claim: Claim,
    receipt: Readonly<Record<string, unknown>>,
    entry: Omit<HistoryEntry, 'at'>,
  ) => Promise<boolean>;
  /** Give the claim back after an attempt of which nothing can still be settling. */
  readonly release: (claim: Claim, note: string, wrote?: Exclude<Wrote, 'perhaps'>) => Promise<void>;
  /** Keep the claim through the settling time, after an attempt that ended but may have written. */
  readonly holdForSettling: (claim: Claim, note: string) => Promise<number>;
  /** @param wrote `nothing` when this attempt surely sent nothing to the partner. */
  readonly reject: (claim: Claim, reason: string, wrote?: Wrote) => Promise<void>;
}

export function createClaims(table: Table, clock: Clock, times: ClaimTimes): Claims {
  const now = () => clock.now().getTime();
  const entryOf = (entry: Omit<HistoryEntry, 'at'>): HistoryEntry => ({
    at: clock.now().toISOString(),
    ...entry,
  });
  const ours = { condition: '#owner = :ours' } as const;

  function remember(held: StoredItem, entry: Omit<HistoryEntry, 'at'>) {
    const told = Array.isArray(held.history) ? held.history.length : 0;
    return told < maxHistory ? { append: { history: [entryOf(entry)] } } : {};
  }

  return {
    async claim(key, { owner, messageId, endsAt }) {
      const at = now();
      const leaseUntil = endsAt.getTime() + times.settlingSeconds * 1000;
      const updated = await table.update(key, {
        set: { state: 'claimed', owner, leaseUntil, clean: false, enqueued: true },
        add: { attempts: 1 },
        condition:
          'attribute_exists(pk) AND (#state = :waiting OR (#state = :rejected AND #rejectedBy = :message) OR (#state = :claimedState AND #leaseUntil <= :at))',
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
      if (held.state === 'rejected') return { outcome: 'rejected', reason: String(held.reason) };
      // A claim whose answer was lost is sent again by the AWS SDK, and then meets itself.
      if (held.state === 'claimed' && held.owner === owner) {
        const attempt = Number(held.attempts);
        return { outcome: 'claimed', claim: { key, owner, messageId, attempt, again: attempt > 1, held } };
      }
      return { outcome: 'busy', untilMs: Number(held.leaseUntil ?? at) };
    },

    async complete(claim, receipt, entry) {
      const updated = await table.update(claim.key, {
        set: {
          ...receipt,
          state: 'done',
          doneAt: clock.now().toISOString(),
          // However long it waited before: a receipt outlives every replay.
          expiresAt: Math.floor(now() / 1000) + retentionSeconds,
          ...onItsDay(clock.now(), entry.event),
        },
        append: { history: [entryOf(entry)] },
        remove: ['owner', 'leaseUntil', 'reason'],
        ...ours,
        values: { ours: claim.owner },
      });
      return updated !== undefined;
    },

    async release(claim, note, wrote = 'nothing') {
      // What an earlier attempt may have written stays in doubt, whatever this one did.
      await table.update(claim.key, {
        set: { state: 'waiting', clean: !claim.again && wrote === 'nothing' },
        ...remember(claim.held, { event: 'retry', note }),
        remove: ['owner', 'leaseUntil'],
        ...ours,
        values: { ours: claim.owner },
      });
    },

    async holdForSettling(claim, note) {
      const leaseUntil = now() + times.settlingSeconds * 1000;
      await table.update(claim.key, {
        set: { leaseUntil },
        ...remember(claim.held, { event: 'retry', note }),
        ...ours,
        values: { ours: claim.owner },
      });
      return leaseUntil;
    },

    async reject(claim, reason, wrote = 'perhaps') {
      const clean = !claim.again && wrote === 'nothing';
      await table.update(claim.key, {
        set: { state: 'rejected', reason, rejectedBy: claim.messageId, clean },
        ...remember(claim.held, { event: 'rejected', note: reason }),
        remove: ['owner', 'leaseUntil'],
        ...ours,
        values: { ours: claim.owner },
      });
    },
  };
}

import type { BookingKey } from '../../model/completions.ts';
import type { Key, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Claim, ClaimTimes } from '../claims.ts';
import { bookingKeyOf, erpOrderLockKey, expiryAfter } from '../keys.ts';

/** A booking, and where the lock of its ERP order stands. */
export interface LockedBooking {
  readonly erpOrderNumber: string;
  /** Product order under which the booking is kept. */
  readonly home: string;
  readonly key: BookingKey;
  /**
   * Of the same home: the booking whose claim is the lock. Undefined where other product orders may be booked on the
   * ERP order as well: then that has an item for its lock.
   */
  readonly lock: BookingKey | undefined;
}

/** Who has it: attempts at one booking are counted by its claim. */
export type LockHolder = Pick<Claim, 'owner' | 'attempt'>;

/** Keeps two bookings of one ERP order apart. */
export interface BookingLock {
  /**
   * False while another booking has it. A dead attempt's lock goes to the next one at the same booking at once, as that
   * has the claim now.
   */
  readonly take: (holder: LockHolder, endsAt: Date) => Promise<boolean>;
  /** Ends the holder's own lock; does nothing to one that was taken over. */
  readonly release: (holder: LockHolder) => Promise<void>;
  /** Keeps the holder's own lock until `untilMs`, as what was sent may still be settling. */
  readonly keep: (holder: LockHolder, untilMs: number) => Promise<void>;
}

export interface BookingLocks {
  readonly of: (booking: LockedBooking) => BookingLock;
}

/** The claim says it all: it looks itself at whether another booking has the lock. */
const byClaim: BookingLock = { take: async () => true, release: async () => {}, keep: async () => {} };

export function createBookingLocks(table: Table, clock: Clock, times: ClaimTimes): BookingLocks {
  function lockAt(
    key: Key,
    booking: BookingKey,
    { isOwnItem }: { readonly isOwnItem: boolean },
  ): BookingLock {
    return {
      async take({ owner, attempt }, endsAt) {
        const now = clock.now();
        const lockedUntil = endsAt.getTime() + times.settlingSeconds * 1000;
        const expiresAt = expiryAfter(86_400, new Date(lockedUntil));
        const taken = await table.update(key, {
          set: {
            lockedBy: owner,
            lockedFor: booking,
            lockedAttempt: attempt,
            lockedUntil,
            ...(isOwnItem ? { expiresAt } : {}),
          },
          // Attempts are counted by the claim: a thawed one never takes the lock of its successor.
          condition: `(attribute_not_exists(#lockedUntil) OR #lockedUntil <= :now OR (#lockedFor = :booking AND #lockedAttempt <= :attempt))${
            isOwnItem ? '' : ' AND attribute_exists(#state) AND (#state <> :claimed OR #leaseUntil <= :now)'
          }`,
          values: { now: now.getTime(), booking, attempt, ...(isOwnItem ? {} : { claimed: 'claimed' }) },
        });
        return taken !== undefined;
      },
      async release({ owner }) {
        await table.update(key, {
          remove: ['lockedBy', 'lockedFor', 'lockedAttempt', 'lockedUntil'],
          condition: '#lockedBy = :owner',
          values: { owner },
        });
      },
      async keep({ owner }, untilMs) {
        await table.update(key, {
          set: { lockedUntil: untilMs },
          condition: '#lockedBy = :owner',
          values: { owner },
        });
      },
    };
  }

  return {
    of({ erpOrderNumber, home, key, lock }) {
      if (lock === key) return byClaim;
      return lock === undefined
        ? lockAt(erpOrderLockKey(erpOrderNumber), key, { isOwnItem: true })
        : lockAt(bookingKeyOf(home, lock), key, { isOwnItem: false });
    },
  };
}

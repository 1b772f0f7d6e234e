import type { BookingKey } from '../../model/completions.ts';
import type { Update } from '../../platform/aws/dynamodb-table.ts';
import { type Claim, HeldRecords } from '../claims.ts';
import { erpOrderLockKey } from '../keys.ts';

interface LockedBooking {
  readonly erpOrderNumber: string;
  readonly key: BookingKey;
  /** Whether nothing else can be booked on the ERP order meanwhile: then its claim serves as the lock. */
  readonly isAlone: boolean;
}

export type LockHolder = Pick<Claim, 'owner' | 'attempt'>;

export type BookingLock = ReturnType<BookingLocks['of']>;

export class BookingLocks extends HeldRecords {
  of({ erpOrderNumber, key: booking, isAlone }: LockedBooking) {
    const key = erpOrderLockKey(erpOrderNumber);
    const change = async ({ owner }: LockHolder, changes: Update): Promise<void> => {
      const ours = { condition: '#lockedBy = :owner', values: { owner } };
      if (!isAlone) await this.table.update(key, { ...changes, ...ours });
    };
    return {
      /** False while another booking has it. The next attempt at the same booking has the claim, and takes it over at once. */
      take: async ({ owner, attempt }: LockHolder, endsAt: Date): Promise<boolean> => {
        if (isAlone) return true;
        const lockedUntil = this.leaseUntil(endsAt);
        const expiresAt = this.expiresAt(86_400, new Date(lockedUntil));
        const taken = await this.table.update(key, {
          set: { lockedBy: owner, lockedFor: booking, lockedAttempt: attempt, lockedUntil, expiresAt },
          // The claim counts attempts, so that an attempt that was frozen cannot take the lock of its successor.
          condition:
            'attribute_not_exists(#lockedUntil) OR #lockedUntil <= :now OR (#lockedFor = :booking AND #lockedAttempt <= :attempt)',
          values: { now: this.clock.now().getTime(), booking, attempt },
        });
        return taken !== undefined;
      },
      /** Does nothing when another attempt has taken it over. */
      release: (holder: LockHolder) =>
        change(holder, { remove: ['lockedBy', 'lockedFor', 'lockedAttempt', 'lockedUntil'] }),
      /** Keeps the holder's lock until `untilMs`, as what was sent may still be settling. */
      keep: (holder: LockHolder, untilMs: number) => change(holder, { set: { lockedUntil: untilMs } }),
    };
  }
}

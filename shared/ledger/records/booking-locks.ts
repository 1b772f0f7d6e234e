import type { BookingKey } from '../../model/completions.ts';
import type { Update } from '../../platform/aws/dynamodb-table.ts';
import type { Claim } from '../claims.ts';
import { erpOrderLockKey } from '../keys.ts';
import { Records } from './records.ts';

/** Of ERP orders on which several bookings may be made; elsewhere the claim of the only one serves as the lock. */
export class BookingLocks extends Records {
  /** The lock as it is held by an attempt at a booking. */
  of(erpOrderNumber: string, booking: BookingKey, { owner, attempt }: Pick<Claim, 'owner' | 'attempt'>) {
    const key = erpOrderLockKey(erpOrderNumber);
    /** Does nothing when another attempt has taken it over. */
    const change = async (changes: Update): Promise<void> => {
      await this.table.update(key, { ...changes, condition: '#lockedBy = :owner', values: { owner } });
    };
    return {
      /** False while another booking has it. The next attempt at the same booking has the claim, and takes it over at once. */
      take: async (endsAt: Date): Promise<boolean> => {
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
      release: () => change({ remove: ['lockedBy', 'lockedFor', 'lockedAttempt', 'lockedUntil'] }),
      /** Keeps it until `untilMs`, as what was sent may still be settling. */
      keep: (untilMs: number) => change({ set: { lockedUntil: untilMs } }),
    };
  }
}

import type { BookingKey } from '../../model/completions.ts';
import type { Table, Update } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Claim, Claims } from '../claims.ts';
import { erpOrderLockKey } from '../keys.ts';
import { Records } from './records.ts';

/** A booking, and the lock of its ERP order. */
interface LockedBooking {
  readonly erpOrderNumber: string;
  readonly key: BookingKey;
  /** Whether nothing else can be booked on the ERP order meanwhile: then its claim serves as the lock. */
  readonly isAlone: boolean;
}

/** The attempt that has the lock. */
export type LockHolder = Pick<Claim, 'owner' | 'attempt'>;

/** Keeps two bookings of one ERP order apart. */
export interface BookingLock {
  /**
   * False while another booking has it. The next attempt at the same booking takes over the lock of a dead one at once,
   * as it has the claim.
   */
  readonly take: (holder: LockHolder, endsAt: Date) => Promise<boolean>;
  /** Releases the holder's lock; does nothing when another attempt has taken it over. */
  readonly release: (holder: LockHolder) => Promise<void>;
  /** Keeps the holder's lock until `untilMs`, as what was sent may still be settling. */
  readonly keep: (holder: LockHolder, untilMs: number) => Promise<void>;
}

/** For the booking whose claim is the lock. */
const byClaim: BookingLock = { take: async () => true, release: async () => {}, keep: async () => {} };

export class BookingLocks extends Records {
  readonly #claims: Pick<Claims, 'leaseUntil'>;

  constructor(table: Table, clock: Clock, claims: Pick<Claims, 'leaseUntil'>) {
    super(table, clock);
    this.#claims = claims;
  }

  of({ erpOrderNumber, key: booking, isAlone }: LockedBooking): BookingLock {
    if (isAlone) return byClaim;
    const key = erpOrderLockKey(erpOrderNumber);
    /** Only while the lock is the holder's. */
    const change = async ({ owner }: LockHolder, changes: Update): Promise<void> => {
      await this.table.update(key, { ...changes, condition: '#lockedBy = :owner', values: { owner } });
    };
    return {
      take: async ({ owner, attempt }, endsAt) => {
        const lockedUntil = this.#claims.leaseUntil(endsAt);
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
      release: (holder) =>
        change(holder, { remove: ['lockedBy', 'lockedFor', 'lockedAttempt', 'lockedUntil'] }),
      keep: (holder, untilMs) => change(holder, { set: { lockedUntil: untilMs } }),
    };
  }
}

import * as z from 'zod/mini';
import type { BookingKey, CompletedProductOrder } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { Quantity } from '../../model/quantity.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Table } from '../../platform/dynamodb-table.ts';
import type { Claim, Claimant, ClaimTimes } from '../claims.ts';
import {
  bookingKeyOf,
  bookingPrefix,
  completedPartKey,
  completedPartPrefix,
  lockKey,
  partitionOf,
  recordingKey,
  retentionSeconds,
} from '../keys.ts';

/** A booking that is planned, under way or done. */
export interface BookingEntry {
  readonly key: BookingKey;
  readonly kind: 'quantity' | 'amendment';
  /** Recordings that this booking tells of. */
  readonly recordingIds: readonly string[];
  readonly productOrder: ProductOrderRef;
  readonly state: 'waiting' | 'claimed' | 'done' | 'rejected';
  readonly plannedAt: Date;
  /** The message whose attempt planned it. */
  readonly plannedFor: string;
  /** When the booking was handed to the queue; undefined when that is still to do. */
  readonly sentAt: string | undefined;
  /** What was booked, once it is. */
  readonly booked?: BookedFigures;
}

/** A booking in figures: its texts may name persons, and stay in the ERP. */
export interface BookedFigures {
  /** Absent for an amendment. */
  readonly good?: Quantity;
  readonly scrap?: Quantity;
  readonly lots: number;
  readonly notes: number;
  readonly links: number;
}

export interface PlannedBooking {
  readonly key: BookingKey;
  readonly kind: 'quantity' | 'amendment';
  readonly recordingIds: readonly string[];
  readonly erpOrder: ErpOrderRef;
  readonly productOrder: ProductOrderRef;
}

/** The attempt that books: it has the claim of its booking. */
export interface LockHolder extends Pick<Claim, 'owner' | 'attempt'> {
  readonly booking: BookingKey;
}

/** The attempt that plans, and the message that it works on. */
export type Planner = Pick<Claimant, 'owner' | 'messageId'>;

export interface Bookings {
  /** All bookings of a product order, the planned ones too. */
  readonly of: (number: string) => Promise<BookingEntry[]>;
  /** Write down what is going to be booked, before it is sent; false when another planner was first. */
  readonly plan: (number: string, booking: PlannedBooking, planner: Planner) => Promise<boolean>;
  readonly markSent: (number: string, key: BookingKey) => Promise<void>;
  /**
   * Lock the ERP order for one booking; false while another has it. A dead attempt's lock goes to the next one at
   * the same booking at once, as that has the claim now.
   */
  readonly lock: (erpOrderNumber: string, holder: LockHolder, endsAt: Date) => Promise<boolean>;
  /** Ends the holder's own lock; does nothing to one that was taken over. */
  readonly unlock: (erpOrderNumber: string, holder: LockHolder) => Promise<void>;
  /** Keep the holder's own lock until `untilMs`, as what was sent may still be settling. */
  readonly keepLocked: (erpOrderNumber: string, holder: LockHolder, untilMs: number) => Promise<void>;
  /** Note a completed part of a split order, as it is now; answers all parts completed so far. */
  readonly recordCompletedPart: (erpOrderNumber: string, part: CompletedPart) => Promise<CompletedPart[]>;
}

/** A completed product order of a split ERP order, with what was read of it. */
export interface CompletedPart {
  readonly number: string;
  /** The product order as it was read, without its recordings. */
  readonly facts: CompletedProductOrder;
  readonly recordingIds: readonly string[];
}

const quantitySchema = z.object({ amount: z.string(), unit: z.exactOptional(z.string()) });
const storedSchema = z.object({
  key: z.string(),
  kind: z.enum(['quantity', 'amendment']),
  recordingIds: z.array(z.string()),
  productOrder: z.object({ id: z.string(), number: z.string(), url: z.exactOptional(z.string()) }),
  state: z.enum(['waiting', 'claimed', 'done', 'rejected']),
  plannedAt: z.string(),
  plannedFor: z.string(),
  sentAt: z.exactOptional(z.string()),
  booked: z.exactOptional(
    z.object({
      good: z.exactOptional(quantitySchema),
      scrap: z.exactOptional(quantitySchema),
      lots: z.number(),
      notes: z.number(),
      links: z.number(),
    }),
  ),
});
const partSchema = z.object({
  number: z.string(),
  // Only partCompleted() writes it, as the text of what it was given.
  facts: z.pipe(
    z.string(),
    z.transform((text): CompletedProductOrder => JSON.parse(text)),
  ),
  recordingIds: z.array(z.string()),
});

export function createBookings(table: Table, clock: Clock, times: ClaimTimes): Bookings {
  const expiresAt = () => Math.floor(clock.now().getTime() / 1000) + retentionSeconds;

  return {
    async of(number) {
      const stored = await table.query(partitionOf(number), bookingPrefix);
      return stored.map((each) => {
        const { sentAt, plannedAt, ...entry } = z.parse(storedSchema, each);
        return { ...entry, sentAt, plannedAt: new Date(plannedAt) };
      });
    },

    async plan(number, booking, planner) {
      const isNew = await table.putIf({
        ...bookingKeyOf(number, booking.key),
        ...booking,
        planner: planner.owner,
        plannedFor: planner.messageId,
        state: 'waiting',
        plannedAt: clock.now().toISOString(),
        attempts: 0,
        history: [
          {
            at: clock.now().toISOString(),
            event: 'collected',
            note: `${booking.recordingIds.length} recording(s)`,
          },
        ],
        expiresAt: expiresAt(),
      });
      // A write whose answer was lost is sent again by the AWS SDK, and then meets itself.
      const planned =
        isNew || (await table.get(bookingKeyOf(number, booking.key)))?.planner === planner.owner;
      if (planned) {
        await Promise.all(
          booking.recordingIds.map((recordingId) =>
            table.putIf({ ...recordingKey(number, recordingId), recordingId, expiresAt: expiresAt() }),
          ),
        );
      }
      return planned;
    },

    async markSent(number, key) {
      await table.update(bookingKeyOf(number, key), { set: { sentAt: clock.now().toISOString() } });
    },

    lock(erpOrderNumber, { booking, owner, attempt }, endsAt) {
      const now = clock.now().getTime();
      const leaseUntil = endsAt.getTime() + times.settlingSeconds * 1000;
      return table.putIf(
        {
          ...lockKey(erpOrderNumber),
          holder: owner,
          booking,
          attempt,
          leaseUntil,
          expiresAt: Math.ceil(leaseUntil / 1000) + 86_400,
        },
        // Attempts are counted by the claim: a thawed one never takes the lock of its successor.
        'attribute_not_exists(pk) OR (booking = :booking AND attempt <= :attempt) OR leaseUntil <= :now',
        { booking, attempt, now },
      );
    },

    async unlock(erpOrderNumber, { owner }) {
      await table.remove(lockKey(erpOrderNumber), 'holder = :owner', { owner });
    },

    async keepLocked(erpOrderNumber, { owner }, untilMs) {
      await table.update(lockKey(erpOrderNumber), {
        set: { leaseUntil: untilMs },
        condition: '#holder = :owner',
        values: { owner },
      });
    },

    async recordCompletedPart(erpOrderNumber, part) {
      const key = completedPartKey(erpOrderNumber, part.number);
      const content = { ...part, facts: JSON.stringify(part.facts), expiresAt: expiresAt() };
      if (!(await table.putIf({ ...key, ...content }))) {
        const earlier = z.parse(partSchema, await table.get(key));
        const recordingIds = [...new Set([...earlier.recordingIds, ...part.recordingIds])];
        await table.update(key, { set: { ...content, recordingIds } });
      }
      const stored = await table.query(`ERP-ORDER#${erpOrderNumber}`, completedPartPrefix);
      return stored.map((each) => z.parse(partSchema, each));
    },
  };
}

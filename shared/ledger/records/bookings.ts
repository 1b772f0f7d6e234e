import * as z from 'zod/mini';
import type { BookingKey } from '../../model/completions.ts';
import type { Cause } from '../../model/errors.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { Quantity } from '../../model/quantity.ts';
import type { StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Claimant } from '../claims.ts';
import { storedCauseSchema, withEntry } from '../history.ts';
import {
  bookingKeyOf,
  bookingPrefix,
  expiryAfter,
  partitionOf,
  recordingKey,
  retentionSeconds,
} from '../keys.ts';

/** A booking that is planned, under way or done. */
export interface BookingEntry extends PlannedBooking {
  readonly state: 'waiting' | 'claimed' | 'done' | 'rejected';
  /** Nothing was ever sent to the ERP that may have booked it. */
  readonly surelyNotBooked: boolean;
  readonly plannedAt: Date;
  /** The message whose attempt planned it. */
  readonly plannedFor: string;
  /** Its message is known to have been sent: it was claimed, or sent once more. */
  readonly enqueued: boolean;
  /** Cause code of its rejection. */
  readonly cause?: Cause;
  /** What was booked, once it is. */
  readonly booked?: BookedFigures;
  /** `awaited` while the ERP has taken it and its movement of stock is not seen yet. No connector says so today. */
  readonly confirmation?: 'awaited' | 'seen';
  /** Key of the booking that corrects this one. Nothing corrects a booking today. */
  readonly successor?: BookingKey;
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

/**
 * Bytes of a planned booking as JSON, so that its item stays below 64 KB with its history: some 1,800 recordings of
 * 500 parts. An id of Azumuta has 17 characters.
 */
export const maxPlannedBytes = 40 * 1024;

/** What is going to be booked. */
export interface PlannedBooking {
  readonly key: BookingKey;
  readonly kind: 'quantity' | 'amendment';
  /** Indexes of the parts of the ERP order that it tells of; 1 for an order that is not split. */
  readonly parts: readonly number[];
  /** Recordings that it tells of. */
  readonly recordingIds: readonly string[];
  readonly erpOrder: ErpOrderRef;
  /** The first of its product orders. */
  readonly productOrder: ProductOrderRef;
}

/** The attempt that plans, and the message that it works on. */
export type Planner = Pick<Claimant, 'owner' | 'messageId'>;

export interface Bookings {
  /** All bookings of a product order, the planned ones too. */
  readonly of: (number: string) => Promise<BookingEntry[]>;
  /** Write down what is going to be booked, before it is sent; false when another planner was first. */
  readonly plan: (number: string, booking: PlannedBooking, planner: Planner) => Promise<boolean>;
  /** Plan a rejected booking anew, on purpose; false when it is not rejected any more. */
  readonly planAgain: (number: string, booking: PlannedBooking, planner: Planner) => Promise<boolean>;
  /** Its message was sent once more: from now on it is known to have been sent. */
  readonly markSentAgain: (number: string, key: BookingKey) => Promise<void>;
}

const quantitySchema = z.object({ amount: z.string(), unit: z.exactOptional(z.string()) });
export const storedSchema = z.object({
  key: z.string(),
  kind: z.enum(['quantity', 'amendment']),
  parts: z.array(z.number()),
  recordingIds: z.array(z.string()),
  erpOrder: z.object({ number: z.string(), id: z.exactOptional(z.string()) }),
  productOrder: z.object({ id: z.string(), number: z.string(), url: z.exactOptional(z.string()) }),
  state: z.enum(['waiting', 'claimed', 'done', 'rejected']),
  attempts: z.number(),
  clean: z._default(z.boolean(), false),
  plannedAt: z.string(),
  plannedFor: z.string(),
  enqueued: z._default(z.boolean(), false),
  cause: z.exactOptional(storedCauseSchema),
  confirmation: z.exactOptional(z.enum(['awaited', 'seen'])),
  successor: z.exactOptional(z.string()),
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

/** A stored booking as an entry. Throws on an item that is not one: only this module writes them. */
export function bookingEntryOf(stored: StoredItem): BookingEntry {
  const { plannedAt, attempts, clean, ...entry } = z.parse(storedSchema, stored);
  const ended = entry.state === 'waiting' || entry.state === 'rejected';
  return {
    ...entry,
    plannedAt: new Date(plannedAt),
    surelyNotBooked: ended && (attempts === 0 || clean),
  };
}

export function createBookings(table: Table, clock: Clock): Bookings {
  const expiresAt = () => expiryAfter(retentionSeconds, clock.now());
  const collected = ({ recordingIds }: PlannedBooking) => ({
    at: clock.now().toISOString(),
    event: 'collected',
    note: `${recordingIds.length} recording(s)`,
  });

  /**
   * A booking leads to its order by its first recording; further ones have an item each, written before the booking, so
   * that none is planned whose recordings do not lead to their order.
   */
  async function noteFurther(number: string, [, ...further]: readonly string[]): Promise<void> {
    await Promise.all(
      further.map((recordingId) =>
        table.putIf({
          ...recordingKey(number, recordingId),
          v: 1,
          azumutaId: recordingId,
          expiresAt: expiresAt(),
        }),
      ),
    );
  }

  return {
    async of(number) {
      const stored = await table.query(partitionOf(number), bookingPrefix);
      return stored.map(bookingEntryOf);
    },

    async plan(number, booking, planner) {
      await noteFurther(number, booking.recordingIds);
      const isNew = await table.putIf({
        ...bookingKeyOf(number, booking.key),
        ...booking,
        azumutaId: booking.recordingIds[0],
        v: 1,
        planner: planner.owner,
        plannedFor: planner.messageId,
        state: 'waiting',
        plannedAt: clock.now().toISOString(),
        attempts: 0,
        history: [collected(booking)],
        expiresAt: expiresAt(),
      });
      // A write whose answer was lost is sent again by the AWS SDK, and then meets itself.
      return isNew || (await table.get(bookingKeyOf(number, booking.key)))?.planner === planner.owner;
    },

    async planAgain(number, booking, planner) {
      await noteFurther(number, booking.recordingIds);
      const key = bookingKeyOf(number, booking.key);
      const changes = {
        set: {
          ...booking,
          planner: planner.owner,
          plannedFor: planner.messageId,
          state: 'waiting',
          enqueued: false,
          plannedAt: clock.now().toISOString(),
        },
        remove: ['reason', 'cause', 'rejectedBy'],
      };
      const planned = await table.update(key, {
        ...withEntry(changes, await table.get(key), collected(booking)),
        condition: '#state = :rejected',
        values: { rejected: 'rejected' },
      });
      return planned !== undefined || (await table.get(key))?.planner === planner.owner;
    },

    async markSentAgain(number, key) {
      await table.update(bookingKeyOf(number, key), {
        set: { enqueued: true },
        condition: '#state = :waiting',
        values: { waiting: 'waiting' },
      });
    },
  };
}

import * as z from 'zod/mini';
import type { BookingKey } from '../../model/completions.ts';
import type { DeepReadonly, StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Claimant, claimStates, isNothingSent } from '../claims.ts';
import { storedCauseSchema, storedInstantSchema, withEntry } from '../history.ts';
import {
  bookingKeyOf,
  bookingPrefix,
  expiryAfter,
  partitionOf,
  recordingKey,
  retentionSeconds,
} from '../keys.ts';
import { erpOrderRefSchema, productOrderRefSchema } from './erp-orders.ts';

/**
 * Bytes of a planned booking as JSON, so that its item stays below 64 KB with its history: some 1,800 recordings of
 * 500 parts. An id of Azumuta has 17 characters.
 */
export const maxPlannedBytes = 40 * 1024;

const quantitySchema = z.object({ amount: z.string(), unit: z.exactOptional(z.string()) });

const figuresSchema = z.object({
  /** Absent for an amendment. */
  good: z.exactOptional(quantitySchema),
  scrap: z.exactOptional(quantitySchema),
  lots: z.number(),
  notes: z.number(),
  links: z.number(),
});
/** A booking in figures. Its texts may name persons, so they stay in the ERP. */
export type BookedFigures = DeepReadonly<z.output<typeof figuresSchema>>;

const plannedSchema = z.object({
  key: z.string(),
  kind: z.enum(['quantity', 'amendment']),
  /** Indexes of the parts of the ERP order that it covers; 1 for an order that is not split. */
  parts: z.array(z.number()),
  /** Recordings that it covers. */
  recordingIds: z.array(z.string()),
  erpOrder: erpOrderRefSchema,
  /** The first of its product orders. */
  productOrder: productOrderRefSchema,
});
/** What is going to be booked. */
export type PlannedBooking = DeepReadonly<z.output<typeof plannedSchema>>;

export const storedSchema = z.object({
  ...plannedSchema.shape,
  state: z.enum(claimStates),
  attempts: z.number(),
  clean: z._default(z.boolean(), false),
  plannedAt: storedInstantSchema,
  /** The message whose attempt planned it. */
  plannedFor: z.string(),
  /** Its message is known to have been sent: it was claimed, or sent once more. */
  enqueued: z._default(z.boolean(), false),
  /** Cause code of its rejection. */
  cause: z.exactOptional(storedCauseSchema),
  /** `awaited` while the ERP has accepted it and its stock movement is not seen yet. No connector sets this today. */
  confirmation: z.exactOptional(z.enum(['awaited', 'seen'])),
  /** Key of the booking that corrects this one. Nothing corrects a booking today. */
  successor: z.exactOptional(z.string()),
  /** What was booked, once it is. */
  booked: z.exactOptional(figuresSchema),
});

/** A booking that is planned, under way or done. */
export interface BookingEntry
  extends DeepReadonly<Omit<z.output<typeof storedSchema>, 'attempts' | 'clean'>> {
  /** Nothing was ever sent to the ERP that may have booked it. */
  readonly surelyNotBooked: boolean;
}

/** The entry of a stored booking. Throws on another item: only this module writes them. */
export function bookingEntryOf(stored: StoredItem): BookingEntry {
  const { attempts, clean, ...entry } = z.parse(storedSchema, stored);
  return { ...entry, surelyNotBooked: isNothingSent({ state: entry.state, attempts, clean }) };
}

/** The attempt that plans, and its message. */
export type Planner = Pick<Claimant, 'owner' | 'messageId'>;

export function createBookings(table: Table, clock: Clock) {
  const expiresAt = () => expiryAfter(retentionSeconds, clock.now());
  const collected = ({ recordingIds }: PlannedBooking) => ({
    event: 'collected',
    note: `${recordingIds.length} recording(s)`,
  });

  /**
   * The index leads from a booking's first recording to its order. Further recordings have an item each, written before
   * the booking, so that every recording of a planned booking leads to its order.
   */
  async function indexFurther(number: string, [, ...further]: readonly string[]): Promise<void> {
    await Promise.all(
      further.map((azumutaId) =>
        table.putIf({ ...recordingKey(number, azumutaId), v: 1, azumutaId, expiresAt: expiresAt() }),
      ),
    );
  }

  const planned = (booking: PlannedBooking, planner: Planner) => ({
    ...booking,
    planner: planner.owner,
    plannedFor: planner.messageId,
    state: 'waiting',
    plannedAt: clock.now().toISOString(),
  });

  return {
    /** All bookings of a product order, including planned ones. */
    async of(number: string): Promise<BookingEntry[]> {
      const stored = await table.query(partitionOf(number), bookingPrefix);
      return stored.map(bookingEntryOf);
    },

    /** Records what is going to be booked, before it is sent; false when another planner was first. */
    async plan(number: string, booking: PlannedBooking, planner: Planner): Promise<boolean> {
      await indexFurther(number, booking.recordingIds);
      const key = bookingKeyOf(number, booking.key);
      const isNew = await table.putIf({
        ...key,
        ...planned(booking, planner),
        azumutaId: booking.recordingIds[0],
        v: 1,
        attempts: 0,
        history: [{ at: clock.now().toISOString(), ...collected(booking) }],
        expiresAt: expiresAt(),
      });
      // The AWS SDK repeats a write whose answer was lost, and then finds its own item.
      return isNew || (await table.get(key))?.planner === planner.owner;
    },

    /** Plans a rejected booking again, when an operator asks for it; false when it is no longer rejected. */
    async planAgain(number: string, booking: PlannedBooking, planner: Planner): Promise<boolean> {
      await indexFurther(number, booking.recordingIds);
      const key = bookingKeyOf(number, booking.key);
      const changes = {
        set: { ...planned(booking, planner), enqueued: false },
        remove: ['reason', 'cause', 'rejectedBy'],
      };
      const updated = await table.update(key, {
        ...withEntry(changes, await table.get(key), clock.now(), collected(booking)),
        condition: '#state = :rejected',
        values: { rejected: 'rejected' },
      });
      return updated !== undefined || (await table.get(key))?.planner === planner.owner;
    },

    /** Its message was sent once more, so it is known to have been sent. */
    async markSentAgain(number: string, key: BookingKey): Promise<void> {
      await table.update(bookingKeyOf(number, key), {
        set: { enqueued: true },
        condition: '#state = :waiting',
        values: { waiting: 'waiting' },
      });
    },
  };
}

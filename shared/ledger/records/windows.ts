import * as z from 'zod/mini';
import type { DeepReadonly, StoredItem } from '../../platform/aws/dynamodb-table.ts';
import { windowKey } from '../keys.ts';
import { Records } from './records.ts';

/** Its word in the index of what is awaited: who asks for what is overdue asks for another one, and so does 0.3.0. */
export const awaitedTime = 'window';

export const bookingWindowSchema = z.object({
  awaiting: z.literal(awaitedTime),
  /** When the first of its parts came. */
  since: z.coerce.date(),
  /** When somebody looks at it: the next time of the plant, as it was then, or an hour after a hint was sent (epoch milliseconds). */
  dueAt: z.number(),
});
/** Of an ERP order whose parts are booked at the times of the plant: it is there while a completed part is in no booking. */
export type BookingWindow = Omit<DeepReadonly<z.output<typeof bookingWindowSchema>>, 'awaiting'>;

/** Undefined where there is none; one that has ended leaves its item. */
export function bookingWindowOf(stored: StoredItem | undefined): BookingWindow | undefined {
  return z.safeParse(bookingWindowSchema, stored).data;
}

/** They are kept at the number under which the bookings of their ERP order are kept. */
export class BookingWindows extends Records {
  async find(home: string): Promise<BookingWindow | undefined> {
    return bookingWindowOf(await this.table.get(windowKey(home)));
  }

  /** Does nothing where there is one. */
  async begin(home: string, dueAt: Date): Promise<void> {
    const since = this.clock.now().toISOString();
    const set = { awaiting: awaitedTime, since, dueAt: dueAt.getTime(), expiresAt: this.expiresAt() };
    await this.table.update(windowKey(home), { set, condition: 'attribute_not_exists(#awaiting)' });
  }

  /** Does nothing where another one has begun since. */
  async end(home: string, { since }: BookingWindow): Promise<void> {
    const remove = ['awaiting', 'since', 'dueAt'];
    const values = { seen: since.toISOString() };
    await this.table.update(windowKey(home), { remove, condition: '#since = :seen', values });
  }
}

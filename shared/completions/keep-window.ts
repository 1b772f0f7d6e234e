import type { CompletionsLedger } from '../ledger/ledger.ts';
import { type BookingEntry, bookedParts, type PlannedBooking } from '../ledger/records/bookings.ts';
import { isBookedTogether, type OrderEntry } from '../ledger/records/product-orders.ts';
import type { BookingWindow } from '../ledger/records/windows.ts';
import type { Clock } from '../platform/clock.ts';
import { type BookingTimes, nextBookingTime } from './booking-times.ts';
import { type PartsInNoBooking, partsInNoBooking } from './decide-window.ts';

interface WindowDependencies {
  readonly ledger: Pick<CompletionsLedger, 'erpOrders' | 'windows'>;
  readonly clock: Pick<Clock, 'now'>;
}

interface OrderWithWindow {
  readonly entry: OrderEntry;
  readonly home: string;
  readonly bookings: readonly Pick<PlannedBooking | BookingEntry, 'kind' | 'parts'>[];
}

/** The parts of an ERP order that are completed and in none of these bookings. */
export async function readPartsInNoBooking(
  { entry, bookings }: Pick<OrderWithWindow, 'entry' | 'bookings'>,
  { erpOrders }: Pick<CompletionsLedger, 'erpOrders'>,
): Promise<PartsInNoBooking> {
  const record = await erpOrders.find(entry.erpOrder);
  if (!record) return { toBook: [], surplus: [] };
  return partsInNoBooking(await erpOrders.partsOf(record), record.split, bookedParts(bookings));
}

/**
 * Has a window there exactly while a completed part is in no booking, where the plant has times. Every hint about such an
 * order does it as it ends, and notes its completed part before:
 *
 *   hint of a part    notes the part ── finds a window ─────────────── needs none
 *   hint that books                      finds no part ─ ends it ──── looks again: finds the part, and begins one
 *
 * So a part that is completed while others are booked has a window, whichever of the two is first.
 */
export async function keepWindow(
  order: { readonly entry: OrderEntry | undefined } & Omit<OrderWithWindow, 'entry'>,
  times: BookingTimes | undefined,
  dependencies: WindowDependencies,
): Promise<void> {
  const { entry, home, bookings } = order;
  if (!times || !isBookedTogether(entry)) return;
  const { ledger, clock } = dependencies;
  const begin = () => ledger.windows.begin(home, nextBookingTime(times, clock.now()));
  const { toBook } = await readPartsInNoBooking({ entry, bookings }, ledger);
  const window = await ledger.windows.find(home);
  if (toBook.length > 0 && !window) await begin();
  if (toBook.length > 0 || !window) return;
  await endWindow({ entry, home, bookings }, window, times, dependencies);
}

/** Ends a window of which every part is in a booking, unless another part comes at this moment. */
export async function endWindow(
  { entry, home, bookings }: OrderWithWindow,
  window: BookingWindow,
  times: BookingTimes,
  { ledger, clock }: WindowDependencies,
): Promise<void> {
  await ledger.windows.end(home, window);
  const { toBook } = await readPartsInNoBooking({ entry, bookings }, ledger);
  if (toBook.length > 0) await ledger.windows.begin(home, nextBookingTime(times, clock.now()));
}

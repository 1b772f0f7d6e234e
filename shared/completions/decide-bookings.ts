import type { AzumutaProductOrder } from '../azumuta/translate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BookingEntry, CompletedPart, PlannedBooking } from '../ledger/records/bookings.ts';
import type { ErpOrderRef, Part, ProductOrderRef } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';

/** What is booked now: one product order, or all parts of an ERP order that are booked together. */
export interface Collection {
  readonly part: Part;
  /** Product order under which the ledger keeps the bookings. */
  readonly home: string;
  readonly erpOrder: ErpOrderRef;
  readonly orders: readonly CompletedPart[];
  /** The product order that the hint was about. */
  readonly current: AzumutaProductOrder;
}

export interface PlanDependencies {
  readonly ledger: Pick<Ledger, 'bookings'>;
  readonly clock: Clock;
}

/** No attempt runs longer than its function's timeout, a minute. */
const maxAttemptMs = 2 * 60_000;

/**
 * Writes down what is going to be booked; answers all that was planned and not yet sent. The quantity is planned
 * once for ever; recordings that no plan tells of yet are amendments.
 */
export async function planBookings(
  collection: Collection,
  attempt: WorkAttempt,
  dependencies: PlanDependencies,
): Promise<PlannedBooking[]> {
  const { part, home, erpOrder, orders, current } = collection;
  const { ledger, clock } = dependencies;
  const quantityKey = `${isBookedTogether(part) ? erpOrder.number : current.id}#quantity`;
  const earlier = await ledger.bookings.of(home);
  const told = recordingsToldOf(earlier);
  const untold = orders.flatMap(({ recordingIds, facts: { productOrder } }) =>
    recordingIds.filter((id) => !told.has(id)).map((id) => ({ id, productOrder })),
  );
  const wanted: PlannedBooking[] = earlier.some(({ key }) => key === quantityKey)
    ? untold.map(({ id, productOrder }) => ({
        key: `${productOrder.id}#recording#${id}`,
        kind: 'amendment',
        recordingIds: [id],
        erpOrder,
        productOrder,
      }))
    : [
        {
          key: quantityKey,
          kind: 'quantity',
          recordingIds: untold.map(({ id }) => id),
          erpOrder,
          productOrder: refOf(current),
        },
      ];
  const planned = earlier
    .filter((booking) => isAbandoned(booking, attempt, clock))
    .map(
      ({ key, kind, recordingIds, productOrder }): PlannedBooking => ({
        key,
        kind,
        recordingIds,
        erpOrder,
        productOrder,
      }),
    );
  for (const booking of wanted) {
    if (await ledger.bookings.plan(home, booking, attempt)) planned.push(booking);
    // Planned at this very moment by another attempt, which sends it, or comes again and does. What that one
    // has not heard of is an amendment now.
    else if (booking.kind === 'quantity') return planBookings(collection, attempt, dependencies);
  }
  if (planned.length === 0) attempt.log.info('Nothing new: every recording is booked or on its way');
  return planned;
}

/** Recordings that are in a booking already, or planned to be. */
export function recordingsToldOf(bookings: readonly BookingEntry[]): ReadonlySet<string> {
  return new Set(bookings.flatMap(({ recordingIds }) => recordingIds));
}

/** Whether the ERP is told once, when all parts of its order are completed. */
export function isBookedTogether({ of, book }: Part): boolean {
  return of > 1 && book === 'when-all-done';
}

/** Planned and never sent: by an earlier attempt at this very message, or by one long gone. */
function isAbandoned(
  { sentAt, state, plannedAt, plannedFor }: BookingEntry,
  attempt: WorkAttempt,
  clock: Clock,
): boolean {
  if (sentAt !== undefined || state !== 'waiting') return false;
  return plannedFor === attempt.messageId || clock.now().getTime() - plannedAt.getTime() > maxAttemptMs;
}

function refOf({ id, number, url }: AzumutaProductOrder): ProductOrderRef {
  return url ? { id, number, url } : { id, number };
}

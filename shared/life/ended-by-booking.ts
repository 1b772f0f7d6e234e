import { type Concern, kindsEndedBy } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';

/** Concerns that end once its quantity is booked; not where the ERP wants more than was made: it says that of what is booked. */
export function concernsEndedByBooking(entry: OrderEntry, concerns: readonly Concern[]): readonly Concern[] {
  const kinds = kindsEndedBy('booking');
  const wantsMore = ({ kind, wanted }: Concern) =>
    kind === 'changed' && (!wanted || Number(wanted.erpOrder.amount) > Number(entry.erpOrder.amount));
  return concerns.filter((concern) => kinds.includes(concern.kind) && !wantsMore(concern));
}

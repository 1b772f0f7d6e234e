import type { Concern, OrderConcernKind } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';

/** Nothing can be put right in Azumuta any more. Whether a number was used again, only a person knows. */
export const kindsEndedByBooking = [
  'changed',
  'unwanted',
  'removed',
] as const satisfies readonly OrderConcernKind[];

/** Concerns that end once its quantity is booked; not where the ERP wants more than was made: it says that of what is booked. */
export function concernsEndedByBooking(entry: OrderEntry, concerns: readonly Concern[]): readonly Concern[] {
  const kinds: readonly OrderConcernKind[] = kindsEndedByBooking;
  const wantsMore = ({ kind, wanted }: Concern) =>
    kind === 'changed' && (!wanted || Number(wanted.erpOrder.amount) > Number(entry.erpOrder.amount));
  return concerns.filter((concern) => kinds.includes(concern.kind) && !wantsMore(concern));
}

import type { Concern } from '../ledger/records/concerns.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { endInWords } from '../ledger/records/order-end.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { type LifeFacts, lifeOf } from '../life/life.ts';
import { sentence } from '../model/text.ts';
import type { OrderStatus, ProductOrderStatus } from './endpoint/answers.ts';

/** The status of a product order whose concerns are known to be none, or are named with it. */
export function statusOfEntry({
  number,
  state,
  productOrder,
  reason,
  cause,
}: OrderEntry): ProductOrderStatus {
  if (state === 'done') return { number, status: 'exists', id: productOrder?.id, url: productOrder?.url };
  if (state === 'rejected') return { number, status: 'rejected', reason, cause };
  return { number, status: 'queued' };
}

/** The status of a product order by all that the ledger holds of it: it does not just exist while something is open about it. */
export function statusOfKnown(
  facts: LifeFacts & Pick<KnownOrder, 'concerns' | 'deadLetters'> & { readonly entry: OrderEntry },
): ProductOrderStatus {
  const { stage } = lifeOf(facts);
  const status = { ...statusOfEntry(facts.entry), stage };
  if (stage === 'given up')
    return { ...status, status: 'rejected', reason: endInWords(facts.entry.end ?? { by: 'a person' }) };
  const deadLetters = facts.deadLetters.map(({ reason: note, cause = 'internal-error' }) => ({
    note,
    cause,
  }));
  const [open] = [...facts.concerns, ...deadLetters];
  return open && status.status === 'exists' ? inConflict(status, open) : status;
}

export function inConflict(
  status: ProductOrderStatus,
  { note, cause }: Pick<Concern, 'note' | 'cause'>,
  says = sentence(note),
): ProductOrderStatus {
  return { ...status, status: 'conflict', reason: says, cause };
}

/** The status of an ERP order: the worst of its product orders, as a person must look at that first. */
export function overallStatus(productOrders: readonly ProductOrderStatus[]): OrderStatus {
  const order: readonly OrderStatus[] = ['rejected', 'conflict', 'queued', 'exists'];
  return order.find((status) => productOrders.some((one) => one.status === status)) ?? 'rejected';
}

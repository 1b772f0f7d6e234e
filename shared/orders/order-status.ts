import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { OrderStatus, ProductOrderStatus } from './endpoint/answers.ts';
import { type LifeFacts, lifeOf } from './life.ts';

/** The status of a product order whose concerns are known to be none, or are told with it. */
export function statusOf({ number, state, productOrder, reason, cause }: OrderEntry): ProductOrderStatus {
  if (state === 'done') return { number, status: 'exists', id: productOrder?.id, url: productOrder?.url };
  if (state === 'rejected') return { number, status: 'rejected', reason, cause };
  return { number, status: 'queued' };
}

/** The status of a product order by all that the ledger holds of it: it does not just exist while something is open about it. */
export function statusOfKnown(facts: LifeFacts & { readonly entry: OrderEntry }): ProductOrderStatus {
  const status = statusOf(facts.entry);
  const { stage, concerns } = lifeOf(facts);
  const [concern] = concerns;
  if (stage === 'given up') return { ...status, status: 'rejected', reason: 'A person has given it up.' };
  return concern && status.status === 'exists' ? inConflict(status, concern) : status;
}

/** @param sentence What is open, for a person. */
export function inConflict(
  status: ProductOrderStatus,
  { note, cause }: Pick<Concern, 'note' | 'cause'>,
  sentence = `${note}.`,
): ProductOrderStatus {
  return { ...status, status: 'conflict', reason: sentence, cause };
}

/** The status of an ERP order: the worst of its product orders, as a person must look at that first. */
export function overall(productOrders: readonly ProductOrderStatus[]): OrderStatus {
  const order: readonly OrderStatus[] = ['rejected', 'conflict', 'queued', 'exists'];
  return order.find((status) => productOrders.some((one) => one.status === status)) ?? 'rejected';
}

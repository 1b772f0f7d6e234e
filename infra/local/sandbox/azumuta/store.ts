import * as z from 'zod/mini';
import type { RecordingRecord } from './complete.ts';
import type { Trigger, TriggerLogEntry } from './triggers.ts';

/** What the API takes to create one. */
export const newProductOrderSchema = z.object({
  number: z.string().check(z.minLength(1)),
  articleId: z.string(),
  parameters: z._default(
    z.array(z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
    [],
  ),
  variantIds: z._default(z.array(z.string()), []),
});

/** A product order as stored; what is configured (names, variants) is looked up in the catalogue when it is shown. */
export interface ProductOrderRecord extends z.output<typeof newProductOrderSchema> {
  readonly id: string;
  readonly status: 'open' | 'in-progress' | 'completed';
  readonly createdAt: string;
  readonly completedAt: string | null;
  /** Oldest first. */
  readonly recordings: readonly RecordingRecord[];
}

export type Store = ReturnType<typeof openStore>;

/**
 * Product orders with their recordings, in memory.
 * @param kept What `productOrders` returned before the sandbox was stopped.
 */
export function openStore(kept: readonly ProductOrderRecord[] = []) {
  const orders = new Map(kept.map((order) => [order.id, order]));
  const all = () => [...orders.values()];
  return {
    /** Entries on one page of a list. */
    pageSize: 50,
    triggers: [] as readonly Trigger[],
    /** All calls of triggers so far, oldest first. */
    triggerLog: [] as TriggerLogEntry[],
    productOrders: all,
    productOrder: (id: string) => orders.get(id),
    /** All with this number, oldest first: numbers are not unique (ASSUMED). */
    productOrdersNumbered: (wanted: string) => all().filter(({ number }) => number === wanted),
    /** Writes an order, new or changed, and returns it. */
    save(order: ProductOrderRecord): ProductOrderRecord {
      orders.set(order.id, order);
      return order;
    },
    /** The order and its recordings. */
    remove: (id: string) => void orders.delete(id),
    recording: (wanted: string) =>
      all()
        .flatMap(({ recordings }) => recordings)
        .find(({ id }) => id === wanted),
  };
}

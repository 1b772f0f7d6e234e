import * as z from 'zod/mini';
import type { Catalogue } from './catalogue.ts';
import type { RecordingRecord } from './complete.ts';

/** What the API takes to create one. */
export const newProductOrderSchema = z.object({
  number: z.string().check(z.minLength(1)),
  articleId: z.string(),
  parameters: z._default(
    z.array(z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
    [],
  ),
  variantIds: z._default(z.array(z.string()), []),
  /** Of the batch order in which it is. VERIFIED: batch orders group product orders. ASSUMED: that it is given here, and this name. */
  batchNumber: z.optional(z.string().check(z.minLength(1))),
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

/**
 * Triggers as an administrator configures them. VERIFIED: they are configured per article category (here they are
 * called for all), for the event that a product order is completed; they are called by GET with query parameters or
 * POST with JSON, and carry these things. ASSUMED: the field names, and whether ids come singly or as lists.
 */
export interface Trigger {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** `singular`, the default: the last id only; `list`: a JSON list, or comma-separated. */
  readonly ids?: 'singular' | 'list';
}

/** One call of a trigger, and its outcome. */
export interface TriggerLogEntry {
  readonly at: string;
  readonly productOrderNumber: string;
  /** Status of the answer, or why there was none. */
  readonly outcome: number | string;
}

/** What the sandbox works with. */
export interface Azumuta {
  readonly catalogue: Catalogue;
  readonly store: ReturnType<typeof openStore>;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** Product orders with their recordings. @param kept What `books` returned before a stop. */
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
    books: all,
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

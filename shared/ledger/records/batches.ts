import * as z from 'zod/mini';
import { type ErpOrderRef, erpOrderRefOf, erpOrderRefSchema } from '../../model/orders.ts';
import type { DeepReadonly, StoredItem } from '../../platform/aws/dynamodb-table.ts';
import { batchKey } from '../keys.ts';
import { Records } from './records.ts';

export const batchSchema = z.object({
  erpOrder: erpOrderRefSchema,
  /** When the product orders of the batch order were asked about last, and by which hint. Only the first of its items knows. */
  asked: z.optional(z.object({ at: z.coerce.date(), by: z.string() })),
});
/**
 * An ERP order whose product orders are in a batch order of Azumuta: a trigger may name the batch order. Several ERP orders may
 * be in one. 0.3.0 reads items of orders by the kinds that it knows, and leaves this one out.
 */
export type BatchEntry = DeepReadonly<z.output<typeof batchSchema>>;

export const batchEntryOf = (stored: StoredItem): BatchEntry => z.parse(batchSchema, stored);

/** They are kept under the number of the batch order. */
export class Batches extends Records {
  async add(number: string, order: ErpOrderRef): Promise<void> {
    const erpOrder = erpOrderRefOf(order);
    const set = { erpOrder, expiresAt: this.expiresAt() };
    await this.table.update(batchKey(number, erpOrder), { set });
  }
}

/** When the product orders of a batch order were asked about, as a trigger named it. */
export class BatchQuestions extends Records {
  /** A hint is about to ask about its product orders. False where another one was first. @param first As it was read. */
  async beginAsking(
    number: string,
    { erpOrder, asked }: BatchEntry,
    { at, by }: NonNullable<BatchEntry['asked']>,
  ): Promise<boolean> {
    const isUnchanged = asked
      ? '#asked.#by = :seenBy AND #asked.#at = :seenAt'
      : 'attribute_not_exists(#asked)';
    const begun = await this.table.update(batchKey(number, erpOrder), {
      set: { asked: { at: at.toISOString(), by } },
      condition: `attribute_exists(pk) AND ${isUnchanged}`,
      values: { seenBy: asked?.by, seenAt: asked?.at.toISOString() },
    });
    return begun !== undefined;
  }
}

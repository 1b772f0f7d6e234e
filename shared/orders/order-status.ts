import * as z from 'zod/mini';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { causes } from '../model/causes.ts';
import { type LifeFacts, lifeOf } from './life.ts';

/** What a caller is told about an order. The OpenAPI document is made of these. */

const described = (description: string) => z.string().check(z.describe(description));

const orderStatusSchema = z.enum(['queued', 'exists', 'conflict', 'rejected']);
export type OrderStatus = z.output<typeof orderStatusSchema>;

const causeSchema = z.enum(causes).check(z.describe('Cause code of the reason, for grouping.'));

/** One product order of an answered ERP order. */
const productOrderStatusSchema = z.object({
  number: described('Number of the product order in Azumuta.'),
  status: orderStatusSchema,
  id: z.optional(described('Id in Azumuta, once it is created.')),
  url: z.optional(described('Page in Azumuta, when Azumuta names one.')),
  reason: z.optional(described('Why it is rejected or in conflict, for a person.')),
  cause: z.optional(causeSchema),
});
export type ProductOrderStatus = Readonly<z.output<typeof productOrderStatusSchema>>;

const mismatchSchema = z.object({
  path: described('Where in the posted body, as a JSON path.'),
  found: described('Type of what was found there; never its value.'),
  expected: described('What would fit.'),
});

/** The status of one order of a call. */
export const answeredOrderSchema = z.object({
  number: described('Number of the order in the ERP, as it was posted.'),
  status: orderStatusSchema,
  productOrders: z.readonly(z.array(productOrderStatusSchema)),
  reason: z.optional(described('Why it is rejected, for a person.')),
  cause: z.optional(causeSchema),
  statusUrl: z.optional(described('Where to read its status.')),
  errors: z.optional(z.readonly(z.array(mismatchSchema))),
});
export type AnsweredOrder = Readonly<z.output<typeof answeredOrderSchema>>;

export const ordersAnswerSchema = z.object({ orders: z.readonly(z.array(answeredOrderSchema)) });
export const failureAnswerSchema = z.object({
  error: described('What is wrong with the call, and what to do.'),
});

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

import * as z from 'zod/mini';
import { erpOrderFactsSchema, productOrderDraftSchema } from '../../model/orders.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';

export const orderContentSchema = z.object({
  /** What the draft is made for: bookings are compared with this. Only the number follows a renamed ERP order. */
  erpOrder: erpOrderFactsSchema,
  draft: productOrderDraftSchema,
  /** Hash of the mapped content: tells an echo from a change. */
  contentHash: z.string(),
});
export type OrderContent = DeepReadonly<z.output<typeof orderContentSchema>>;

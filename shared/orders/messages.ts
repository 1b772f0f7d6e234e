import * as z from 'zod/mini';
import { parseMessage } from '../platform/aws/queue.ts';

/**
 * Message of the product-orders queue: only which order. The content is in the ledger, so that the newest mapping is
 * used, however long the message waited. `v` changes when the version before can no longer read a message.
 */
export const productOrderMessageSchema = z.object({
  v: z.literal(1),
  kind: z.literal('product-order'),
  number: z.string().check(z.minLength(1)),
});

export type ProductOrderMessage = z.output<typeof productOrderMessageSchema>;

export function productOrderMessage(number: string): string {
  return JSON.stringify({ v: 1, kind: 'product-order', number } satisfies ProductOrderMessage);
}

export function parseProductOrderMessage(body: string): ProductOrderMessage {
  return parseMessage(productOrderMessageSchema, body);
}

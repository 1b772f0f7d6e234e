import * as z from 'zod/mini';

/** Which order, and not its content: so the newest mapping is used. `v` changes once the version before cannot read a message. */
export const productOrderMessageSchema = z.object({
  v: z.literal(1),
  kind: z.literal('product-order'),
  number: z.string().check(z.minLength(1)),
  /** Why the ERP is to be asked for the order first: the daily look, or the replay of a dead letter. */
  asksErp: z.exactOptional(z.enum(['daily look', 'replay'])),
});

export type ProductOrderMessage = z.output<typeof productOrderMessageSchema>;

export function productOrderMessage(number: string, more: Pick<ProductOrderMessage, 'asksErp'> = {}): string {
  return JSON.stringify({ v: 1, kind: 'product-order', number, ...more } satisfies ProductOrderMessage);
}

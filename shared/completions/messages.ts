import * as z from 'zod/mini';
import type { TriggerContent } from '../azumuta/trigger.ts';
import type { DeepReadonly } from '../platform/aws/dynamodb-table.ts';

/** The events of triggers, as our messages call them. Completion is the one that Azumuta documents. */
export const webhookEvents = ['product-order-completed'] as const;

const text = z.string().check(z.minLength(1));

/** Message of the completions queue: something is to be done for a product order, as read from the ledger and Azumuta. */
export const completionHintSchema = z.object({
  v: z.literal(1),
  kind: z.literal('completion'),
  event: z.enum(webhookEvents),
  productOrderNumber: text,
  /** How it reads if a bare `+` in the trigger's query was meant as such. */
  otherNumber: z.exactOptional(text),
  workInstructionIds: z.array(text),
  recordingIds: z.array(text),
  /** ISO instant of the call. */
  receivedAt: text,
  /** All logs of the completion carry it. */
  eventId: text,
  via: z.enum(['webhook', 'reconciliation', 'operator']),
  /** A person wants it once more: bookings that were refused or discarded are opened again. */
  again: z.exactOptional(z.literal(true)),
});

export type CompletionHint = DeepReadonly<z.output<typeof completionHintSchema>>;

/** Of a trigger, with what it names; of our own, as no trigger may have come; or of a person who wants it looked at again. */
export function completionHint(
  via: CompletionHint['via'],
  named: Pick<CompletionHint, 'productOrderNumber'> & Partial<TriggerContent>,
  { now, eventId }: { readonly now: Date; readonly eventId: string },
): CompletionHint {
  return {
    ...{ v: 1, kind: 'completion', event: 'product-order-completed', via },
    ...{ workInstructionIds: [], recordingIds: [], ...named },
    ...{ receivedAt: now.toISOString(), eventId },
    ...(via === 'operator' ? { again: true } : {}),
  };
}

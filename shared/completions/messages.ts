import * as z from 'zod/mini';
import type { TriggerContent } from '../azumuta/trigger.ts';
import type { DeepReadonly } from '../platform/aws/dynamodb-table.ts';

const hintText = z.string().check(z.minLength(1));

/** Message of the completions queue: something is to be done for a product order, as read from the ledger and Azumuta. */
export const completionHintSchema = z.object({
  v: z.literal(1),
  kind: z.literal('completion'),
  productOrderNumber: hintText,
  /** How it reads if a bare `+` in the trigger's query was meant as such. */
  otherNumber: z.exactOptional(hintText),
  recordingIds: z.array(hintText),
  /** Number of the batch order that a trigger has named: it is one hint for each product order. 0.3.0 takes it for a trigger. */
  batch: z.exactOptional(hintText),
  /** All logs of the completion carry it. */
  eventId: hintText,
  via: z.enum(['webhook', 'reconciliation', 'operator']),
  /** A person wants it again: bookings that were refused or discarded are opened again. */
  again: z.exactOptional(z.literal(true)),
  /** The figures with which a person has it booked although they are more than what it is for. @see limitsLeft */
  accepts: z.exactOptional(hintText),
});

export type CompletionHint = DeepReadonly<z.output<typeof completionHintSchema>>;

/** Of a trigger, with what it names; of our own, as no trigger may have come; or of a person who wants it looked at again. */
export function completionHint(
  via: CompletionHint['via'],
  named: Pick<CompletionHint, 'productOrderNumber' | 'batch'> & Partial<TriggerContent>,
  eventId: string,
): CompletionHint {
  const again = via === 'operator' ? ({ again: true } as const) : {};
  return { v: 1, kind: 'completion', via, recordingIds: [], ...named, eventId, ...again };
}

import * as z from 'zod/mini';
import type { TriggerContent } from '../azumuta/trigger.ts';
import type { CompletedProductOrder } from '../model/completions.ts';
import type { DeepReadonly } from '../platform/aws/dynamodb-table.ts';

/** The events of triggers, as our messages call them. Completion is the one that Azumuta documents. */
export const webhookEvents = ['product-order-completed'] as const;

const text = z.string().check(z.minLength(1));
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/**
 * Message of the completions queue: a hint that a product order may be completed. Everything that is booked is read
 * from Azumuta afterwards.
 */
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
  /** `replay`: a person wants rejected bookings to be planned once more. */
  via: z.enum(['webhook', 'reconciliation', 'replay']),
});

export type CompletionHint = DeepReadonly<z.output<typeof completionHintSchema>>;

/** The hint of a trigger. */
export function webhookHint(
  content: TriggerContent,
  { receivedAt, eventId }: { readonly receivedAt: Date; readonly eventId: string },
): CompletionHint {
  return { ...hintOf(content.productOrderNumber, 'webhook', receivedAt, eventId), ...content };
}

/** A hint of our own: the order may be completed, without a trigger. */
export function ownHint(
  productOrderNumber: string,
  via: 'reconciliation' | 'replay',
  { now, eventId }: { readonly now: Date; readonly eventId: string },
): CompletionHint {
  return hintOf(productOrderNumber, via, now, eventId);
}

function hintOf(
  productOrderNumber: string,
  via: CompletionHint['via'],
  receivedAt: Date,
  eventId: string,
): CompletionHint {
  return {
    v: 1,
    kind: 'completion',
    event: 'product-order-completed',
    productOrderNumber,
    workInstructionIds: [],
    recordingIds: [],
    receivedAt: receivedAt.toISOString(),
    eventId,
    via,
  };
}

const completedSchema = z.object({
  productOrder: z.object({ id: text, number: text, url: z.exactOptional(z.string()) }),
  erpOrder: z.object({ number: text, id: z.exactOptional(z.string()) }),
  article: z.exactOptional(z.string()),
  parameters: z.record(z.string(), scalar),
  variants: z.array(z.string()),
  completedAt: text,
  recordings: z.array(
    z.object({
      id: text,
      workInstruction: z.exactOptional(
        z.object({ id: text, version: z.exactOptional(z.number()), name: z.exactOptional(z.string()) }),
      ),
      startedAt: z.exactOptional(z.string()),
      finishedAt: z.exactOptional(z.string()),
      durationSeconds: z.exactOptional(z.number()),
      operator: z.exactOptional(z.string()),
      steps: z.array(
        z.object({
          id: z.exactOptional(z.string()),
          name: z.exactOptional(z.string()),
          value: z.exactOptional(z.union([scalar, z.array(scalar)])),
          unit: z.exactOptional(z.string()),
          ok: z.exactOptional(z.boolean()),
          personal: z.exactOptional(z.literal(true)),
        }),
      ),
      url: z.exactOptional(z.string()),
    }),
  ),
});

/** What to read again from Azumuta for a completion that is too large for a message. */
const referenceSchema = z.object({ number: text, productOrderId: text, recordingIds: z.array(text) });

/** Message of the bookings queue: one booking, with everything that was read for it. */
export const bookingMessageSchema = z.object({
  v: z.literal(1),
  kind: z.literal('booking'),
  key: text,
  books: z.enum(['quantity', 'amendment']),
  /** Product order under which the ledger keeps this booking. */
  home: text,
  /** Booking of the same home whose claim is the lock of the ERP order; absent where others may be booked on it, too. */
  lock: z.optional(text),
  erpOrder: z.object({ number: text, id: z.exactOptional(z.string()) }),
  /** The ERP's own code of the product that was ordered, where it is known. */
  article: z.optional(z.string()),
  /** Of an amendment: its new recordings; the content holds the earlier ones as well. */
  newRecordingIds: z.optional(z.array(text)),
  /** False for one of several parts that are booked each: the ERP order goes on. */
  last: z.boolean(),
  eventId: text,
  content: z.union([
    z.object({ completed: z.array(completedSchema).check(z.minLength(1)) }),
    z.object({ reference: z.array(referenceSchema).check(z.minLength(1)) }),
  ]),
});

export type CompletionReference = z.output<typeof referenceSchema>;

export interface BookingMessage extends DeepReadonly<Omit<z.output<typeof bookingMessageSchema>, 'content'>> {
  readonly content:
    | { readonly completed: readonly CompletedProductOrder[] }
    | { readonly reference: readonly CompletionReference[] };
}

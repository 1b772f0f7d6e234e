import * as z from 'zod/mini';
import { troubleKinds } from '../ledger/records/troubles.ts';
import { causes } from '../model/errors.ts';
import { partnerNames } from '../model/partner.ts';

/** What people are told of: what the ledger notes, and what is seen without it. */
export const alertKinds = [...troubleKinds, 'overdue', 'unfiled', 'partner-down'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Troubles that are told one by one; the others are counted. */
export const maxShown = 10;

const text = z.string();
const toldTroubleSchema = z.object({
  /** Its number; empty when nothing tells it. */
  order: text,
  article: z.exactOptional(text),
  quantity: z.exactOptional(text),
  since: text,
  /** The cause in the journey's words. */
  why: text,
  next: text,
  command: text,
});

/**
 * One message about one group of troubles, as the JSON webhook gets it. Fields are added to version 1, never changed
 * or taken away. All texts are one line each, without control characters.
 */
export const alertSchema = z.object({
  v: z.literal(1),
  /** Of this message: whoever gets it twice knows it by this. */
  id: text,
  stack: text,
  /** When it was decided: an ISO instant, as all times in it. */
  at: text,
  event: z.enum(['new', 'reminder', 'over', 'test']),
  kind: z.enum([...alertKinds, 'test']),
  partner: z.exactOptional(z.enum(partnerNames)),
  cause: z.exactOptional(z.enum(causes)),
  title: text,
  summary: text,
  /** When the group's first trouble began. */
  since: text,
  /** Troubles that this message is about, those that are not shown among them. */
  count: z.number(),
  /** The first of them, up to ten. */
  troubles: z.array(toldTroubleSchema),
  /** What to type to see all of them. */
  command: text,
});
export type Alert = z.infer<typeof alertSchema>;
export type ToldTrouble = z.infer<typeof toldTroubleSchema>;

/** A message in the outbox: an alert for each channel, or a mail to one list. */
export const outgoingSchema = z.union([
  z.object({ type: z.literal('alert'), alert: alertSchema }),
  z.object({ type: z.literal('mail'), subject: text, text }),
]);
export type Outgoing = z.infer<typeof outgoingSchema>;

import * as z from 'zod/mini';
import { causes } from '../model/causes.ts';
import { partnerNames } from '../model/partner.ts';
import { troubleKinds } from '../situation/read.ts';

const alertText = z.string();
const shownTroubleSchema = z.object({
  /** Its number; empty when it is unknown. */
  order: alertText,
  article: z.optional(alertText),
  quantity: z.optional(alertText),
  since: alertText,
  /** The reason, as in the journey. */
  why: alertText,
  /** The reason with `‹order›` for the order, where it names it: the same for all orders that have it. */
  reason: z.optional(alertText),
  next: alertText,
  command: alertText,
});

/**
 * One message about one group of troubles, as the JSON webhook gets it. Fields are added to version 1, never changed
 * or taken away. All texts are one line each, without control characters.
 */
export const alertSchema = z.object({
  v: z.literal(1),
  /** Of this message: the same when it is delivered twice. */
  id: alertText,
  stack: alertText,
  /** When it was decided: an ISO instant, as all times in it. */
  at: alertText,
  event: z.enum(['new', 'reminder', 'over', 'missed', 'test']),
  kind: z.enum([...troubleKinds, 'missed', 'test']),
  partner: z.optional(z.enum(partnerNames)),
  cause: z.optional(z.enum(causes)),
  title: alertText,
  summary: alertText,
  /** Who acts, with the person's name where the plant has given it: `planner (An Peeters)`. */
  who: z.optional(alertText),
  /** When the group's first trouble began. */
  since: alertText,
  /** Troubles that this message is about, including those that are not listed. */
  count: z.number(),
  /** The first of them, up to ten. */
  troubles: z.array(shownTroubleSchema),
  /** What to type to see all of them. */
  command: alertText,
  /** Opens the page of its only order, else that of the day, for as long as the plant lets links live. */
  link: z.optional(alertText),
});
export type Alert = z.infer<typeof alertSchema>;
export type ShownTrouble = z.infer<typeof shownTroubleSchema>;

/** A message in the outbox: an alert for a channel, or a mail to a list. */
export const outgoingSchema = z.union([alertSchema, z.object({ subject: alertText, text: alertText })]);
export type Outgoing = z.infer<typeof outgoingSchema>;

import * as z from 'zod/mini';

const text = z.string().check(z.trim(), z.minLength(1));

/**
 * What a person reads on Azumuta's screen of one product order: fields are recognised by it. All but the number may be
 * left out; what is left out can be found by its name only, and is never sure.
 */
export const seenSchema = z.strictObject({
  /** Of a product order that is completed, if there is one. */
  number: text,
  /** The number of its article. */
  article: z.optional(text),
  /** One of its parameters. */
  parameter: z.optional(z.strictObject({ name: text, value: text })),
  /** The name of one of its variants. */
  variant: z.optional(text),
  /** What its status says, if that means that it is completed. */
  completedStatus: z.optional(text),
  /** One value that was recorded, with the name of its step. */
  recorded: z.optional(z.strictObject({ value: text, step: z.optional(text) })),
  /** The address of its page in the browser: its id stands in it. */
  page: z.optional(z.url({ protocol: /^https?$/ })),
});

export type Seen = z.output<typeof seenSchema>;

import * as z from 'zod/mini';

/**
 * Azumuta's answers: lenient about what is unknown (further fields are ignored, texts may be plain or
 * language maps, optional things may be null), strict about what the flows stand on (ids and numbers).
 */

const absent = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));

/** A name: plain text or a language map, `{ "en": "…", "nl": "…" }` (both seen). */
const text = z.union([z.string(), z.record(z.string(), z.nullable(z.string()))]);
const id = z.string().check(z.minLength(1));
/** Numbers of orders and articles are text; a JSON number is accepted and becomes text. */
const number = z.pipe(z.union([z.string().check(z.minLength(1)), z.number()]), z.transform(String));
const scalar = z.union([z.string(), z.number(), z.boolean()]);

export const listSchema = <T extends z.ZodMiniType>(entry: T) =>
  z.object({ data: z.array(entry), next: absent(z.string()) });

export const articleSchema = z.object({
  id,
  number,
  name: absent(text),
  variants: absent(z.array(z.object({ id, name: absent(text) }))),
});

const recordingReference = z.union([id, z.object({ id })]);

export const productOrderSchema = z.object({
  id,
  number,
  status: absent(z.string()),
  url: absent(z.string()),
  completedAt: absent(z.string()),
  article: absent(z.object({ id: absent(id), number: absent(number) })),
  parameters: absent(
    z.union([
      z.array(z.object({ key: z.string(), value: z.nullable(scalar) })),
      z.record(z.string(), z.nullable(scalar)),
    ]),
  ),
  variants: absent(z.array(z.union([z.string(), z.object({ id: absent(id), name: absent(text) })]))),
  recordings: absent(z.array(recordingReference)),
  recordingIds: absent(z.array(id)),
});

/** What a create answers: at least the id; the number is checked when it is there. */
export const createdProductOrderSchema = z.object({ id, number: absent(number), url: absent(z.string()) });

const recordedStepSchema = z.object({
  id: absent(z.string()),
  name: absent(text),
  type: absent(z.string()),
  value: absent(z.union([scalar, z.array(scalar)])),
  unit: absent(z.string()),
  result: absent(z.union([z.string(), z.boolean()])),
});

export const recordingSchema = z.object({
  id,
  productOrderId: absent(id),
  productOrderNumber: absent(number),
  workInstruction: absent(z.object({ id, version: absent(z.number()), name: absent(text) })),
  startedAt: absent(z.string()),
  finishedAt: absent(z.string()),
  durationSeconds: absent(z.number()),
  operator: absent(z.union([z.string(), z.object({ name: absent(z.string()) })])),
  steps: absent(z.array(recordedStepSchema)),
  url: absent(z.string()),
});

/** Verified shape (the fields that are used). */
export const workInstructionSchema = z.object({
  id,
  name: absent(text),
  latestOfficialVersion: absent(z.number()),
});

export type Text = z.output<typeof text>;
export type ProductOrderWire = z.output<typeof productOrderSchema>;
export type RecordingWire = z.output<typeof recordingSchema>;
export type RecordedStepWire = z.output<typeof recordedStepSchema>;

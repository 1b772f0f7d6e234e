import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { completionSchema } from '../../infra/local/sandbox/azumuta/complete.ts';

/** An item of the ledger as plain JSON; it has neither sets nor bytes. */
const itemSchema = z.looseObject({ pk: z.string(), sk: z.string() });
export type RecordedItem = z.output<typeof itemSchema>;

/** A message of a queue. Its body is JSON, or text if it cannot be parsed. */
const messageSchema = z.object({
  queue: z.enum(['product-orders', 'completions', 'bookings', 'dead-letters']),
  id: z.string(),
  /** Whether it was received before. */
  received: z.boolean(),
  body: z.json(),
  attributes: z.record(z.string(), z.string()),
});
export type RecordedMessage = z.output<typeof messageSchema>;

const ids = z.array(z.string());
/** What people and functions did at the partners, so that the partners' state can be restored. */
const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('release'), quantity: z.string() }),
  z.object({ act: z.literal('lock'), number: z.string() }),
  z.object({ act: z.literal('build'), number: z.string(), how: completionSchema, ids }),
  /** A call that changes something. `ids` are those that the partner assigned. */
  z.object({
    ...{ act: z.literal('call'), partner: z.enum(['azumuta', 'erp']), method: z.string(), path: z.string() },
    ...{ body: z.string(), ids },
  }),
]);
export type Act = z.output<typeof actSchema>;

/** A plant at one moment with messages in its queues, and its final state. */
const plantSchema = z.object({
  split: z.enum(['alone', 'each', 'when-all-done']),
  /** ISO instant. */
  at: z.string(),
  acts: z.array(actSchema),
  items: z.array(itemSchema),
  messages: z.array(messageSchema),
  /** The partners' books at the end. */
  end: z.json(),
});
export type RecordedPlant = z.output<typeof plantSchema>;

const jsonSchema = z.record(z.string(), z.unknown());
/** What a release reads of one kind of item or message. */
const readSchema = z.object({
  /** The item is read in this form only if it has this attribute. */
  when: z.exactOptional(z.string()),
  schema: jsonSchema,
});
const readsSchema = z.record(z.string(), z.array(readSchema));
export type RecordedReads = z.output<typeof readsSchema>;

const resourceSchema = z.object({
  Type: z.string(),
  DeletionPolicy: z.exactOptional(z.string()),
  DependsOn: z.exactOptional(z.array(z.string())),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
});
export const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({})),
});
export type RecordedTemplate = z.output<typeof templateSchema>;

/** The files of a release's folder. */
const files = {
  'messages.json': z.array(messageSchema),
  'ledger.json': z.array(itemSchema),
  'in-flight.json': z.array(plantSchema),
  'schemas.json': z.object({ messages: readsSchema, items: readsSchema }),
  'template.json': templateSchema,
  'mapping.json': z.json(),
} as const;
export type FileName = keyof typeof files;

const folder = fileURLToPath(new URL('.', import.meta.url));
export const fileOf = (version: string, name: string): string => join(folder, version, name);

/** All recorded releases, oldest first. */
export const releases: readonly string[] = readdirSync(folder)
  .filter((name) => /^\d+\.\d+\.\d+$/.test(name) && existsSync(fileOf(name, 'template.json')))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** A file of a release's folder, parsed. */
export function readRecorded<Name extends FileName>(version: string, name: Name) {
  const found: unknown = JSON.parse(readFileSync(fileOf(version, name), 'utf8'));
  // The schema with this name: TypeScript does not connect an index with the table's type at that index.
  return z.parse(files[name], found) as z.output<(typeof files)[Name]>;
}

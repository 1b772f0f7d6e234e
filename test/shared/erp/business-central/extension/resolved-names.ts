import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { References } from './references.ts';

export const namesFile = 'test/shared/erp/business-central/extension/names.json';

const schema = z.object({
  repository: z.string(),
  commit: z.string(),
  version: z.string(),
  /** The day on which they were resolved. */
  resolvedOn: z.iso.date(),
  /** Objects with their namespaces. */
  objects: z.record(z.string(), z.string()),
  /** What they have. */
  members: z.array(z.string()),
});

/** The names that the base application had at one commit, of those that our AL uses. */
export type ResolvedNames = z.infer<typeof schema>;

export function readResolvedNames(): ResolvedNames {
  if (!existsSync(namesFile)) throw new Error(`${namesFile} is missing: write it with resolve-names.ts`);
  return schema.parse(JSON.parse(readFileSync(namesFile, 'utf8')));
}

/** All that is named, once: objects, and what they have. */
export function listNames({ named }: References): { objects: string[]; members: string[] } {
  const all = [...new Set([...named.values()].flatMap((names) => [...names]))].toSorted();
  const isMember = (name: string) => / (field|procedure|value) /.test(name);
  return { objects: all.filter((name) => !isMember(name)), members: all.filter(isMember) };
}

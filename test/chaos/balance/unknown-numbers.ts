import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { jsonOf } from '../../../shared/platform/json.ts';

const lineSchema = z.object({
  message: z.literal('A trigger named a product order that nobody knows'),
  order: z.string(),
});

/** The numbers about which Azumuta is not asked any more, as nobody knows them: each stands in the functions' log. */
export function givenUpNumbers({ emulator }: Pick<LocalSystem, 'emulator'>): ReadonlySet<string> {
  const folder = join(emulator.dataDir, 'logs');
  const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
  return new Set(lines.flatMap((line) => z.safeParse(lineSchema, jsonOf(line)).data?.order ?? []));
}

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import * as z from 'zod/mini';

const secretsSchema = z.record(
  z.string(),
  z.object({
    name: z.string(),
    arn: z.string(),
    /** Missing until somebody sets it. */
    current: z.optional(z.object({ id: z.string(), value: z.string() })),
  }),
);

export type StoredSecret = z.infer<typeof secretsSchema>[string];

/**
 * Secrets with their current version, in one file that only its owner may read. Every change is on disk before it is
 * answered: written to a second file, flushed, renamed.
 */
export function openSecretFile(file: string) {
  const stored = existsSync(file) ? secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};

  function save(): void {
    const beside = `${file}.new`;
    const opened = openSync(beside, 'w', 0o600);
    writeSync(opened, JSON.stringify(stored));
    fsyncSync(opened);
    closeSync(opened);
    renameSync(beside, file);
  }

  return {
    /** By name, ARN, or the ARN without its six last characters and their dash. */
    find: (id: string) =>
      Object.values(stored).find(({ name, arn }) => id === name || id === arn || id === arn.slice(0, -7)),
    put(secret: StoredSecret, id: string, value: string): void {
      secret.current = { id, value };
      save();
    },
    /** Adds the secret if it is not there yet; without a value when that is empty. */
    seed({ name, arn, initialValue }: { name: string; arn: string; initialValue: string }, id: string): void {
      if (stored[arn]) return;
      stored[arn] = { name, arn, current: initialValue === '' ? undefined : { id, value: initialValue } };
      save();
    },
  };
}

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import * as z from 'zod/mini';

const versionSchema = z.object({
  id: z.string(),
  value: z.string(),
  stages: z.array(z.string()),
  createdAt: z.number(),
});

const shelfSchema = z.record(
  z.string(),
  z.object({ name: z.string(), arn: z.string(), createdAt: z.number(), versions: z.array(versionSchema) }),
);

export type SecretVersion = z.infer<typeof versionSchema>;
export type ShelvedSecret = z.infer<typeof shelfSchema>[string];

export interface SecretShelf {
  readonly find: (id: string) => ShelvedSecret | undefined;
  readonly list: () => ShelvedSecret[];
  /** Adds the secret if it is not there yet. */
  readonly seed: (secret: { name: string; arn: string; initialValue: string }, versionId: string) => void;
  /** A new current version; the one before becomes AWSPREVIOUS, and those without a stage are dropped. */
  readonly put: (
    secret: ShelvedSecret,
    value: string,
    versionId: string,
    stages: readonly string[],
  ) => SecretVersion;
}

/**
 * Secrets in one file that only its owner may read. Every change is on disk before it is answered: written
 * beside, flushed, renamed. `now` is in milliseconds since 1970.
 */
export function openShelf(file: string, now: () => number): SecretShelf {
  const shelf = existsSync(file) ? shelfSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};

  function save(): void {
    const beside = `${file}.new`;
    const opened = openSync(beside, 'w', 0o600);
    writeSync(opened, JSON.stringify(shelf));
    fsyncSync(opened);
    closeSync(opened);
    renameSync(beside, file);
  }

  function put(secret: ShelvedSecret, value: string, id: string, stages: readonly string[]): SecretVersion {
    const version = { id, value, stages: [...stages], createdAt: now() };
    const before = stages.includes('AWSCURRENT')
      ? secret.versions.find((other) => other.stages.includes('AWSCURRENT'))
      : undefined;
    // A stage stands at one version only: those that move here leave the others.
    const moving = [...stages, ...(before ? ['AWSPREVIOUS'] : [])];
    const others = secret.versions.map((other) => ({
      ...other,
      stages: [
        ...other.stages.filter((stage) => !moving.includes(stage)),
        ...(other === before ? ['AWSPREVIOUS'] : []),
      ],
    }));
    secret.versions = [...others.filter((other) => other.stages.length > 0), version];
    save();
    return version;
  }

  return {
    list: () => Object.values(shelf),
    find: (id) =>
      // By name, ARN, or the ARN without its six last characters and their dash.
      Object.values(shelf).find(({ name, arn }) => id === name || id === arn || id === arn.slice(0, -7)),
    put,
    seed({ name, arn, initialValue }, versionId) {
      if (shelf[arn]) return;
      const secret: ShelvedSecret = { name, arn, createdAt: now(), versions: [] };
      shelf[arn] = secret;
      if (initialValue === '') save();
      else put(secret, initialValue, versionId, ['AWSCURRENT']);
    },
  };
}

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { localCredentialsSchema } from './iam/principals.ts';

/** `platform.json` of a data folder: how other commands find the platform that runs there. */
const addressSchema = z.object({
  pid: z.number(),
  stackName: z.string(),
  region: z.string(),
  apiUrl: z.string(),
  awsEndpoint: z.string(),
  /** The operator's. */
  credentials: localCredentialsSchema,
  outputs: z.record(z.string(), z.string()),
  /** Where the partners' sandboxes listen, when the platform runs with them. */
  sandboxes: z.optional(z.object({ azumuta: z.string(), erp: z.string() })),
});

/** @throws Error when a running platform uses it. */
export function openDataFolder(given: string) {
  const path = resolve(given);
  mkdirSync(path, { recursive: true });
  const running = findEmulator(path);
  if (running) {
    throw new Error(
      `A platform (pid ${running.pid}) already runs in ${path}: stop it, or use another folder.`,
    );
  }
  const addressFile = join(path, 'platform.json');
  return {
    path,
    publish: (address: z.infer<typeof addressSchema>) => writeJson(addressFile, address),
    /** Removes the address. */
    close: () => rmSync(addressFile, { force: true }),
  };
}

export function findEmulator(dataFolder: string) {
  // One that is left from another version names no running platform.
  const { data: address } = z.safeParse(addressSchema, readJson(join(dataFolder, 'platform.json')));
  return address && isAlive(address.pid) ? address : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What `writeJson` has written there, and so of the type that was written; undefined when nothing has. */
export function readJson<T = unknown>(file = ''): T | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Writes a file that only its owner may read, next to the earlier one and then over it: a kill leaves one of the two. */
export function writeJson(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { credentialsSchema } from './iam/principals.ts';
import { readJson, writeJson } from './json-file.ts';

/** `platform.json` of a data folder: how other commands find the platform that runs there. */
const addressSchema = z.object({
  pid: z.number(),
  stackName: z.string(),
  region: z.string(),
  apiUrl: z.string(),
  awsEndpoint: z.string(),
  /** The operator's. */
  credentials: credentialsSchema,
  outputs: z.record(z.string(), z.string()),
  /** Where the partners' sandboxes listen, when the platform runs with them. */
  sandboxes: z.optional(z.object({ azumuta: z.string(), erp: z.string() })),
});

type EmulatorAddress = z.infer<typeof addressSchema>;

/** The given one, or a temporary one. @throws Error when a running platform uses it. */
export function openDataFolder(given: string | undefined) {
  const path = given === undefined ? mkdtempSync(join(tmpdir(), 'local-platform-')) : resolve(given);
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
    publish: (address: EmulatorAddress) => writeJson(addressFile, address),
    /** Removes the address, and the folder if it is a temporary one. */
    close(): void {
      rmSync(addressFile, { force: true });
      if (given === undefined) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export function findEmulator(dataFolder: string): EmulatorAddress | undefined {
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

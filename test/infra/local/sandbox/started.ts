import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import {
  type Sandbox,
  type SandboxKind,
  type StartSandboxOptions,
  startSandbox,
} from '../../../../infra/local/sandbox/process.ts';

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A sandbox that ends with the test. */
export async function startedSandbox(
  kind: SandboxKind,
  options: Partial<StartSandboxOptions> = {},
): Promise<Sandbox> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const sandbox = await startSandbox(kind, { ...options, dataDir });
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

/** The sandbox of a whole test file, for tests that mind only their own orders. */
export function sharedSandbox(kind: SandboxKind): () => Sandbox {
  let dataDir: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    sandbox = await startSandbox(kind, { dataDir });
  });
  afterAll(async () => {
    await sandbox?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  return () => sandbox;
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A call to a sandbox's API with its default key. */
export function apiOf({ url }: Sandbox, key: string) {
  return async (
    path: string,
    body?: unknown,
    method = body === undefined ? 'GET' : 'POST',
    signal: AbortSignal | null = null,
  ) => {
    const response = await fetch(new URL(path, url), {
      method,
      signal,
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
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

/** Asks until it is so; fails after ten seconds. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A call to a sandbox's API with its default key. */
export function apiOf({ url }: Sandbox, key: string) {
  return async (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
}

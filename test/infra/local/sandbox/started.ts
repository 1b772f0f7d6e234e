import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { AzumutaSandboxOptions, SandboxKind } from '../../../../infra/local/sandbox/sandboxes.ts';
import { type Sandbox, startSandbox } from '../../../../infra/local/sandbox/supervise.ts';
import { patient } from '../../../support/patient.ts';
import { startSandboxHere } from '../../../support/sandboxes.ts';

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A sandbox that ends with the test. */
export async function startedSandbox(kind: SandboxKind, options?: AzumutaSandboxOptions) {
  const sandbox = await startSandboxHere(kind, options);
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

/** A sandbox in a process of its own, which ends with the test. */
export async function startedProcess(kind: SandboxKind, log: (line: string) => void = () => {}) {
  const sandbox = await startSandbox(kind, await temporaryFolder(), log);
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

/** Kills the sandbox with SIGKILL; resolves when it answers again. */
export async function killed({ pid, url }: Sandbox): Promise<void> {
  const before = pid();
  if (before === undefined) throw new Error('The sandbox does not run.');
  process.kill(before, 'SIGKILL');
  await expect.poll(pid, patient).not.toBe(before);
  await expect.poll(() => fetch(`${url}/sandbox/calls`), patient).toMatchObject({ ok: true });
}

/** The sandbox of a whole test file, for tests that look at their own orders only. */
export function sharedSandbox(kind: SandboxKind): () => Pick<Sandbox, 'url'> {
  let sandbox: Pick<Sandbox, 'url' | 'stop'>;
  beforeAll(async () => {
    sandbox = await startSandboxHere(kind);
  });
  afterAll(() => sandbox?.stop());
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
export function apiOf({ url }: Pick<Sandbox, 'url'>, key: string) {
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

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sandbox } from '../../../../infra/local/sandbox/sandboxes.ts';

/** A file for the books of one test; its folder is gone when the test is over. */
export async function bookFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'books.json');
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

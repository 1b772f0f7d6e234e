import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the platforms of this run note the grants that they have and use. */
    grantsFile?: string;
  }
}

/** Vitest's global set-up: every platform of this run notes in one file which grants it has and uses. */
export function setup({ provide }: Pick<TestProject, 'provide'>): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'grants-'));
  provide('grantsFile', join(folder, 'grants.jsonl'));
  return () => rmSync(folder, { recursive: true, force: true });
}

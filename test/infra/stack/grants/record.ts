import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Vitest's global set-up: every platform of this run notes in one file which grants it has and uses. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'grants-'));
  process.env.RECORD_GRANTS = join(folder, 'grants.jsonl');
  return () => rmSync(folder, { recursive: true, force: true });
}

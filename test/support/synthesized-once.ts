import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Vitest's global set-up: the plants of one run synthesize the stack once. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'synthesized-'));
  process.env.SYNTHESIZED_ONCE_IN = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

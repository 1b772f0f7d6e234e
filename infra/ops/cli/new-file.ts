import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { UsageError } from './errors.ts';

/**
 * Writes a file whole or not at all, and never over another one. It is synchronous, so that nothing interrupts it.
 * @throws UsageError when it is there already.
 */
export function writeNewFile(file: string, text: string): void {
  const unfinished = `${file}.part`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new UsageError(`${file} is there already: name another with --out.`, { cause: error });
  } finally {
    rmSync(unfinished);
  }
}

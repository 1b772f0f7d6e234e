import { link, rm, writeFile } from 'node:fs/promises';
import { UsageError } from './errors.ts';

/**
 * Writes a file whole or not at all, and never over another one.
 * @throws UsageError when it is there already.
 */
export async function writeNewFile(file: string, text: string): Promise<void> {
  const unfinished = `${file}.part`;
  await writeFile(unfinished, text, { mode: 0o600 });
  try {
    await link(unfinished, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new UsageError(`${file} is there already: name another with --out.`, { cause: error });
  } finally {
    await rm(unfinished);
  }
}

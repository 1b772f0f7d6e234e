import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../../../shared/model/errors.ts';
import { UsageError } from './errors.ts';

/** Reads a file as JSON; `-` is standard input. @throws UsageError when it cannot be read, or is not JSON. */
export async function jsonIn(file: string): Promise<unknown> {
  const complain = (problem: string) => (error: unknown) => {
    throw new UsageError(`${file} ${problem}: ${reasonOf(error, 100)}`, { cause: error });
  };
  const reading = file === '-' ? readAll(process.stdin) : readFile(file, 'utf8');
  const content = await reading.catch(complain('cannot be read'));
  try {
    // Editors on Windows may put a byte order mark first, which trim() takes for a space.
    return JSON.parse(content.trim());
  } catch (error) {
    return complain('is not JSON')(error);
  }
}

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

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** Formats a TypeScript module so that `npm test` accepts it. @throws Error when it cannot be parsed. */
export async function formatted(source: string): Promise<string> {
  const words = ['node_modules/@biomejs/biome/bin/biome', 'format', '--stdin-file-path=plants/module.ts'];
  const child = spawn(process.execPath, words, { cwd: project });
  child.stdin.end(source);
  const [result, complaint, [code]] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`The module cannot be formatted: ${complaint}`);
  return result;
}

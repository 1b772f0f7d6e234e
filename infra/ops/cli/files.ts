import { spawnSync } from 'node:child_process';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type CANCEL_SYMBOL, isCancel } from '@clack/prompts';
import type * as z from 'zod/mini';
import { reasonOf } from '../../../shared/model/errors.ts';
import { systemFailureOf } from '../../../shared/platform/system-errors.ts';
import { parseOrComplain, UsageError } from './command.ts';

/** Reads a file as JSON; `-` is standard input. @throws UsageError when it cannot be read, or is not JSON. */
export async function jsonIn(file: string): Promise<unknown> {
  const reading = file === '-' ? readAll(process.stdin) : readFile(file, 'utf8');
  const content = await reading.catch((error) => {
    const why = systemFailureOf(error)?.means ?? reasonOf(error, 100);
    throw new UsageError(`${file} cannot be read: ${why}`, { cause: error });
  });
  return parsedJson(content, file);
}

/** @param what What the text is, for a person: a file. @throws UsageError when it is not JSON. */
export function parsedJson(text: string, what: string): unknown {
  try {
    // Editors on Windows may put a byte order mark first, which trim() takes for a space.
    return JSON.parse(text.trim());
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${reasonOf(error, 100)}`, { cause: error });
  }
}

/** Whole or not at all, and never over another one; synchronous, so that nothing interrupts it. @throws UsageError */
export function writeNewFile(file: string, text: string): void {
  const unfinished = `${file}.part`;
  writeFileSync(unfinished, text);
  try {
    linkSync(unfinished, file);
  } catch (error) {
    const isThereAlready = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isThereAlready) throw error;
    throw new UsageError(`${file} is there already: nothing was written.`, { cause: error });
  } finally {
    rmSync(unfinished);
  }
}

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** Formats a TypeScript module so that `npm test` accepts it. @throws Error when it cannot be parsed. */
export function formatted(source: string): string {
  const words = ['node_modules/@biomejs/biome/bin/biome', 'format', '--stdin-file-path=plants/module.ts'];
  const options = { cwd: project, input: source, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, options);
  if (status !== 0) throw new Error(`The module cannot be formatted: ${stderr}`);
  return stdout;
}

/** The answers in a file, else those of a person at the terminal. @throws UsageError that names each invalid answer. */
export async function answersFrom<T>(
  file: string | undefined,
  schema: z.ZodMiniType<T>,
  ask: () => Promise<unknown>,
): Promise<T> {
  if (file === undefined && !process.stdin.isTTY)
    throw new UsageError('There is no terminal to ask at: name a file of answers with --answers.');
  const answers = file === undefined ? await ask() : await jsonIn(file);
  return parseOrComplain(schema, answers, (why) => new UsageError(`The answers are invalid: ${why}.`));
}

/** An answer of a person. @throws UsageError when they leave. */
export function answered<T>(value: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(value)) throw new UsageError('Nothing was written.');
  return value;
}

export const unlessEmpty = (complaint: string) => (line?: string) => (line?.trim() ? undefined : complaint);

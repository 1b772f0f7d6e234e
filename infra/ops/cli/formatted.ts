import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

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

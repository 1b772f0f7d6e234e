import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** A module in TypeScript as the project formats it, so that `npm test` takes it. @throws Error when it is none. */
export async function formatted(source: string): Promise<string> {
  const words = ['node_modules/@biomejs/biome/bin/biome', 'format', '--stdin-file-path=plants/module.ts'];
  const child = spawn(process.execPath, words, { cwd: project });
  child.stdin.end(source);
  const [made, complaint, [code]] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`The module cannot be formatted: ${complaint}`);
  return made;
}

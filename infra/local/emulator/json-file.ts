import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What `writeJson` has written there, and so of the type that was written; undefined when nothing has. */
export function readJson<T = unknown>(file: string): T | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Writes a file that only its owner may read, next to the earlier one and then over it: a kill leaves one of the two. */
export function writeJson(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

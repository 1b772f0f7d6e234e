import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/**
 * Writes code of a document into a folder like `plants/`, where it may import `#azumuta-erp`, and compiles it. The folder
 * is removed after the test.
 * @param files Source by file name.
 * @param compilerOptions That differ from the project's.
 */
export async function snippets(files: Readonly<Record<string, string>>, compilerOptions: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['node_modules', 'shared'])
    symlinkSync(join(root, name), join(folder, name), 'junction');
  const others = {
    'package.json': { type: 'module', imports: { '#azumuta-erp': './shared/integration/index.ts' } },
    'tsconfig.json': { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] },
  };
  for (const [name, content] of Object.entries(others))
    writeFileSync(join(folder, name), JSON.stringify(content));
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const told = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  return { folder, complaints: String(told.stdout) };
}

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/**
 * A folder where code may import `#azumuta-erp`, such as that of a document. It is removed after the test.
 * @param files Source by file name.
 */
export function snippetFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['node_modules', 'shared'])
    symlinkSync(join(root, name), join(folder, name), 'junction');
  const aliases = { '#azumuta-erp': './shared/integration/index.ts' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', imports: aliases }));
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), source);
  }
  return folder;
}

/** What the compiler says of the files there. @param compilerOptions That differ from the project's. */
export async function complaintsAbout(folder: string, compilerOptions: object = {}): Promise<string> {
  const settings = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const told = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  return String(told.stdout);
}

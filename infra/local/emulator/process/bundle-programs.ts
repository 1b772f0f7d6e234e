import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the programs that run in processes of their own, one small file each, into the folder. Without it a process
 * would first read a hundred modules of the schema library, which takes longer than all that it does then; and each
 * cold start of a function is such a process. Only programs that import our own modules and the schema library alone
 * can be bundled.
 */
export function bundlePrograms(folder: string): Promise<void> {
  return bundleInto(folder, {
    secrets: '../stores/secrets.ts',
    sns: '../stores/sns.ts',
    services: '../service-process.ts',
    container: '../lambda/container.ts',
  });
}

let sandbox: Promise<string> | undefined;

/** Path of the sandboxes' program, bundled once by each process that starts them; removed when it ends. */
export function sandboxProgram(): Promise<string> {
  sandbox ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-programs-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    await bundleInto(folder, { sandbox: '../../sandbox/program.ts' });
    return join(folder, 'sandbox.mjs');
  })();
  return sandbox;
}

async function bundleInto(folder: string, programs: Readonly<Record<string, string>>): Promise<void> {
  await build({
    entryPoints: Object.entries(programs).map(([out, source]) => ({
      in: fileURLToPath(new URL(source, import.meta.url)),
      out,
    })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'error',
  });
}

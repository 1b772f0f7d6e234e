import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Programs that import nothing but our own modules and the schema library. */
const sources = {
  secrets: '../stores/secrets.ts',
  sns: '../stores/sns.ts',
  services: '../service-process.ts',
  container: '../lambda/container.ts',
} as const;

/**
 * Bundles what runs in processes of its own, one small file each, into the folder. A process that starts would
 * else read a hundred modules of the schema library first, which takes longer than all that it does then; and
 * each cold start of a function is such a process.
 */
export function bundlePrograms(folder: string): Promise<void> {
  return bundleInto(folder, sources);
}

/** The sandboxes, bundled once by each process that starts them; gone when it ends. */
export function sandboxPrograms(): Promise<string> {
  sandboxes ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-programs-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    await bundleInto(folder, { azumuta: '../../sandbox/azumuta/main.ts', erp: '../../sandbox/erp/main.ts' });
    return folder;
  })();
  return sandboxes;
}

let sandboxes: Promise<string> | undefined;

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

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Programs that import nothing but our own modules and the schema library. */
const sources = {
  secrets: './stores/secrets.ts',
  endpoint: './endpoint.ts',
  lambda: './lambda/service.ts',
  container: './lambda/container.ts',
  pollers: './pollers.ts',
  gateway: './gateway.ts',
  scheduler: './scheduler.ts',
} as const;

/**
 * Bundles what runs in processes of its own, one small file each, into the folder. A process that starts would
 * else read a hundred modules of the schema library first, which takes longer than all that it does then; and
 * each cold start of a function is such a process.
 */
export async function bundlePrograms(folder: string): Promise<void> {
  await build({
    entryPoints: Object.entries(sources).map(([out, source]) => ({
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

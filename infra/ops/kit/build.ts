import { resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleSettings, projectRoot } from '../../build/bundle-functions.ts';

/** The oldest Node.js that has what the kit's HTTP client needs (`setDefaultCACertificates`: nodejs.org/api/tls.html). */
export const oldestNodeOfKit = '22.19.0';

/** The kit as one file, which runs from an empty folder. @returns what is in it. */
export async function buildKit(file: string) {
  const { metafile } = await build({
    ...bundleSettings,
    entryPoints: [resolve(projectRoot, 'infra/ops/kit/kit.ts')],
    outfile: resolve(file),
    target: `node${oldestNodeOfKit}`,
    metafile: true,
  });
  return metafile;
}

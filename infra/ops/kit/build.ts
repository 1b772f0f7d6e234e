import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundleSettings, projectRoot } from '../../build/bundle-functions.ts';

/** An older Node.js reads the whole file before it can say that it is too old: this syntax it knows. */
const oldestSyntax = 'node16';

/**
 * A name that a module of Node.js does not have ends the program before its first line, if it is imported; if it is
 * required, it is undefined.
 */
const requireModulesOfNode: Plugin = {
  name: 'require-modules-of-node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/, namespace: 'file' }, ({ path }) => ({ path, namespace: 'of-node' }));
    onLoad({ filter: /.*/, namespace: 'of-node' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** The kit as one file, which runs from an empty folder. @returns what is in it. */
export async function buildKit(file: string) {
  const { metafile } = await build({
    ...bundleSettings,
    entryPoints: [resolve(projectRoot, 'infra/ops/kit/kit.ts')],
    outfile: resolve(file),
    target: oldestSyntax,
    plugins: [requireModulesOfNode],
    metafile: true,
  });
  return metafile;
}

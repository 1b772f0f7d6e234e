import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { trimAwsSdkPlugins } from './trim-aws-sdk.ts';

/** The functions; each has its folder under `functions/`. The last one is in a stack that has pages. */
export const functionNames = [
  'receive-webhook',
  'book-completion',
  'accept-product-orders',
  'pull-product-orders',
  'create-product-orders',
  'reconcile-completions',
  'send-alerts',
  'show-pages',
] as const;

export type FunctionName = (typeof functionNames)[number];

/** Folder with the bundled code of each function. */
export type Bundles = Readonly<Record<FunctionName, string>>;

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Package dependencies that are CommonJS call `require`, which an ES module does not have by itself. */
const requireShim =
  "import { createRequire as createRequireOfModule } from 'node:module'; const require = createRequireOfModule(import.meta.url);";

export const bundleSettings = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: false,
  // Names are not kept: that costs 7 % of the bytes, and time for each closure that the SDK makes in a call.
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  banner: { js: requireShim },
  legalComments: 'none',
  logLevel: 'error',
  absWorkingDir: projectRoot,
} as const satisfies BuildOptions;

/** Only that plant's connector is in the code. @param integrationFile Absolute path of the configuration. */
export async function bundleFunctions(
  integrationFile: string,
  outputFolder: string,
): Promise<{ readonly bundles: Bundles; readonly metafile: Metafile }> {
  // One build for many: what they share is parsed once. Nothing is split off, so each folder is complete.
  const bundle = async (names: readonly FunctionName[], ...plugins: readonly Plugin[]) => {
    const { metafile } = await build({
      ...bundleSettings,
      entryPoints: names.map((name) => ({
        in: join(projectRoot, 'functions', name, 'handler.ts'),
        out: `${name}/index`,
      })),
      outdir: outputFolder,
      plugins: [integrationPlugin(integrationFile), ...trimAwsSdkPlugins, ...plugins],
      metafile: true,
    });
    return metafile;
  };
  // A connector books in one function, and lists in others; the alerts call no ERP, and alone read what the stack is made of.
  const books = await bundle(['book-completion'], withoutListing, withoutDeployment);
  const alerts = await bundle(['send-alerts'], withoutBooking, withoutListing);
  const others = await bundle(
    functionNames.filter((name) => name !== 'book-completion' && name !== 'send-alerts'),
    withoutBooking,
    withoutDeployment,
  );
  const metafile = {
    inputs: { ...others.inputs, ...alerts.inputs, ...books.inputs },
    outputs: { ...others.outputs, ...alerts.outputs, ...books.outputs },
  };
  // Made from all names, so every name is a key.
  const bundles = Object.fromEntries(
    functionNames.map((name) => [name, join(outputFolder, name)]),
  ) as Bundles;
  return { bundles, metafile };
}

/** Leaves files out. @param contents What is imported of them, as esbuild misses no name. */
function leaveOut(name: string, files: RegExp, contents: string): Plugin {
  return {
    name: `without-${name}`,
    setup({ onLoad }) {
      onLoad({ filter: files }, () => ({
        contents,
        loader: 'ts',
        resolveDir: join(projectRoot, 'shared'),
      }));
    },
  };
}

function leaveOutConnectorFile(file: string, exported: readonly string[]): Plugin {
  const files = new RegExp(`[\\\\/]shared[\\\\/]erp[\\\\/][^\\\\/]+[\\\\/]${file}\\.ts$`);
  const contents = exported.map((name) => `export const ${name} = undefined;`).join('\n');
  return leaveOut(file, files, contents);
}
const withoutBooking = leaveOutConnectorFile('booking', ['booking']);
const withoutListing = leaveOutConnectorFile('list-orders', ['listReleasedOrders', 'readListedOrder']);
/** It was checked when the stack was made, and the type of a function's configuration does not have it (`functions/wiring.ts`). */
const withoutDeployment = leaveOut(
  'deployment',
  /[\\/]shared[\\/]integration[\\/]deployment\.ts$/,
  "import * as z from 'zod/mini'; export const deploymentSchema = z.unknown();",
);

/** What is ours and not the plant's. */
const foldersNotOfPlant = ['functions', 'shared', 'node_modules'].map((folder) =>
  join(projectRoot, folder, sep),
);

/**
 * Resolves `#integration` to the plant's configuration. Values of `process.env` are written into it and the plant's own
 * files: a configuration says at synth what it means, and the functions' environment is the stack's alone.
 */
export function integrationPlugin(integrationFile: string): Plugin {
  return {
    name: 'integration',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^#integration$/ }, () => ({ path: integrationFile, namespace: 'file' }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path !== integrationFile && foldersNotOfPlant.some((folder) => path.startsWith(folder)))
          return undefined;
        const source = readFileSync(path, 'utf8');
        const contents = source.replace(/\bprocess\.env\.([A-Za-z_]\w*)/g, (_, name: string) =>
          process.env[name] === undefined ? 'undefined' : JSON.stringify(process.env[name]),
        );
        return { contents, loader: 'ts' };
      });
    },
  };
}

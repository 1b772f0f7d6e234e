import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import { fieldOf, jsonOf } from '../../shared/platform/json.ts';

/** A module of the AWS SDK that a function never uses, and what replaces it. */
interface StandIn {
  /** End of the module's path below `node_modules/`. */
  readonly module: string;
  readonly reason: string;
  readonly contents: string;
}

/**
 * The clients run on laptops and in browsers, too. A Lambda function gets region and credentials from its environment and
 * speaks JSON. What it never uses is nearly half of the bundle and of the time that a cold start takes to read it.
 */
const standIns: readonly StandIn[] = [
  {
    module: '@aws-sdk/credential-provider-node/dist-es/index.js',
    reason:
      'Lambda puts the credentials of the role into the environment; the chain behind it (profiles, SSO, STS, ' +
      'processes, metadata services) would only hide that they are missing. They are read once, like those of the ' +
      'chain: the SDK asks for them twice in each call.',
    contents:
      "import { fromEnv } from '@aws-sdk/credential-provider-env';" +
      'export const defaultProvider = (init) => { let found; return () => (found ??= fromEnv(init)()); };',
  },
  {
    module: '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js',
    reason: 'There is no home folder with a configuration in it, and looking for one delays each first call.',
    contents:
      "export { CONFIG_PREFIX_SEPARATOR } from './constants';" +
      'export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });',
  },
  {
    module:
      '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js',
    reason: 'The region is in the environment; the metadata service is one of EC2.',
    contents: 'export const getInstanceMetadataRegion = async () => undefined;',
  },
  {
    module: '@smithy/core/dist-es/submodules/event-streams/index.js',
    reason:
      'Neither SQS nor DynamoDB nor Secrets Manager streams events. The SDK imports this when it is needed, ' +
      'which keeps esbuild from leaving out anything that it refers to.',
    contents: ['EventStreamSerde', 'eventStreamSerdeProvider']
      .map((name) => `export function ${name}() { throw new Error('Event streams are not bundled.'); }`)
      .join('\n'),
  },
  {
    module: '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js',
    reason:
      'It can do without node:crypto, which is never missing here, and hands keys over as bytes: for each, Node throws ' +
      'and catches two errors until it knows that they are no KeyObject (prepareSecretKey in lib/internal/crypto/keys.js).',
    contents: `import { createHash, createHmac, createSecretKey } from 'node:crypto';
      export class Sha256Node {
        constructor(secret) {
          this.hash = secret ? createHmac('sha256', createSecretKey(Buffer.from(secret))) : createHash('sha256');
        }
        update(bytes) { this.hash.update(bytes); }
        async digest() { return this.hash.digest(); }
      }`,
  },
  {
    module: '@smithy/core/dist-es/submodules/checksum/md5/Md5Js.js',
    reason: 'Replaces a missing node:crypto, which is never missing here.',
    contents: 'export const Md5Js = undefined;',
  },
  {
    module: '@smithy/core/dist-es/submodules/retry/util-retry/DefaultRateLimiter.js',
    reason: 'It slows calls down in the retry mode adaptive; our clients have the mode standard.',
    contents:
      "export class DefaultRateLimiter { constructor() { throw new Error('The retry mode adaptive is not bundled.'); } }",
  },
  {
    module: '@aws-sdk/endpoint-cache/dist-es/index.js',
    reason: 'Endpoint discovery is off unless asked for; its cache brings two CommonJS packages along.',
    contents:
      'export class EndpointCache { get() {} has() { return false; } getEndpoint() {} set() {} delete() {} clear() {} }',
  },
];

/**
 * Puts the stand-ins into a bundle. One that lacks a name which a newer SDK asks for stops the build (esbuild does that);
 * so does one whose module is not there any more, as this list would then be wrong without anybody noticing.
 */
const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup({ onStart, onLoad, onEnd }) {
    const used = new Set<StandIn>();
    onStart(() => used.clear());
    onLoad({ filter: /[\\/](@smithy|@aws-sdk)[\\/]/ }, ({ path }) => {
      const place = path.replaceAll('\\', '/');
      const standIn = standIns.find(({ module }) => place.endsWith(`/node_modules/${module}`));
      if (!standIn) return undefined;
      used.add(standIn);
      return { contents: standIn.contents, loader: 'js', resolveDir: dirname(path) };
    });
    onEnd(({ errors }) => {
      if (errors.length > 0) return undefined;
      const gone = standIns.filter((standIn) => !used.has(standIn));
      return {
        errors: gone.map(({ module, reason }) => ({
          text:
            `The AWS SDK does not have ${module} any more, for which infra/build/trim-aws-sdk.ts has a stand-in. ` +
            `Remove the stand-in, or find what replaced the module. It was there because: ${reason}`,
        })),
      };
    });
  },
};

/** `package.json` of a client is read for its version alone, which it tells AWS with each call. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[a-z-]+[\\/]package\.json$/ }, ({ path }) => {
      const version = fieldOf(jsonOf(readFileSync(path, 'utf8')), 'version');
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * Takes Node's own modules from the process, so that only what is used is read. An import reads all exports: `node:process`
 * opens the standard streams, `node:http` loads undici (`getESMFacade` in Node's lib/internal/bootstrap/realm.js).
 */
const builtInModules: Plugin = {
  name: 'built-in-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'built-in', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({
      contents: builtInModule(path),
      loader: 'js',
    }));
  },
};

/** What keeps a function's bundle small and quick to start; order does not matter. */
export const trimAwsSdkPlugins = [leanSdk, versionOnly, builtInModules];

/** An ES module with the exports of a built-in one, of which esbuild keeps those that are used. */
function builtInModule(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter((each) =>
    /^[A-Za-z_$][\w$]*$/.test(each),
  );
  return [
    `const all = process.getBuiltinModule(${JSON.stringify(name)});`,
    'export default all;',
    ...names
      .filter((each) => each !== 'default')
      .map(
        (each, index) =>
          `const e${index} = /* @__PURE__ */ (() => all.${each})(); export { e${index} as ${each} };`,
      ),
  ].join('\n');
}

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import { fieldOf, jsonOf } from '../../shared/platform/json.ts';

/** A module of the AWS SDK that a function never uses, and what replaces it. */
export interface StandIn {
  /** End of the module's path below `node_modules/`. */
  readonly module: string;
  readonly reason: string;
  /** What has to be true of the original and of its callers, so that the stand-in does its work. */
  readonly assumes: string;
  /** The files that the stand-in was written after, with the SHA-256 of each. */
  readonly originals: Readonly<Record<string, string>>;
  readonly contents: string;
}

/** The versions of the SDK's packages that the stand-ins were compared with. */
export const comparedVersions: Readonly<Record<string, string>> = {
  '@aws-sdk/client-sqs': '3.1175.0',
  '@aws-sdk/core': '3.981.1',
  '@aws-sdk/credential-provider-node': '3.972.98',
  '@aws-sdk/endpoint-cache': '3.972.11',
  '@smithy/core': '3.41.0',
  '@smithy/signature-v4': '5.7.5',
};

/** The errors of SQS: each is a class that has no more than its name. */
const sqsErrors = [
  'InvalidAddress',
  'InvalidSecurity',
  'OverLimit',
  'QueueDoesNotExist',
  'RequestThrottled',
  'UnsupportedOperation',
  'ResourceNotFoundException',
  'MessageNotInflight',
  'ReceiptHandleIsInvalid',
  'BatchEntryIdsNotDistinct',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'TooManyEntriesInBatchRequest',
  'InvalidAttributeName',
  'InvalidAttributeValue',
  'QueueDeletedRecently',
  'QueueNameExists',
  'InvalidIdFormat',
  'PurgeQueueInProgress',
  'KmsAccessDenied',
  'KmsDisabled',
  'KmsInvalidKeyUsage',
  'KmsInvalidState',
  'KmsNotFound',
  'KmsOptInRequired',
  'KmsThrottled',
  'InvalidMessageContents',
  'BatchRequestTooLong',
];

/**
 * The clients run on laptops and in browsers, too. A Lambda function gets region and credentials from its environment and
 * speaks JSON. What it never uses is nearly half of the bundle and of the time that a cold start takes to read it.
 * `test/infra/build/sdk-updates.test.ts` says what to look at when an update of the SDK changes one of these modules.
 */
export const standIns: readonly StandIn[] = [
  {
    module: '@aws-sdk/credential-provider-node/dist-es/index.js',
    reason:
      'Lambda puts the credentials of the role into the environment; the chain behind it (profiles, SSO, STS, ' +
      'processes, metadata services) would only hide that they are missing. They are read once, like those of the ' +
      'chain: the SDK asks for them twice in each call.',
    assumes:
      'Clients import defaultProvider alone, and call what it returns for the credentials of each call; fromEnv(init) returns ' +
      'a function that reads them from the environment.',
    originals: {
      '@aws-sdk/credential-provider-node/dist-es/index.js':
        'a952aa83f0c61f1c5399518dc09fe095e793bcd0d93d5e5316e97c8a68f24e25',
      '@aws-sdk/credential-provider-node/dist-es/defaultProvider.js':
        'f459d07b8f2c2e3173b3e0e65c9d50f094969ca2a81ee8fc31ef23512b41b37f',
    },
    contents:
      "import { fromEnv } from '@aws-sdk/credential-provider-env';" +
      'export const defaultProvider = (init) => { let found; return () => (found ??= fromEnv(init)()); };',
  },
  {
    module: '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js',
    reason: 'There is no home folder with a configuration in it, and looking for one delays each first call.',
    assumes:
      'It gives a promise of both files, each an object that may be empty; ./constants has the separator that it exports.',
    originals: {
      '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js':
        '6254ceb3bfa2d608c8b279c0171e80bc10025994dfad05dc978e597aa3471876',
    },
    contents:
      "export { CONFIG_PREFIX_SEPARATOR } from './constants';" +
      'export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });',
  },
  {
    module:
      '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js',
    reason: 'The region is in the environment; the metadata service is one of EC2.',
    assumes: 'It is asked only where AWS_REGION is missing, and undefined means that there is no region.',
    originals: {
      '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js':
        'da6d439b0eb4d93a17f5919d6e9d349b3931b2ac9e913b13b7abe3e4f61ee9fa',
    },
    contents: 'export const getInstanceMetadataRegion = async () => undefined;',
  },
  {
    module: '@smithy/core/dist-es/submodules/event-streams/index.js',
    reason:
      'Neither SQS nor DynamoDB nor Secrets Manager streams events. The SDK imports this when it is needed, ' +
      'which keeps esbuild from leaving out anything that it refers to.',
    assumes:
      'No client of ours calls an operation with an event stream, so that both names are imported, and never called.',
    originals: {
      '@smithy/core/dist-es/submodules/event-streams/index.js':
        '261c2b96dec39e36f39a15e0ba77b854bece91ded16073c53f8a242998c3821c',
    },
    contents: ['EventStreamSerde', 'eventStreamSerdeProvider']
      .map((name) => `export function ${name}() { throw new Error('Event streams are not bundled.'); }`)
      .join('\n'),
  },
  {
    module: '@smithy/signature-v4/dist-es/HeaderFormatter.js',
    reason: 'It writes the headers of a message in an event stream, and no service of ours streams events.',
    assumes:
      'SignatureV4 makes one without arguments, and calls it only to sign a message of an event stream.',
    originals: {
      '@smithy/signature-v4/dist-es/HeaderFormatter.js':
        'd82a105e2abe3fbd67a4c0310d48f7b93354813de1dbf98083f76fd08d4583e7',
    },
    contents:
      "export class HeaderFormatter { format() { throw new Error('Event streams are not bundled.'); } }",
  },
  {
    module: '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js',
    reason:
      'It can do without node:crypto, which is never missing here, and hands keys over as bytes: for each, Node throws ' +
      'and catches two errors until it knows that they are no KeyObject (prepareSecretKey in lib/internal/crypto/keys.js).',
    assumes:
      'The SDK hands text or bytes over as the key, digests each hash once, and calls nothing but update and digest.',
    originals: {
      '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Node.js':
        '0599f9253cbb8ca468a840d1eab931c5029fa0c97d4eb47e1017a3f32d45f33c',
    },
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
    assumes: 'Md5Node takes it only where node:crypto has no MD5.',
    originals: {
      '@smithy/core/dist-es/submodules/checksum/md5/Md5Js.js':
        'b80b06322eea17132dfa625f2a160518b3cee719d77fe2a2b81b69e0d15028eb',
    },
    contents: 'export const Md5Js = undefined;',
  },
  {
    module: '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js',
    reason:
      'It is the retry mode adaptive, which slows calls down by a rate limiter; our clients have the mode standard.',
    assumes: 'Only the retry mode adaptive makes one, and nothing else makes a rate limiter.',
    originals: {
      '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js':
        '826965148cb6b0f7aae779bcc88909a275b3551f139da9d848b8558cd4463c8e',
    },
    contents:
      "export class AdaptiveRetryStrategy { constructor() { throw new Error('The retry mode adaptive is not bundled.'); } }",
  },
  {
    module: '@smithy/core/dist-es/submodules/endpoints/middleware-endpoint/service-customizations/s3.js',
    reason: 'It names the buckets of S3, which no function calls.',
    assumes: 'It is asked for the service s3 alone; nothing else of it is used.',
    originals: {
      '@smithy/core/dist-es/submodules/endpoints/middleware-endpoint/service-customizations/s3.js':
        'e2df99b94810a69b4d4385d4aaceda3d954ed662c48d66adfafa8296906d5f23',
    },
    contents:
      "export const resolveParamsForS3 = () => { throw new Error('S3 is not bundled.'); };" +
      'export const DOT_PATTERN = undefined, S3_HOSTNAME_PATTERN = undefined;' +
      'export const isArnBucketName = undefined, isDnsCompatibleBucketName = undefined;',
  },
  {
    module: '@aws-sdk/core/dist-es/submodules/client/middleware-user-agent/check-features.js',
    reason:
      'It says in the user agent of each call which features of the SDK are used, for statistics of AWS.',
    assumes: 'It only adds words to the user agent, and nothing reads what it has set.',
    originals: {
      '@aws-sdk/core/dist-es/submodules/client/middleware-user-agent/check-features.js':
        '4bb9d81d0f0698c84b3a046cc3f192e9e72fbbc972a9d718f6d6e02eb517af21',
    },
    contents: 'export async function checkFeatures() {}',
  },
  {
    module: '@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js',
    reason: 'It writes each call to the logger of a client, and ours have none.',
    assumes: 'It changes neither calls nor answers, and clients import getLoggerPlugin alone.',
    originals: {
      '@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js':
        '3bc8983bed4f039f2275ea9d5a52a2b8dfc9fe1ae20c501d1de0f843393046b5',
    },
    contents: `
      export const loggerMiddleware = undefined, loggerMiddlewareOptions = undefined;
      export const getLoggerPlugin = () => ({ applyToStack() {} });`,
  },
  {
    module: '@aws-sdk/core/dist-es/submodules/client/emitWarningIfUnsupportedVersion.js',
    reason:
      'It warns of a Node.js that a later SDK does not support; the tested version is the deployed one.',
    assumes: 'It does nothing but warn.',
    originals: {
      '@aws-sdk/core/dist-es/submodules/client/emitWarningIfUnsupportedVersion.js':
        'f99efb83b24696c96afe0c5b9a8fd93cc0d8a41a68ccf5f710f68d9db0a893fe',
    },
    contents: 'export const state = {}; export const emitWarningIfUnsupportedVersion = () => {};',
  },
  {
    module: '@smithy/core/dist-es/submodules/protocols/json/needsReviver.js',
    reason:
      'It looks in the schema of each answer for numbers that JavaScript cannot hold, and ours have none.',
    assumes: 'DynamoDB sends its numbers as text, and SQS and Secrets Manager send none that large.',
    originals: {
      '@smithy/core/dist-es/submodules/protocols/json/needsReviver.js':
        'ce84fe8e0d7a635fb4bb673d46deaefc5157eb3f4c6d7bde5d5b764a163aac15',
    },
    contents: 'export const needsReviver = () => false;',
  },
  {
    module: '@smithy/core/dist-es/submodules/protocols/json/jsonReviver.js',
    reason: 'It makes such numbers.',
    assumes: 'It is used only where needsReviver says so.',
    originals: {
      '@smithy/core/dist-es/submodules/protocols/json/jsonReviver.js':
        'ff676cc50ed28e942f6d08b5909a622a7de15ca6778366ff713d9732b2063c03',
    },
    contents: 'export const jsonReviver = undefined;',
  },
  {
    module: '@aws-sdk/client-sqs/dist-es/models/errors.js',
    reason: 'Its 28 classes differ in their names alone; one function makes them.',
    assumes: 'Each is a fault of the client, has its name in `name` and `shapeId`, and no field.',
    originals: {
      '@aws-sdk/client-sqs/dist-es/models/errors.js':
        '2a7eaa499b15f20bd111e0bd417c33ca94ae08761034a35cfed783bf465e3423',
    },
    contents: [
      "import { SQSServiceException } from './SQSServiceException.js';",
      'const errorOf = (name) => class extends SQSServiceException {',
      "  static shapeId = 'com.amazonaws.sqs#' + name;",
      "  constructor(options) { super({ name, $fault: 'client', ...options }); Object.setPrototypeOf(this, new.target.prototype); }",
      '};',
      ...sqsErrors.map((name) => `export const ${name} = errorOf('${name}');`),
    ].join('\n'),
  },
  {
    module: '@aws-sdk/endpoint-cache/dist-es/index.js',
    reason: 'Endpoint discovery is off unless asked for; its cache brings two CommonJS packages along.',
    assumes: 'A client makes one when it is created, and asks it only when endpoint discovery is on.',
    originals: {
      '@aws-sdk/endpoint-cache/dist-es/index.js':
        'c7ff29245ddcb6a70b5f2410a372d3f846cf326ab5a0119c03f69e476b6acc94',
      '@aws-sdk/endpoint-cache/dist-es/EndpointCache.js':
        '725c1b5ac2d5d83dbfe93629f865d157e047dc0e6b5bc4673109a59568185860',
    },
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

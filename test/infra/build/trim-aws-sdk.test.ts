import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import * as whole from '../../../functions/runtime.ts';
import { bundleSettings } from '../../../infra/build/bundle-functions.ts';
import { trimAwsSdkPlugins } from '../../../infra/build/trim-aws-sdk.ts';
import { newFolder } from '../new-folder.ts';

const folder = newFolder(afterAll);
await build({
  ...bundleSettings,
  entryPoints: {
    runtime: 'functions/runtime.ts',
    errors: 'node_modules/@aws-sdk/client-sqs/dist-es/models/errors.js',
  },
  outdir: folder,
  plugins: trimAwsSdkPlugins,
});
const trimmed: typeof whole = await import(pathToFileURL(join(folder, 'runtime.mjs')).href);

// A wrong signature shows in AWS alone: the local platform looks at no more than whose it is.
it.each([
  ['without a key', undefined],
  ['with a text as key', 'AWS4secret'],
  ['with bytes as key', new Uint8Array([0, 1, 255])],
])('hashes as the whole SDK does, %s', async (_, key) => {
  // Prepare
  const clients = [trimmed, whole].map(({ createLedgerClient }) => createLedgerClient());

  // Act
  const [ours, theirs] = await Promise.all(
    clients.map(({ config }) => {
      const hash = new config.sha256(key);
      hash.update(Buffer.from('first '));
      hash.update(Buffer.from('second'));
      return hash.digest();
    }),
  );

  // Assess
  expect([...(ours ?? [])]).toEqual([...(theirs ?? [])]);
  expect(ours).toHaveLength(32);
});

it('reads the credentials of the environment once', async () => {
  // Prepare
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'first');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { config } = trimmed.createLedgerClient();
  await config.credentials();

  // Act
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'second');
  const { accessKeyId } = await config.credentials();

  // Assess
  expect(accessKeyId).toBe('first');
});

it('makes the errors of SQS as the whole SDK does', async () => {
  // Prepare
  const whole = await import('@aws-sdk/client-sqs');
  const made: Readonly<Record<string, typeof whole.OverLimit>> = await import(
    pathToFileURL(join(folder, 'errors.mjs')).href
  );
  const options = { message: 'no', $metadata: { httpStatusCode: 400 } };

  // Act
  const ours = Object.entries(made).map(([key, OurError]) => {
    const error = new OurError(options);
    return { key, error, shapeId: Reflect.get(OurError, 'shapeId'), isInstance: error instanceof OurError };
  });

  // Assess
  expect(ours.length).toBeGreaterThan(20);
  for (const { key, error, shapeId, isInstance } of ours) {
    const TheirError = Reflect.get(whole, key);
    const theirs = new TheirError(options);
    const { name, message, $fault, $metadata } = theirs;
    expect({ ...error, message: error.message }).toEqual({ name, message, $fault, $metadata });
    expect({ shapeId, isInstance }).toEqual({ shapeId: TheirError.shapeId, isInstance: true });
  }
});

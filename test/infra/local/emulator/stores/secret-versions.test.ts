import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSecretFile } from '../../../../../infra/local/emulator/stores/secret-versions.ts';

const seed = {
  name: 'plant/key',
  arn: 'arn:aws:secretsmanager:r:a:secret:plant/key-abc123',
  initialValue: 'unset',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The file as a process that starts now would read it. */
function open() {
  return openSecretFile(join(folder, 'secrets.json'));
}

it('keeps the value that was put last, and a restart does not lose it', () => {
  const stored = open();
  stored.seed(seed, 'v1');
  const secret = stored.find('plant/key');
  for (const value of ['one', 'two']) if (secret) stored.put(secret, `id-${value}`, value);

  expect(open().find(seed.arn)?.current).toEqual({ id: 'id-two', value: 'two' });
});

it('does not seed over a value that was set', () => {
  const stored = open();
  stored.seed(seed, 'v1');
  const secret = stored.find('plant/key');
  if (secret) stored.put(secret, 'v2', 'mine');

  const restarted = open();
  restarted.seed(seed, 'v3');

  expect(restarted.find(seed.arn)?.current?.value).toBe('mine');
});

it('has no value until one is set', () => {
  const stored = open();
  stored.seed({ ...seed, initialValue: '' }, 'v1');

  expect(stored.find(seed.arn)).toEqual({ name: seed.name, arn: seed.arn });
});

it('is readable by its owner only', () => {
  open().seed(seed, 'v1');

  // Windows has no such modes: there, a user's own folders are closed to others.
  const ownerOnly = process.platform === 'win32' ? 0o666 : 0o600;
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(ownerOnly);
});

it('finds a secret by name, ARN, or ARN without its random ending', () => {
  const stored = open();
  stored.seed(seed, 'v1');

  for (const id of [seed.name, seed.arn, seed.arn.slice(0, -7)])
    expect(stored.find(id)?.name).toBe(seed.name);
  expect(stored.find('plant')).toBeUndefined();
});

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openShelf } from '../../../../../infra/local/emulator/stores/secret-versions.ts';

const seed = {
  name: 'plant/key',
  arn: 'arn:aws:secretsmanager:r:a:secret:plant/key-abc123',
  initialValue: 'unset',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shelf-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The shelf as a process that starts now would find it. */
function open() {
  return openShelf(join(folder, 'secrets.json'), () => 1_000);
}

function stagesOf(shelf: ReturnType<typeof open>): Record<string, string[]> {
  return Object.fromEntries(
    (shelf.find(seed.arn)?.versions ?? []).map(({ value, stages }) => [value, stages]),
  );
}

it('keeps the current and the previous value, and a restart loses neither', () => {
  const shelf = open();
  shelf.seed(seed, 'v1');
  for (const value of ['one', 'two']) {
    const secret = shelf.find('plant/key');
    if (secret) shelf.put(secret, value, `id-${value}`, ['AWSCURRENT']);
  }

  expect(stagesOf(open())).toEqual({ one: ['AWSPREVIOUS'], two: ['AWSCURRENT'] });
});

it('does not seed over a value that somebody set', () => {
  const shelf = open();
  shelf.seed(seed, 'v1');
  const secret = shelf.find('plant/key');
  if (secret) shelf.put(secret, 'mine', 'v2', ['AWSCURRENT']);

  const restarted = open();
  restarted.seed(seed, 'v3');

  expect(stagesOf(restarted)).toEqual({ unset: ['AWSPREVIOUS'], mine: ['AWSCURRENT'] });
});

it('lets a pending version wait beside the current one', () => {
  const shelf = open();
  shelf.seed(seed, 'v1');
  const secret = shelf.find('plant/key');
  if (secret) shelf.put(secret, 'next', 'v2', ['AWSPENDING']);

  expect(stagesOf(shelf)).toEqual({ unset: ['AWSCURRENT'], next: ['AWSPENDING'] });
});

it('is readable by its owner only', () => {
  open().seed(seed, 'v1');

  // Windows has no such modes: there, a user's own folders are closed to others.
  const ownerOnly = process.platform === 'win32' ? 0o666 : 0o600;
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(ownerOnly);
});

it('finds a secret by name, ARN, or ARN without its random ending', () => {
  const shelf = open();
  shelf.seed(seed, 'v1');

  for (const id of [seed.name, seed.arn, seed.arn.slice(0, -7)]) expect(shelf.find(id)?.name).toBe(seed.name);
  expect(shelf.find('plant')).toBeUndefined();
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, vi } from 'vitest';
import { findEmulator } from '../../../../infra/local/emulator/data-folder.ts';
import { patient } from '../../../support/patient.ts';
import { newFolder } from '../../new-folder.ts';
import { startFixture } from './fixture.ts';
import { awsOf, lives } from './running.ts';

/** The ids of the services that were started, by the lines about them. */
const startedIn = (lines: readonly string[]) =>
  [...lines.join().matchAll(/ starts \(pid (\d+)\)/g)].map(([, pid]) => Number(pid));

describe('stop', () => {
  it('leaves no process', async () => {
    const emulator = await startFixture();
    await emulator.invoke('Probe', { act: 'echo' });
    const pids = emulator.processes().map(({ pid }) => pid);

    await emulator.stop();
    await emulator.stop();

    expect(pids.length).toBe(4);
    expect(pids.filter(lives)).toEqual([]);
  });

  it('loses nothing when the platform starts in the same folder again', async () => {
    const dataDir = newFolder();
    const first = await startFixture({ dataDir });
    const before = awsOf(first);
    const SecretId = first.secretArn('ApiKey');
    try {
      // It stays hidden for its visibility timeout of ten minutes.
      await before.send({ id: 'kept', failUntil: 2 });
      await expect.poll(() => before.seen('kept'), patient).toMatchObject({ times: 1 });
      await before.secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'kept' }));
      expect(findEmulator(dataDir)).toMatchObject({ awsEndpoint: first.awsEndpoint, pid: process.pid });
      // Windows has no such modes: there, a user's own folders are closed to others.
      const ownerOnly = process.platform === 'win32' ? 0o666 : 0o600;
      expect(statSync(join(dataDir, 'platform.json')).mode & 0o777).toBe(ownerOnly);
    } finally {
      await first.stop();
    }
    expect(findEmulator(dataDir)).toBeUndefined();

    const second = await startFixture({ dataDir });
    try {
      const after = awsOf(second);
      expect(await after.depth('Orders')).toEqual({ visible: 0, inFlight: 1 });
      expect((await after.secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString).toBe('kept');
      await after.show('Orders', (await after.seen('kept'))?.record.receiptHandle ?? '');
      await expect.poll(() => after.seen('kept'), patient).toMatchObject({ times: 2 });
    } finally {
      await second.stop();
    }
  });

  it('ends a start that is under way, which rejects', async () => {
    const lines: string[] = [];
    const halfway = new AbortController();
    const starting = startFixture({
      signal: halfway.signal,
      log: (line) => {
        if (lines.push(line) === 2) halfway.abort();
      },
    });

    await expect(starting).rejects.toThrow();
    expect(startedIn(lines).map(lives)).toEqual([false, false, false]);
  });
});

describe('a start', () => {
  it('rejects with the reason when a process cannot start', async () => {
    const lines: string[] = [];
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'dynamodb'), 'in the way');

    const starting = startFixture({ dataDir, log: (line) => lines.push(line) });

    await expect(starting).rejects.toThrow(/dynamodb could not start.*EEXIST/);
    expect(startedIn(lines).map(lives)).toEqual([false, false, false]);
  });
});

describe('the program that runs the platform', () => {
  it('leaves no process when it is killed, and frees its folder', async () => {
    const dataDir = newFolder();
    const program = spawn(process.execPath, [join(import.meta.dirname, 'orphan.ts'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: program.stdout }), 'line');
    const pids: number[] = JSON.parse(String(line));

    program.kill('SIGKILL');
    await once(program, 'exit');

    expect(pids).toHaveLength(4);
    await vi.waitUntil(() => !pids.some(lives), patient);
    // Its address file is left, but is recognised as outdated.
    expect(JSON.parse(readFileSync(join(dataDir, 'platform.json'), 'utf8')).pid).toBe(program.pid);
    expect(findEmulator(dataDir)).toBeUndefined();
  });
});

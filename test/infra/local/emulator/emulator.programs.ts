import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { patient } from '../../../support/patient.ts';
import { startFixture } from './fixture.ts';
import { queueTests } from './lambda/queues.ts';
import { awsOf, startGate } from './running.ts';

const emulator = await forAllTests(startFixture({ maxContainers: 3 }));
const aws = awsOf(emulator);

/** Invokes the probe; an answer that is no object is wrapped into one. */
async function probe(event: unknown, name = 'Probe'): Promise<Record<string, unknown>> {
  const { payload } = await emulator.invoke(name, event);
  return typeof payload === 'object' && payload !== null ? { ...payload } : { payload };
}

describe('the HTTP API', () => {
  const post = (path: string) => fetch(`${emulator.apiUrl}/${path}`, { method: 'POST', body: '{}' });

  it('answers what the function of the route returns, and 404 without a route', async () => {
    const [answer, elsewhere] = [await post('product-orders'), await post('elsewhere')];

    expect([answer.status, elsewhere.status]).toEqual([202, 404]);
    expect(await answer.json()).toEqual({ routeKey: 'POST /product-orders' });
  });
});

describe('a function', () => {
  it('gets Lambda’s environment, and nothing of this machine', async () => {
    const { environment, cwd, context, remaining } = await probe({ act: 'echo' });

    // Windows and macOS give every process some variables of their own.
    const ofAnyProcess = execFileSync(process.execPath, ['-p', 'Object.keys(process.env).join()'], {
      env: {},
    });
    expect(new Set(Object.keys(environment ?? {}))).toEqual(
      new Set([
        ...String(ofAnyProcess).trim().split(',').filter(Boolean),
        'AWS_ACCESS_KEY_ID',
        'AWS_ENDPOINT_URL',
        'AWS_EXECUTION_ENV',
        'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
        'AWS_LAMBDA_FUNCTION_NAME',
        'AWS_REGION',
        'AWS_SECRET_ACCESS_KEY',
        'AWS_SESSION_TOKEN',
        'LAMBDA_TASK_ROOT',
        'LANG',
        'PATH',
        'TZ',
        '_HANDLER',
      ]),
    );
    expect(environment).toMatchObject({ TZ: ':UTC', LAMBDA_TASK_ROOT: expect.any(String) });
    const { LAMBDA_TASK_ROOT } = Object.fromEntries(Object.entries(environment ?? {}));
    expect(realpathSync(LAMBDA_TASK_ROOT)).toBe(cwd);
    expect(context).toMatchObject({
      functionName: emulator.functionName('Probe'),
      memoryLimitInMB: '256',
    });
    expect(remaining).toBeLessThanOrEqual(30_000);
    expect(remaining).toBeGreaterThan(0);
  });

  it('is killed when its time is up, and the next call gets a new container', async () => {
    const before = await probe({ act: 'echo' }, 'Hurried');
    const late = await emulator.invoke('Hurried', { act: 'hang' });
    const after = await probe({ act: 'echo' }, 'Hurried');

    expect(late).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/) },
    });
    expect(after.pid).not.toBe(before.pid);
  });

  it('reports what was thrown, and keeps its container', async () => {
    const thrown = await emulator.invoke('Probe', { act: 'throw' });

    expect(thrown).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'TypeError', errorMessage: 'As asked.' },
    });
    expect(await probe({ act: 'echo' })).toMatchObject({ event: { act: 'echo' } });
  });

  it('fails with Runtime.ExitError when it exits', async () => {
    expect(await emulator.invoke('Probe', { act: 'exit' })).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 7') },
    });
  });

  it('reuses its container for the second call', async () => {
    // A container is free a moment after its answer; a call that comes sooner may get another.
    await vi.waitFor(async () => {
      const first = await probe({ act: 'echo' });
      const second = await probe({ act: 'echo' });

      expect(second).toMatchObject({ pid: first.pid, invocations: Number(first.invocations) + 1 });
    }, patient);
  });

  it('has no more containers than this machine allows: other calls wait', async () => {
    const gate = await startGate();
    const calls = Array.from({ length: 6 }, () => emulator.invoke('Probe', { gate: gate.url }));
    await expect.poll(() => gate.calls.length, patient).toBe(3);
    const containers = emulator.processes().filter(({ name }) => name === emulator.functionName('Probe'));

    gate.open();
    const statuses = (await Promise.all(calls)).map(({ status }) => status);

    expect(containers).toHaveLength(3);
    expect(statuses).toEqual(Array(6).fill(200));
  });

  it('rejects an unknown name, with the names that there are', async () => {
    await expect(emulator.invoke('Nobody', {})).rejects.toThrow(
      'no function Nobody; it has: Probe, Hurried, Worker',
    );
  });
});

describe('the AWS endpoint', () => {
  it('refuses an unknown access key', async () => {
    const credentials = { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' };
    const stranger = awsOf({ ...emulator, credentials });

    await expect(stranger.depth('Orders')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    await expect(stranger.seen('x')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it('refuses a call that is not signed', async () => {
    expect((await fetch(emulator.awsEndpoint, { method: 'POST' })).status).toBe(403);
  });
});

queueTests(aws);

describe('a schedule', () => {
  it('invokes its target with its input when it is run by hand', async () => {
    const ran = await emulator.runSchedule('Hourly');

    expect(ran).toMatchObject({ status: 200, payload: { event: { act: 'echo', from: 'schedule' } } });
  });
});

describe('the network', () => {
  /** Addresses of this machine, by which a process that listens everywhere can be reached. */
  const others = [
    ...Object.values(networkInterfaces()).flatMap((found = []) => found.map(({ address }) => address)),
    // Linux has all of 127.0.0.0/8.
    ...(process.platform === 'linux' ? ['127.0.0.2'] : []),
  ].filter((address) => address !== '127.0.0.1' && !address.startsWith('fe80:'));

  /** Resolves with `open`, or with the error's code. */
  const connectTo = (host: string, port: number) =>
    new Promise<string | undefined>((resolve) => {
      const socket = connect({ host, port }, () => {
        socket.destroy();
        resolve('open');
      });
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    });

  it('listens on 127.0.0.1 only, in every process', async () => {
    const ports = Object.values(emulator.ports);

    const here = await Promise.all(ports.map((port) => connectTo('127.0.0.1', port)));
    const elsewhere = await Promise.all(
      others.flatMap((host) => ports.map(async (port) => [host, port, await connectTo(host, port)])),
    );

    expect(here).toEqual(Array(4).fill('open'));
    expect(elsewhere.filter(([, , answer]) => answer === 'open')).toEqual([]);
    expect((await probe({ act: 'echo' })).resources).not.toContain('TCPServerWrap');
  });
});

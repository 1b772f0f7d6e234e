import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Sandbox } from '../../../../infra/local/sandbox/supervise.ts';
import { patient } from '../../../support/patient.ts';
import { isAlive, startedProcess, temporaryFolder } from './started.ts';

/** Kills the sandbox and listens on its port instead; tries again when the sandbox was restarted first. */
function takePort({ pid, url }: Sandbox): Promise<Server> {
  return vi.waitFor(
    async () => {
      const running = pid();
      if (running !== undefined) process.kill(running, 'SIGKILL');
      const server = createServer().listen(Number(new URL(url).port), '127.0.0.1');
      await once(server, 'listening');
      return server;
    },
    { ...patient, interval: 1 },
  );
}

it('restarts a sandbox at its address, even when its port is taken for a while', async () => {
  // Prepare
  const lines: string[] = [];
  const kept = await startedProcess('erp', (line) => lines.push(line));
  const before = kept.pid();

  // Act
  const blocker = await takePort(kept);
  await vi.waitUntil(() => lines.some((line) => line.includes('EADDRINUSE')), patient);
  blocker.close();
  await expect.poll(() => fetch(`${kept.url}/sandbox/calls`), patient).toMatchObject({ ok: true });

  // Assess: below the ports that the kernel gives to connections
  expect(kept.pid()).not.toBe(before);
  expect(Number(new URL(kept.url).port)).toBeLessThan(32_768);
});

it('ends a sandbox when the process that started it is killed', async () => {
  // Prepare
  const module = new URL('../../../../infra/local/sandbox/supervise.ts', import.meta.url).href;
  const script = `
    import { startSandbox } from ${JSON.stringify(module)};
    const { pid } = await startSandbox('erp', ${JSON.stringify(await temporaryFolder())}, () => {});
    console.log(pid());
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = await once(parent.stdout, 'data');

  // Act
  parent.kill('SIGKILL');

  // Assess
  await vi.waitUntil(() => !isAlive(Number(line)), patient);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod/mini';
import { type SupervisedSandbox, superviseSandbox } from '../../../../infra/local/sandbox/restart.ts';
import { patient } from '../../../support/patient.ts';
import { isAlive, temporaryFolder } from './started.ts';

/** Kills the sandbox, as often as it is back before its port is taken, and listens there instead. */
function takePort({ pid, url }: SupervisedSandbox): Promise<Server> {
  return vi.waitFor(
    async () => {
      if (isAlive(pid())) process.kill(pid(), 'SIGKILL');
      const server = createServer().listen(Number(new URL(url).port), '127.0.0.1');
      await once(server, 'listening');
      return server;
    },
    { ...patient, interval: 1 },
  );
}

it('a kept sandbox comes back at its address, also when that is taken for a while', async () => {
  // Prepare
  const lines: string[] = [];
  const kept = await superviseSandbox('erp', { dataDir: await temporaryFolder() }, (line) =>
    lines.push(line),
  );
  onTestFinished(() => kept.stop());
  const before = kept.pid();

  // Act
  const blocker = await takePort(kept);
  await vi.waitUntil(() => lines.some((line) => line.includes('does not start yet')), patient);
  blocker.close();
  await expect.poll(() => fetch(`${kept.url}/sandbox/calls`), patient).toMatchObject({ ok: true });

  // Assess: below the ports that the kernel gives to connections
  expect(kept.pid()).not.toBe(before);
  expect(Number(new URL(kept.url).port)).toBeLessThan(32_768);
});

/** A process that starts a sandbox and then does as `then` says. */
async function startedParent(then: string) {
  const module = new URL('../../../../infra/local/sandbox/process.ts', import.meta.url).href;
  const script = `
    import { startSandbox } from ${JSON.stringify(module)};
    const { pid } = await startSandbox('erp', { dataDir: ${JSON.stringify(await temporaryFolder())} });
    console.log(JSON.stringify({ pid }));
    ${then}
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = await once(parent.stdout, 'data');
  return { parent, ...z.object({ pid: z.int() }).parse(JSON.parse(String(line))) };
}

it('a sandbox ends when the process that started it is killed', async () => {
  const { parent, pid } = await startedParent('setInterval(() => {}, 1000);');

  parent.kill('SIGKILL');

  await vi.waitUntil(() => !isAlive(pid), patient);
});

it('a sandbox does not keep the process alive that forgot to stop it', async () => {
  const { parent, pid } = await startedParent('');

  await vi.waitUntil(() => parent.exitCode === 0, patient);
  await vi.waitUntil(() => !isAlive(pid), patient);
});

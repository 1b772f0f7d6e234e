import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { superviseSandbox } from '../../../../infra/local/sandbox/restart.ts';
import { temporaryFolder, until } from './started.ts';

/** Listens on the port as soon as nobody does. */
async function blockerOf(port: number): Promise<Server> {
  for (;;) {
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return server;
    } catch {
      // Whoever has it is just being killed.
    }
  }
}

it('a kept sandbox comes back at its address, also when that is taken for a while', async () => {
  // Prepare
  const lines: string[] = [];
  const kept = await superviseSandbox('erp', { dataDir: await temporaryFolder() }, (line) =>
    lines.push(line),
  );
  onTestFinished(() => kept.stop());
  const answers = () =>
    fetch(`${kept.url}/sandbox/calls`).then(
      ({ ok }) => ok,
      () => false,
    );
  const before = kept.pid();

  // Act
  process.kill(before, 'SIGKILL');
  const blocker = await blockerOf(Number(new URL(kept.url).port));
  await until('it could not start', async () => lines.some((line) => line.includes('does not start yet')));
  await new Promise((closed) => blocker.close(closed));
  await until('it is back', answers);

  // Assess: below the ports that the kernel gives to connections
  expect(kept.pid()).not.toBe(before);
  expect(Number(new URL(kept.url).port)).toBeLessThan(32_768);
});

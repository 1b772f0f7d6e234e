import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startLocalSystem } from '../../../../infra/local/run-locally.ts';

export type Stage = Awaited<ReturnType<typeof startStage>>;

/** The local platform and the console, as `npm start` and `npm run console` run them. */
export async function startStage() {
  const folder = await mkdtemp(join(tmpdir(), 'console-stage-'));
  const system = await startLocalSystem({ integrationFile: 'integration.config.ts', dataDir: folder });
  const main = fileURLToPath(new URL('../../../../infra/console/main.ts', import.meta.url));
  const terminal = spawn(process.execPath, [main, '--local', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await addressIn(terminal);
  return {
    system,
    /** The address that the terminal shows, with the token of this start. */
    address,
    origin: new URL(address).origin,
    /** @returns the console's exit code after Ctrl-C. */
    async stop() {
      terminal.kill('SIGINT');
      if (terminal.exitCode === null) await once(terminal, 'exit');
      await system.stop();
      await rm(folder, { recursive: true, force: true });
      return terminal.exitCode;
    },
  };
}

async function addressIn({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('The console has no terminal.');
  for await (const line of createInterface({ input: stdout })) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(line) ?? [];
    if (address !== undefined) {
      stdout.resume();
      return address;
    }
  }
  throw new Error('The console ended without printing its address.');
}

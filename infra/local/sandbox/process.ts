import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { sandboxPrograms } from '../emulator/process/bundle-programs.ts';

export type SandboxKind = 'azumuta' | 'erp';

export interface StartSandboxOptions {
  /** Folder of its database: start it there again and it knows everything it acknowledged. */
  readonly dataDir: string;
  /** Default 0: a free port. */
  readonly port?: number;
  /** Added to this process's environment (`SANDBOX_API_KEY`). */
  readonly env?: Readonly<Record<string, string>>;
  /** Further command-line settings, without dashes: `{ 'requests-per-second': '5' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A sandbox that runs in a process of its own. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`; the API's base path is below it. */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** Resolves when the process has ended, however that came. */
  readonly gone: Promise<void>;
  /** Ends it in good order; resolves when the process is gone. */
  readonly stop: () => Promise<void>;
  /** Ends it as a power cut would (SIGKILL); resolves when the process is gone. */
  readonly kill: () => Promise<void>;
}

/** A bundled program does not know where its sources stand. */
const standard = {
  azumuta: { catalogue: fileURLToPath(new URL('./azumuta/gearboxes.json', import.meta.url)) },
  erp: {},
} as const;

const readySchema = z.object({ ready: z.literal(true), port: z.int() });

/** Forks a sandbox; resolves when it listens. It ends with this process, however that ends. */
export async function startSandbox(kind: SandboxKind, options: StartSandboxOptions): Promise<Sandbox> {
  const settings = Object.entries({ ...standard[kind], ...options.settings }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  const child = fork(
    join(await sandboxPrograms(), `${kind}.mjs`),
    ['--port', String(options.port ?? 0), '--data', options.dataDir, ...settings],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { ...process.env, ...options.env }, execArgv: [] },
  );
  const { port } = await ready(kind, child);
  child.stderr?.resume();
  // A sandbox must not keep the process alive that forgot to stop it: it ends when the channel closes.
  child.unref();
  child.channel?.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();

  const gone = once(child, 'exit').then(() => undefined);
  const end = async (how: () => void) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    how();
    await gone;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    port,
    gone,
    // Not by SIGTERM, which Windows does not have: there it would be as sudden as a kill.
    stop: () => end(() => child.connected && child.disconnect()),
    kill: () => end(() => child.kill('SIGKILL')),
  };
}

async function ready(kind: SandboxKind, child: ChildProcess): Promise<{ port: number }> {
  let complaint = '';
  child.stderr?.on('data', (text) => {
    complaint = (complaint + String(text)).slice(-2000);
  });
  const settled = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: settled.signal }).then(([message]) => readySchema.parse(message)),
      once(child, 'exit', { signal: settled.signal }).then(() => {
        throw new Error(`The ${kind} sandbox did not start: ${complaint.trim() || 'it exited'}`);
      }),
    ]);
  } finally {
    settled.abort();
  }
}

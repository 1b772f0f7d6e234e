import { freePorts, sandboxProgram } from '../emulator/process/host.ts';
import { createSupervisor } from '../emulator/process/supervisor.ts';
import type { SandboxKind } from './sandboxes.ts';

/** A sandbox that runs in a process of its own. */
export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/**
 * Starts a sandbox, and starts it again at the same address with the same books whenever it dies. It ends with this
 * process, however that ends.
 * @param folder Of its database.
 */
export async function startSandbox(kind: SandboxKind, folder: string, log: (line: string) => void) {
  const supervisor = createSupervisor({ log });
  // Port 0 will not do: after a restart the kernel might have given that port to a connection.
  const [port = 0] = await freePorts([undefined]);
  await supervisor.start({
    name: `${kind} sandbox`,
    kind: 'service',
    module: await sandboxProgram(),
    configuration: { kind, port, folder },
  });
  return {
    /** The API's base path is below it. */
    url: `http://127.0.0.1:${port}`,
    /** Undefined while it is down. */
    pid: (): number | undefined => supervisor.processes()[0]?.pid,
    stop: () => supervisor.stop(),
  };
}

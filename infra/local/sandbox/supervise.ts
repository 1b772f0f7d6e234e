import { join } from 'node:path';
import { sandboxPrograms } from '../emulator/process/bundle-programs.ts';
import { nodeBinary } from '../emulator/process/node-binary.ts';
import { freePorts } from '../emulator/process/ports.ts';
import { createSupervisor } from '../emulator/process/supervisor.ts';

export type SandboxKind = 'azumuta' | 'erp';

/** A sandbox that runs in a process of its own. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`; the API's base path is below it. */
  readonly url: string;
  /** Undefined at the moment in which it is down. */
  readonly pid: () => number | undefined;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a sandbox, and starts it again at the same address with the same books whenever it dies. It ends with this
 * process, however that ends.
 * @param folder Of its database.
 */
export async function startSandbox(
  kind: SandboxKind,
  folder: string,
  log: (line: string) => void,
): Promise<Sandbox> {
  const supervisor = createSupervisor({ node: nodeBinary(), log, onProcess: () => {} });
  // Not any free port: one that the kernel gave to a connection meanwhile could not be listened on again.
  const [port = 0] = await freePorts([undefined], Math.random);
  await supervisor.start({
    name: `${kind} sandbox`,
    kind: 'service',
    module: join(await sandboxPrograms(), `${kind}.mjs`),
    configuration: { port, folder },
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: () => supervisor.processes()[0]?.pid,
    stop: () => supervisor.stop(),
  };
}

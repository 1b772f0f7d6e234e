import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '../../../shared/model/errors.ts';
import { freePorts } from '../emulator/process/ports.ts';
import { type Sandbox, type SandboxKind, type StartSandboxOptions, startSandbox } from './process.ts';

/** A sandbox that is started again, at the same address with the same books, whenever it dies. */
export interface SupervisedSandbox {
  readonly url: string;
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
}

/** Something that holds the port for a moment, or the next kill, does not keep it from coming back. */
const againMs = 200;

export async function superviseSandbox(
  kind: SandboxKind,
  options: StartSandboxOptions,
  log: (line: string) => void,
): Promise<SupervisedSandbox> {
  let stopping = false;
  // Not any free port: one that the kernel gave to a connection meanwhile could not be listened on again.
  const [port] = options.port === undefined ? await freePorts([undefined], Math.random) : [options.port];
  const start = () => startSandbox(kind, { ...options, ...(port === undefined ? {} : { port }) });
  let current: Sandbox = await start();
  const { url } = current;
  watch(current);

  function watch({ gone }: Sandbox): void {
    void gone.then(async () => {
      if (stopping) return;
      log(`The ${kind} sandbox died and is started again.`);
      const again = await startAgain();
      if (!again) return;
      current = again;
      if (stopping) await current.stop();
      else watch(current);
    });
  }

  async function startAgain(): Promise<Sandbox | undefined> {
    while (!stopping) {
      try {
        return await start();
      } catch (error) {
        log(`The ${kind} sandbox does not start yet: ${reasonOf(error)}`);
        await pause(againMs);
      }
    }
    return undefined;
  }

  return {
    url,
    pid: () => current.pid,
    async stop() {
      stopping = true;
      await current.stop();
    },
  };
}

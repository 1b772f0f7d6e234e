import { type Sandbox, type SandboxKind, type StartSandboxOptions, startSandbox } from './process.ts';

/** A sandbox that is started again, at the same address with the same books, whenever it dies. */
export interface KeptSandbox {
  readonly url: string;
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
}

export async function keepSandbox(
  kind: SandboxKind,
  options: StartSandboxOptions,
  log: (line: string) => void,
): Promise<KeptSandbox> {
  let stopping = false;
  let current: Sandbox = await startSandbox(kind, options);
  const { url, port } = current;
  watch(current);

  function watch({ gone }: Sandbox): void {
    void gone.then(async () => {
      if (stopping) return;
      log(`The ${kind} sandbox died and is started again.`);
      try {
        current = await startSandbox(kind, { ...options, port });
        if (stopping) await current.stop();
        else watch(current);
      } catch (error) {
        log(
          `The ${kind} sandbox does not start again: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    });
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

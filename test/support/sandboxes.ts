import { listen } from '../../infra/local/emulator/process/http.ts';
import { inMemory } from '../../infra/local/sandbox/database.ts';
import {
  type AzumutaSandboxOptions,
  createSandbox,
  type SandboxKind,
} from '../../infra/local/sandbox/sandboxes.ts';
import type { Sandbox } from '../../infra/local/sandbox/supervise.ts';

/** A sandbox in this process, on loopback, with its books in memory: for tests that neither kill nor restart it. */
export async function startSandboxHere(
  kind: SandboxKind,
  options: AzumutaSandboxOptions = {},
): Promise<Pick<Sandbox, 'url' | 'stop'>> {
  const { answer, close } = createSandbox[kind](inMemory, options);
  const server = await listen(0, answer);
  return {
    url: server.url,
    async stop() {
      await server.close();
      close();
    },
  };
}

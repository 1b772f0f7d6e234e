import { listen } from '../../infra/local/emulator/process/http.ts';
import {
  type AzumutaSandboxOptions,
  createAzumutaSandbox,
} from '../../infra/local/sandbox/azumuta/create-sandbox.ts';
import { inMemory } from '../../infra/local/sandbox/database.ts';
import { createErpSandbox } from '../../infra/local/sandbox/erp/create-sandbox.ts';
import type { Sandbox } from '../../infra/local/sandbox/supervise.ts';

/** A sandbox in this process, on loopback, with its books in memory: for tests that neither kill nor restart it. */
export async function startSandboxHere(
  kind: 'azumuta' | 'erp',
  options: AzumutaSandboxOptions = {},
): Promise<Pick<Sandbox, 'url' | 'stop'>> {
  const { answer, close } =
    kind === 'azumuta' ? createAzumutaSandbox(inMemory, options) : createErpSandbox(inMemory);
  const server = await listen(0, answer);
  return {
    url: server.url,
    async stop() {
      await server.close();
      close();
    },
  };
}

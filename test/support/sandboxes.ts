import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAzumutaSandbox } from '../../infra/local/sandbox/azumuta/create-sandbox.ts';
import { inMemory } from '../../infra/local/sandbox/database.ts';
import { createErpSandbox } from '../../infra/local/sandbox/erp/create-sandbox.ts';
import { azumutaSandboxKey, erpSandboxKey } from '../../infra/local/sandbox/keys.ts';
import type { Sandbox } from '../../infra/local/sandbox/process.ts';

const catalogue = new URL('../../infra/local/sandbox/azumuta/gearboxes.json', import.meta.url);
const requestsPerSecond = 10_000;

/** A sandbox in this process, on loopback, with its books in memory: for tests that neither kill nor restart it. */
export async function startSandboxHere(kind: 'azumuta' | 'erp'): Promise<Pick<Sandbox, 'url' | 'stop'>> {
  const common = { folder: inMemory, requestsPerSecond };
  const { server, close } =
    kind === 'azumuta'
      ? createAzumutaSandbox({
          ...{ ...common, catalogue, key: azumutaSandboxKey, pageSize: 50 },
          nextAs: 'path',
        })
      : createErpSandbox({ ...common, key: erpSandboxKey });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      close();
    },
  };
}

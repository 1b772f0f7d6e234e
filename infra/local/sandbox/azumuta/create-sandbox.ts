import type { Server } from 'node:http';
import { createApiKeyGuard } from '../api-key-guard.ts';
import { createSandboxServer } from '../server.ts';
import { readCatalogue } from './catalogue.ts';
import { shopFloorRoutes } from './control-routes.ts';
import { newMeteorId } from './ids.ts';
import { type Azumuta, apiRoutes, errorBody } from './routes.ts';
import { openStore } from './store.ts';

export interface AzumutaSandboxOptions {
  /** Of its database; or `inMemory`. */
  readonly folder: string;
  readonly catalogue: URL | string;
  readonly key: string;
  readonly requestsPerSecond: number;
  readonly pageSize: number;
  readonly nextAs: Azumuta['nextAs'];
}

/** The server of an Azumuta sandbox, which does not listen yet, and what closes its books. */
export function createAzumutaSandbox(options: AzumutaSandboxOptions): {
  readonly server: Server;
  readonly close: () => void;
} {
  const { folder, catalogue, key, requestsPerSecond, pageSize, nextAs } = options;
  const now = () => new Date();
  const store = openStore(folder);
  const azumuta = { catalogue: readCatalogue(catalogue), store, now, newId: newMeteorId, pageSize, nextAs };
  const server = createSandboxServer({
    api: apiRoutes(azumuta),
    control: shopFloorRoutes(azumuta),
    guard: createApiKeyGuard({ key, requestsPerSecond, now, errorBody }),
    errorBody,
    database: store.database,
  });
  return { server, close: store.database.close };
}

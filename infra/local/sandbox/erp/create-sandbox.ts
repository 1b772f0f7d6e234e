import type { Server } from 'node:http';
import { createApiKeyGuard } from '../api-key-guard.ts';
import { createSandboxServer } from '../server.ts';
import { controlRoutes, pushRoute } from './control-routes.ts';
import { apiRoutes, errorBody } from './routes.ts';
import { openStore } from './store.ts';

export interface ErpSandboxOptions {
  /** Of its database; or `inMemory`. */
  readonly folder: string;
  readonly key: string;
  readonly requestsPerSecond: number;
}

/** The server of an ERP sandbox, which does not listen yet, and what closes its books. */
export function createErpSandbox({ folder, key, requestsPerSecond }: ErpSandboxOptions): {
  readonly server: Server;
  readonly close: () => void;
} {
  const now = () => new Date();
  const store = openStore(folder, now);
  const server = createSandboxServer({
    api: apiRoutes(store, now),
    control: [...controlRoutes(store), pushRoute(store)],
    guard: createApiKeyGuard({ key, requestsPerSecond, now, errorBody }),
    errorBody,
    database: store.database,
  });
  return { server, close: store.database.close };
}

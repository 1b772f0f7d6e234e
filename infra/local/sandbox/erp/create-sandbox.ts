import { createApiKeyGuard } from '../api-key-guard.ts';
import { erpSandboxKey as key } from '../keys.ts';
import { createSandboxServer, type SandboxServer } from '../server.ts';
import { controlRoutes, pushRoute } from './control-routes.ts';
import { apiRoutes, errorBody } from './routes.ts';
import { openStore } from './store.ts';

/** @param folder Of its database; or `inMemory`. */
export function createErpSandbox(folder: string): SandboxServer {
  const now = () => new Date();
  const store = openStore(folder, now);
  return createSandboxServer({
    api: apiRoutes(store, now),
    control: [...controlRoutes(store), pushRoute(store)],
    guard: createApiKeyGuard({ key, requestsPerSecond: 10_000, now, errorBody }),
    errorBody,
    database: store.database,
  });
}

import { createApiKeyGuard } from '../api-key-guard.ts';
import { azumutaSandboxKey as key } from '../keys.ts';
import { createSandboxServer, type SandboxServer } from '../server.ts';
import { catalogueOf } from './catalogue.ts';
import { shopFloorRoutes } from './control-routes.ts';
import gearboxes from './gearboxes.json' with { type: 'json' };
import { newMeteorId } from './ids.ts';
import { type Azumuta, apiRoutes, errorBody } from './routes.ts';
import { openStore } from './store.ts';

export interface AzumutaSandboxOptions extends Partial<Pick<Azumuta, 'pageSize' | 'nextAs'>> {
  readonly requestsPerSecond?: number;
}

/** @param folder Of its database; or `inMemory`. */
export function createAzumutaSandbox(
  folder: string,
  { requestsPerSecond = 10_000, pageSize = 50, nextAs = 'path' }: AzumutaSandboxOptions = {},
): SandboxServer {
  const now = () => new Date();
  const store = openStore(folder);
  const catalogue = catalogueOf(gearboxes);
  const azumuta = { catalogue, store, now, newId: newMeteorId, pageSize, nextAs };
  return createSandboxServer({
    api: apiRoutes(azumuta),
    control: shopFloorRoutes(azumuta),
    guard: createApiKeyGuard({ key, requestsPerSecond, now, errorBody }),
    errorBody,
    database: store.database,
  });
}

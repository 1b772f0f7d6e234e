import { azumutaSandboxKey, createApiKeyGuard, erpSandboxKey } from './api.ts';
import { catalogueOf, newMeteorId } from './azumuta/catalogue.ts';
import { shopFloorRoutes } from './azumuta/control-routes.ts';
import gearboxes from './azumuta/gearboxes.json' with { type: 'json' };
import { type Azumuta, apiRoutes as azumutaRoutes } from './azumuta/routes.ts';
import { openStore as openAzumutaStore } from './azumuta/store.ts';
import { controlRoutes, pushRoute } from './erp/control-routes.ts';
import { apiRoutes as erpRoutes } from './erp/routes.ts';
import { openStore as openErpStore } from './erp/store.ts';
import { createSandboxServer } from './server.ts';

export interface AzumutaSandboxOptions extends Partial<Pick<Azumuta, 'pageSize' | 'nextAs'>> {
  readonly requestsPerSecond?: number;
}

export type SandboxKind = keyof typeof createSandbox;

const now = () => new Date();

/** Each takes the folder of its database, or `inMemory`. */
export const createSandbox = {
  azumuta(
    folder: string,
    { requestsPerSecond = 10_000, pageSize = 50, nextAs = 'path' }: AzumutaSandboxOptions = {},
  ) {
    const store = openAzumutaStore(folder);
    const catalogue = catalogueOf(gearboxes);
    const azumuta = { catalogue, store, now, newId: newMeteorId, pageSize, nextAs };
    return createSandboxServer({
      api: azumutaRoutes(azumuta),
      control: shopFloorRoutes(azumuta),
      guard: createApiKeyGuard(azumutaSandboxKey, requestsPerSecond, now),
      database: store.database,
    });
  },

  erp(folder: string) {
    const store = openErpStore(folder, now);
    return createSandboxServer({
      api: erpRoutes(store),
      control: [...controlRoutes(store), pushRoute(store)],
      guard: createApiKeyGuard(erpSandboxKey, 10_000, now),
      database: store.database,
    });
  },
};

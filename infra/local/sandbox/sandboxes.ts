import { readJson, writeJson } from '../emulator/json-file.ts';
import { azumutaSandboxKey, createApiKeyGuard, erpSandboxKey } from './api.ts';
import { newMeteorId } from './azumuta/catalogue.ts';
import { shopFloorRoutes } from './azumuta/control-routes.ts';
import { gearboxes } from './azumuta/gearboxes.ts';
import { apiRoutes as azumutaRoutes } from './azumuta/routes.ts';
import { openStore as openAzumutaStore } from './azumuta/store.ts';
import { controlRoutes } from './erp/control-routes.ts';
import { apiRoutes as erpRoutes } from './erp/routes.ts';
import { Store as ErpStore } from './erp/store.ts';
import { type SandboxServerOptions, startSandboxServer } from './server.ts';

export type Sandbox<Kind extends keyof typeof startSandbox = keyof typeof startSandbox> = Awaited<
  ReturnType<(typeof startSandbox)[Kind]>
>;

const now = () => new Date();

/** Each runs in this process, and keeps its books in `file` from its end to its next start; without one it forgets them. */
export const startSandbox = {
  azumuta(file?: string, pageSize = 50) {
    const store = openAzumutaStore(file === undefined ? undefined : readJson(file));
    const azumuta = { catalogue: gearboxes, store, now, newId: newMeteorId, pageSize };
    const api = azumutaRoutes(azumuta);
    const control = shopFloorRoutes(azumuta);
    const guard = createApiKeyGuard(azumutaSandboxKey);
    return serve({ api, control, guard }, store, file, store.productOrders);
  },

  erp(file?: string) {
    const store = new ErpStore(now, file === undefined ? undefined : readJson(file));
    const guard = createApiKeyGuard(erpSandboxKey);
    const books = () => ({ orders: store.orders(), bookings: store.bookings() });
    return serve({ api: erpRoutes(store), control: controlRoutes(store), guard }, store, file, books);
  },
};

async function serve<Store>(
  options: SandboxServerOptions,
  store: Store,
  file: string | undefined,
  books: () => unknown,
) {
  const { url, faultLog, close } = await startSandboxServer(options);
  const save = () => file !== undefined && writeJson(file, books());
  // Whoever presses Ctrl-C twice keeps the books, too.
  if (file !== undefined) process.on('exit', save);
  return {
    /** The API's base path is below it. */
    url,
    store,
    faultLog,
    async stop() {
      await close();
      process.off('exit', save);
      save();
    },
  };
}

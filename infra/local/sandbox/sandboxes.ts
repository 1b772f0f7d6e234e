import { readJson, writeJson } from '../emulator/data-folder.ts';
import { accepted, azumutaSandboxKey, erpSandboxKey, route } from './api.ts';
import { newMeteorId } from './azumuta/catalogue.ts';
import { completionSchema } from './azumuta/complete.ts';
import { gearboxes } from './azumuta/gearboxes.ts';
import { apiRoutes as azumutaRoutes } from './azumuta/routes.ts';
import { shopFloorOf } from './azumuta/shop-floor.ts';
import { openStore as openAzumutaStore } from './azumuta/store.ts';
import { plannersOf, releaseSchema } from './erp/planners.ts';
import { apiRoutes as erpRoutes } from './erp/routes.ts';
import { Store as ErpStore } from './erp/store.ts';
import { type SandboxServerOptions, startSandboxServer } from './server.ts';

export type Sandbox<Kind extends keyof typeof startSandbox = keyof typeof startSandbox> = Awaited<
  ReturnType<(typeof startSandbox)[Kind]>
>;

const now = () => new Date();

/** Each runs in this process, and keeps its books in `file` from its end to its next start; without one it forgets them. */
export const startSandbox = {
  azumuta(file?: string) {
    const store = openAzumutaStore(readJson(file));
    const azumuta = { catalogue: gearboxes, store, now, newId: newMeteorId };
    const floor = shopFloorOf(azumuta);
    const control = [
      route('GET', '/sandbox/productorders', floor.productOrders),
      route('POST', '/sandbox/productorders/{number}/complete', ({ parameters: { number = '' }, body }) =>
        floor.complete(number, accepted(completionSchema, body ?? {})),
      ),
    ];
    const options = { api: azumutaRoutes(azumuta), control, key: azumutaSandboxKey };
    return serve(options, store, floor, file);
  },

  erp(file?: string) {
    const store = new ErpStore(now, readJson(file));
    const planners = plannersOf(store);
    const control = [
      route('POST', '/sandbox/orders', ({ body }) => planners.release(accepted(releaseSchema, body ?? {}))),
      route('GET', '/sandbox/orders', planners.orders),
      route('GET', '/sandbox/bookings', planners.bookings),
    ];
    const options = { api: erpRoutes(store), control, key: erpSandboxKey };
    return serve(options, store, planners, file);
  },
};

async function serve<Store extends { readonly books: () => unknown }, People>(
  options: SandboxServerOptions,
  store: Store,
  people: People,
  file: string | undefined,
) {
  const { url, faultLog, control, close } = await startSandboxServer(options);
  const save = () => file !== undefined && writeJson(file, store.books());
  // Whoever presses Ctrl-C twice keeps the books, too.
  if (file !== undefined) process.on('exit', save);
  return {
    /** The API's base path is below it. */
    url,
    store,
    faultLog,
    /** What people do in the partner's own screens, and what tests do to the partner. */
    control: { ...people, ...control },
    async stop() {
      await close();
      process.off('exit', save);
      save();
    },
  };
}

import * as z from 'zod/mini';
import { readJson, writeJson } from '../emulator/data-folder.ts';
import { acceptedBody, azumutaSandboxKey, defineRoute, erpSandboxKey, type SandboxRoute } from './api.ts';
import { newMeteorId } from './azumuta/catalogue.ts';
import { completionRequestSchema } from './azumuta/complete.ts';
import { gearboxes } from './azumuta/gearboxes.ts';
import { azumutaApiRoutes } from './azumuta/routes.ts';
import { shopFloorOf } from './azumuta/shop-floor.ts';
import { openStore as openAzumutaStore } from './azumuta/store.ts';
import { plannersOf, releaseRequestSchema } from './erp/planners.ts';
import { erpApiRoutes } from './erp/routes.ts';
import { Store as ErpStore } from './erp/store.ts';
import { type SandboxServerOptions, startSandboxServer } from './server.ts';
import { type ErpMode, erpModeSchema, erpModes } from './shop-floor.ts';

export type Sandbox<Kind extends keyof typeof startSandbox = keyof typeof startSandbox> = Awaited<
  ReturnType<(typeof startSandbox)[Kind]>
>;

const now = () => new Date();
const modeSchema = z.object({ mode: erpModeSchema });

/** Each runs in this process, and keeps its books in `file` from its end to its next start; without one it forgets them. */
export const startSandbox = {
  azumuta(file?: string) {
    const store = openAzumutaStore(readJson(file));
    const azumuta = { catalogue: gearboxes, store, now, newId: newMeteorId };
    const floor = shopFloorOf(azumuta);
    const control = [
      defineRoute('GET', '/sandbox/productorders', floor.productOrders),
      defineRoute(
        'POST',
        '/sandbox/productorders/{number}/complete',
        ({ parameters: { number = '' }, body }) =>
          floor.complete(number, acceptedBody(completionRequestSchema, body ?? {})),
      ),
    ];
    const options = { api: azumutaApiRoutes(azumuta), control, key: azumutaSandboxKey };
    return serveSandbox(options, store, floor, file);
  },

  erp(file?: string) {
    const store = new ErpStore(now, readJson(file));
    const planners = plannersOf(store);
    let mode: ErpMode = 'well';
    const inMode = ({ body, ...route }: SandboxRoute): SandboxRoute => ({
      ...route,
      body(call) {
        const refusal = erpModes[mode].refusalOf(route.routeKey);
        if (refusal) throw refusal;
        return body(call);
      },
    });
    const control = [
      defineRoute('GET', '/sandbox/mode', () => ({ mode })),
      defineRoute('PUT', '/sandbox/mode', ({ body }) => {
        mode = acceptedBody(modeSchema, body).mode;
      }),
      defineRoute('POST', '/sandbox/orders', ({ body }) =>
        planners.release(acceptedBody(releaseRequestSchema, body ?? {})),
      ),
      defineRoute('GET', '/sandbox/orders', planners.orders),
      defineRoute('GET', '/sandbox/bookings', planners.bookings),
    ];
    const options = { api: erpApiRoutes(store).map(inMode), control, key: erpSandboxKey };
    return serveSandbox(options, store, planners, file);
  },
};

async function serveSandbox<Store extends { readonly books: () => unknown }, People>(
  options: SandboxServerOptions,
  store: Store,
  people: People,
  file: string | undefined,
) {
  const { url, control, close } = await startSandboxServer(options);
  const save = () => file !== undefined && writeJson(file, store.books());
  // Whoever presses Ctrl-C twice keeps the books, too.
  if (file !== undefined) process.on('exit', save);
  return {
    /** The API's base path is below it. */
    url,
    store,
    /** What people do in the partner's own screens, and what tests do to the partner. */
    control: { ...people, ...control },
    async stop() {
      await close();
      process.off('exit', save);
      save();
    },
  };
}

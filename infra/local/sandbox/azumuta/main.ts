/**
 * The Azumuta sandbox on this machine: `node infra/local/sandbox/azumuta/main.ts --port 0 --data <folder>`.
 * Further settings: `--catalogue <file>`, `--requests-per-second <n>`, `--page-size <n>`,
 * `--next path|url|cursor`. The key is in `SANDBOX_API_KEY`.
 */
import * as z from 'zod/mini';
import { createApiKeyGuard } from '../api-key-guard.ts';
import { azumutaSandboxKey } from '../keys.ts';
import { readArguments, run } from '../run.ts';
import { createSandboxServer } from '../server.ts';
import { readCatalogue } from './catalogue.ts';
import { shopFloorRoutes } from './control-routes.ts';
import { newMeteorId } from './ids.ts';
import { apiRoutes, errorBody } from './routes.ts';
import { openStore } from './store.ts';

const settingsSchema = z.object({
  catalogue: z.optional(z.string()),
  'requests-per-second': z._default(z.coerce.number().check(z.positive()), 10_000),
  'page-size': z._default(z.coerce.number().check(z.positive()), 50),
  next: z._default(z.enum(['path', 'url', 'cursor']), 'path'),
});

const { port, folder, settings } = readArguments(process.argv.slice(2), Object.keys(settingsSchema.shape));
const chosen = settingsSchema.parse(settings);
const now = () => new Date();
const store = openStore(folder);
const azumuta = {
  catalogue: readCatalogue(chosen.catalogue ?? new URL('./gearboxes.json', import.meta.url)),
  store,
  now,
  newId: newMeteorId,
  pageSize: chosen['page-size'],
  nextAs: chosen.next,
};

const server = createSandboxServer({
  api: apiRoutes(azumuta),
  control: shopFloorRoutes(azumuta),
  guard: createApiKeyGuard({
    key: process.env.SANDBOX_API_KEY ?? azumutaSandboxKey,
    requestsPerSecond: chosen['requests-per-second'],
    now,
    errorBody,
  }),
  errorBody,
  database: store.database,
});
await run('Azumuta', server, port, store.database.close);

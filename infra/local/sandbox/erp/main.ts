/**
 * A small ERP on this machine: `node infra/local/sandbox/erp/main.ts --port 0 --data <folder>`. Further
 * setting: `--requests-per-second <n>`. The key is in `SANDBOX_API_KEY`.
 */
import * as z from 'zod/mini';
import { createApiKeyGuard } from '../api-key-guard.ts';
import { erpSandboxKey } from '../keys.ts';
import { readArguments, run } from '../run.ts';
import { createSandboxServer } from '../server.ts';
import { controlRoutes, pushRoute } from './control-routes.ts';
import { apiRoutes, errorBody } from './routes.ts';
import { openStore } from './store.ts';

const settingsSchema = z.object({
  'requests-per-second': z._default(z.coerce.number().check(z.positive()), 10_000),
});

const { port, folder, settings } = readArguments(process.argv.slice(2), Object.keys(settingsSchema.shape));
const chosen = settingsSchema.parse(settings);
const now = () => new Date();
const store = openStore(folder, now);

const server = createSandboxServer({
  api: apiRoutes(store, now),
  control: [...controlRoutes(store), pushRoute(store)],
  guard: createApiKeyGuard({
    key: process.env.SANDBOX_API_KEY ?? erpSandboxKey,
    requestsPerSecond: chosen['requests-per-second'],
    now,
    errorBody,
  }),
  errorBody,
  database: store.database,
});
await run('ERP', server, port, store.database.close);

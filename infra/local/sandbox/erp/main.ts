/**
 * A small ERP on this machine: `node infra/local/sandbox/erp/main.ts --port 0 --data <folder>`. Further
 * setting: `--requests-per-second <n>`. The key is in `SANDBOX_API_KEY`.
 */
import * as z from 'zod/mini';
import { erpSandboxKey } from '../keys.ts';
import { createRateLimit } from '../limit.ts';
import { readArguments, run } from '../run.ts';
import { type Call, createSandboxServer, type Reply } from '../server.ts';
import { officeRoutes } from './office.ts';
import { apiRoutes, errorBody } from './routes.ts';
import { openStore } from './store.ts';

const settingsSchema = z.object({
  'requests-per-second': z._default(z.coerce.number().check(z.positive()), 10_000),
});

const { port, folder, settings } = readArguments(process.argv.slice(2), Object.keys(settingsSchema.shape));
const chosen = settingsSchema.parse(settings);
const key = process.env.SANDBOX_API_KEY ?? erpSandboxKey;
const now = () => new Date();
const limit = createRateLimit(chosen['requests-per-second'], now);
const store = openStore(folder, now);

const server = createSandboxServer({
  api: apiRoutes(store, now),
  control: officeRoutes(store),
  guard,
  errorBody,
  database: store.database,
});
await run('ERP', server, port, store.database.close);

function guard({ headers }: Call): Reply | undefined {
  if (headers['x-api-key'] !== key) {
    return { status: 401, body: errorBody('unauthorized', 'The API key is missing or wrong.') };
  }
  const tooFast = limit();
  return (
    tooFast && {
      status: 429,
      headers: { 'retry-after': String(tooFast.retryAfterSeconds) },
      body: errorBody('rate-limited', 'Too many requests.'),
    }
  );
}

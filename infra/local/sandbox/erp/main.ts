/**
 * A small ERP on this machine: `node infra/local/sandbox/erp/main.ts --port 0 --data <folder>`. Further
 * setting: `--requests-per-second <n>`. The key is in `SANDBOX_API_KEY`.
 */
import * as z from 'zod/mini';
import { erpSandboxKey } from '../keys.ts';
import { readArguments, run } from '../run.ts';
import { createErpSandbox } from './create-sandbox.ts';

const settingsSchema = z.object({
  'requests-per-second': z._default(z.coerce.number().check(z.positive()), 10_000),
});

const { port, folder, settings } = readArguments(process.argv.slice(2), Object.keys(settingsSchema.shape));
const chosen = settingsSchema.parse(settings);

const { server, close } = createErpSandbox({
  folder,
  key: process.env.SANDBOX_API_KEY ?? erpSandboxKey,
  requestsPerSecond: chosen['requests-per-second'],
});
await run('ERP', server, port, close);

/**
 * The Azumuta sandbox on this machine: `node infra/local/sandbox/azumuta/main.ts --port 0 --data <folder>`.
 * Further settings: `--catalogue <file>`, `--requests-per-second <n>`, `--page-size <n>`,
 * `--next path|url|cursor`. The key is in `SANDBOX_API_KEY`.
 */
import * as z from 'zod/mini';
import { azumutaSandboxKey } from '../keys.ts';
import { readArguments, run } from '../run.ts';
import { createAzumutaSandbox } from './create-sandbox.ts';

const settingsSchema = z.object({
  catalogue: z.optional(z.string()),
  'requests-per-second': z._default(z.coerce.number().check(z.positive()), 10_000),
  'page-size': z._default(z.coerce.number().check(z.positive()), 50),
  next: z._default(z.enum(['path', 'url', 'cursor']), 'path'),
});

const { port, folder, settings } = readArguments(process.argv.slice(2), Object.keys(settingsSchema.shape));
const chosen = settingsSchema.parse(settings);

const { server, close } = createAzumutaSandbox({
  folder,
  catalogue: chosen.catalogue ?? new URL('./gearboxes.json', import.meta.url),
  key: process.env.SANDBOX_API_KEY ?? azumutaSandboxKey,
  requestsPerSecond: chosen['requests-per-second'],
  pageSize: chosen['page-size'],
  nextAs: chosen.next,
});
await run('Azumuta', server, port, close);

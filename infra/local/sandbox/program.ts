import * as z from 'zod/mini';
import { runService } from '../emulator/process/child-process.ts';
import { listen } from '../emulator/process/http.ts';
import { createSandbox } from './sandboxes.ts';

/** A sandbox in a process of its own, started by `startSandbox`. */
const configurationSchema = z.object({
  kind: z.enum(['azumuta', 'erp']),
  port: z.number(),
  folder: z.string(),
});

runService(configurationSchema, async ({ kind, port, folder }) => {
  const { answer, close } = createSandbox[kind](folder);
  const server = await listen(port, answer);
  return {
    async stop() {
      await server.close();
      close();
    },
  };
});

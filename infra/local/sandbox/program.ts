import * as z from 'zod/mini';
import { runService } from '../emulator/process/child-process.ts';
import { listen } from '../emulator/process/http.ts';
import type { SandboxServer } from './server.ts';

/** The life of a sandbox as a process of its own, which `startSandbox` started. */
export function runSandbox(create: (folder: string) => SandboxServer): void {
  runService(z.object({ port: z.number(), folder: z.string() }), async ({ port, folder }) => {
    const { answer, close } = create(folder);
    const server = await listen(port, answer);
    return {
      async stop() {
        await server.close();
        close();
      },
    };
  });
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { nodeBinary } from '../../../infra/local/emulator/process/host.ts';
import type { Books } from './partner-books.ts';

export type Partners = Awaited<ReturnType<typeof startPartners>>;

const startedSchema = z.object({ port: z.number() });
const counts = z.record(z.string(), z.number());
const booksSchema = z.object({
  calls: counts,
  bookings: counts,
  bookedAt: counts,
  lastBookingAt: z.number(),
  pages: counts,
  created: counts,
});

/**
 * Azumuta and the ERP as stubs that answer after a fixed delay, the same for everything that is measured: both in one
 * process of their own.
 */
export async function startPartners(delayMs: number) {
  const child = fork(fileURLToPath(new URL('./partners-process.ts', import.meta.url)), [String(delayMs)], {
    execPath: nodeBinary(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [started] = await once(child, 'message');
  const url = `http://127.0.0.1:${z.parse(startedSchema, started).port}`;
  const ask = async (path: string, method = 'POST') => {
    const answer = await fetch(`${url}/bench${path}`, { method });
    return z.parse(booksSchema, await answer.json());
  };
  return {
    azumutaUrl: `${url}/api/v1`,
    erpUrl: url,
    read: (): Promise<Books> => ask('', 'GET'),
    /** Resets the stubs, and gives the ERP this many released orders. */
    reset: async (orders = 0) => void (await ask(`/reset?orders=${orders}`)),
    /** The ERP answers 503 for this time. */
    fail: async (ms: number) => void (await ask(`/fail?ms=${ms}`)),
    /** The ERP makes the next booking, but does not answer. */
    holdBack: async () => void (await ask('/hold-back')),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

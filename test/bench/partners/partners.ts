import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { nodeBinary } from '../../../infra/local/emulator/process/host.ts';
import type { Books } from './partner-books.ts';

/** Azumuta and the ERP as stubs that answer after a fixed delay, the same for everything that is measured. */
export interface Partners {
  readonly azumutaUrl: string;
  readonly erpUrl: string;
  readonly read: () => Promise<Books>;
  /** Resets the stubs, and gives the ERP this many released orders. */
  readonly reset: (orders?: number) => Promise<void>;
  /** The ERP answers 503 for this time. */
  readonly fail: (ms: number) => Promise<void>;
  /** The ERP makes the next booking, but does not answer. */
  readonly holdBack: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

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

/** Starts both stubs in one process of their own. */
export async function startPartners(delayMs: number): Promise<Partners> {
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
    read: () => ask('', 'GET'),
    reset: async (orders = 0) => void (await ask(`/reset?orders=${orders}`)),
    fail: async (ms) => void (await ask(`/fail?ms=${ms}`)),
    holdBack: async () => void (await ask('/hold-back')),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Fault } from '../../support/faults.ts';

export type Partners = Awaited<ReturnType<typeof startPartners>>;
/** What both stubs have recorded since the last reset. */
export type Books = z.output<typeof booksSchema>;

/** Product orders with this in their number have ten recordings. */
export const tenRecordings = 'TEN';

const startedSchema = z.object({ azumuta: z.string(), erp: z.string() });
const counts = z.record(z.string(), z.number());
const booksSchema = z.object({
  /** Calls by `METHOD /route/{pattern}`. */
  calls: counts,
  /** Number of bookings by ERP order: more than one is a double booking. */
  bookings: counts,
  /** Epoch milliseconds of the first booking of each ERP order. */
  bookedAt: counts,
  /** Epoch milliseconds of the last booking; 0 without one. */
  lastBookingAt: z.number(),
});

/**
 * Azumuta and the ERP as stubs that answer after a fixed delay, the same for everything that is measured: both in one
 * process of their own.
 */
export async function startPartners(delayMs: number) {
  const child = fork(fileURLToPath(new URL('./partners-process.ts', import.meta.url)), {
    execPath: process.execPath,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [started] = await once(child, 'message');
  const { azumuta, erp } = z.parse(startedSchema, started);
  const fail = async (partner: 'azumuta' | 'erp', ...faults: Fault[]) => {
    const body = JSON.stringify([{ kind: 'delay', ms: delayMs }, ...faults]);
    await fetch(`${erp}/sandbox/faults/${partner}`, { method: 'PUT', body });
  };
  await Promise.all([fail('azumuta'), fail('erp')]);
  return {
    azumutaUrl: `${azumuta}/api/v1`,
    erpUrl: erp,
    read: async (): Promise<Books> =>
      z.parse(booksSchema, await (await fetch(`${erp}/sandbox/books`)).json()),
    /** Forgets what they have recorded. */
    reset: async () => void (await fetch(`${erp}/sandbox/reset`, { method: 'POST' })),
    /** The ERP answers 503 for this time. */
    async fail(ms: number) {
      await fail('erp', { kind: 'status', status: 503 });
      setTimeout(() => void fail('erp'), ms);
    },
    /** The ERP makes the next booking, but does not answer. */
    holdBack: () =>
      fail('erp', {
        kind: 'timeout-after',
        route: 'POST /api/production-orders/{number}/bookings',
        times: 1,
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

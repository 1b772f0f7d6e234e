import * as z from 'zod/mini';
import type { Watermark } from '../../model/orders.ts';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { createLease } from '../lease.ts';

/** One reading of the ERP's orders up to the present, a *window*; it may take several runs. */
export interface PullWindow {
  /** When its first run began, by our clock (ISO): for durations, never compared with times of the ERP. */
  readonly startedAt: string;
  /** A time of the ERP (ISO) that had come when it began. */
  readonly beganAfter: string;
  /** Where its next run goes on. */
  readonly position: Watermark;
}

/** How far the ERP's orders were read. */
export interface PullProgress {
  /** A time of the ERP that had come when the last finished window began. */
  readonly watermark: Watermark | undefined;
  /** A window that has read at least one page, and is not finished. */
  readonly window: PullWindow | undefined;
}

/** How far the ERP's released orders were read, and whose turn it is to read on. */
export interface PullState {
  /** Take the lease; undefined when another run has it. */
  readonly begin: (owner: string, leaseSeconds: number) => Promise<PullProgress | undefined>;
  /** Save how far a window has got; false when the lease was lost to another run. */
  readonly advance: (owner: string, window: PullWindow) => Promise<boolean>;
  /** Give the lease back; with a watermark (or none yet) when the window is finished. */
  readonly end: (owner: string, finished?: Pick<PullProgress, 'watermark'>) => Promise<void>;
  /** How far it has got, and when its last run ended (ISO); nothing when it never ran. */
  readonly state: () => Promise<{ readonly watermark?: Watermark; readonly endedAt?: string }>;
}

const watermarkSchema = z.object({ changedAt: z.string(), id: z.exactOptional(z.string()) });

export const storedSchema = z.object({
  watermark: z.optional(watermarkSchema),
  window: z.nullish(z.object({ startedAt: z.string(), beganAfter: z.string(), position: watermarkSchema })),
  endedAt: z.optional(z.string()),
});

export function createPullState(table: Table, clock: Clock): PullState {
  const key = { pk: 'PULL', sk: 'WATERMARK' };
  const lease = createLease(table, clock, key);
  return {
    async begin(owner, leaseSeconds) {
      const stored = await lease.take(owner, leaseSeconds);
      if (!stored) return undefined;
      const { watermark, window } = z.parse(storedSchema, stored);
      return { watermark, window: window ?? undefined };
    },
    advance: (owner, window) => lease.write(owner, { window, advancedAt: clock.now().toISOString() }),
    end: (owner, finished) =>
      lease.release(owner, {
        endedAt: clock.now().toISOString(),
        ...(finished && { window: null }),
        ...(finished?.watermark && { watermark: finished.watermark }),
      }),
    async state() {
      const { watermark, window, endedAt } = z.parse(storedSchema, (await table.get(key)) ?? {});
      const reached = window?.position ?? watermark;
      return {
        ...(reached === undefined ? {} : { watermark: reached }),
        ...(endedAt === undefined ? {} : { endedAt }),
      };
    },
  };
}

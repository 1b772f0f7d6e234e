import * as z from 'zod/mini';
import type { Watermark } from '../../model/orders.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Table } from '../../platform/dynamodb-table.ts';
import { createLease } from '../lease.ts';

/** One reading of the ERP's orders up to the present, which may take several runs. */
export interface PullWindow {
  /** When its first run began, by our clock (ISO): for durations, never compared with times of the ERP. */
  readonly startedAt: string;
  /** A time of the ERP (ISO) that had come when it began. */
  readonly beganAfter: string;
  /** Where its next run goes on. */
  readonly position: Watermark;
}

/** How far the ERP's orders were read. */
export interface PullStand {
  /** A time of the ERP that had come when the last finished sweep began. */
  readonly watermark: Watermark | undefined;
  /** A sweep that has read at least one page, and is not finished. */
  readonly sweep: PullWindow | undefined;
}

/** How far the ERP's released orders were read, and whose turn it is to read on. */
export interface PullState {
  /** Take the lease; undefined when another run has it. */
  readonly begin: (owner: string, leaseSeconds: number) => Promise<PullStand | undefined>;
  /** Save how far a sweep has got; false when the lease was lost to another run. */
  readonly advance: (owner: string, sweep: PullWindow) => Promise<boolean>;
  /** Give the lease back; with a watermark (or none yet) when the sweep is finished. */
  readonly end: (owner: string, finished?: Pick<PullStand, 'watermark'>) => Promise<void>;
  /** How far it has got, and when its last run ended (ISO); nothing when it never ran. */
  readonly state: () => Promise<{ readonly watermark?: Watermark; readonly endedAt?: string }>;
}

const watermarkSchema = z.object({ changedAt: z.string(), id: z.exactOptional(z.string()) });

/**
 * Versions before sweeps kept how far the newest row was and `complete`. That row's time is a watermark as
 * good; a run of theirs that was not complete has lost its overlap, so a new sweep reads it again.
 */
const storedSchema = z.object({
  watermark: z.optional(watermarkSchema),
  sweep: z.nullish(z.object({ startedAt: z.string(), beganAfter: z.string(), position: watermarkSchema })),
  endedAt: z.optional(z.string()),
});

export function createPullState(table: Table, clock: Clock): PullState {
  const key = { pk: 'PULL', sk: 'WATERMARK' };
  const lease = createLease(table, clock, key);
  return {
    async begin(owner, leaseSeconds) {
      const stored = await lease.take(owner, leaseSeconds);
      if (!stored) return undefined;
      const { watermark, sweep } = z.parse(storedSchema, stored);
      return { watermark, sweep: sweep ?? undefined };
    },
    advance: (owner, sweep) => lease.write(owner, { sweep, advancedAt: clock.now().toISOString() }),
    end: (owner, finished) =>
      lease.release(owner, {
        endedAt: clock.now().toISOString(),
        ...(finished && { sweep: null }),
        ...(finished?.watermark && { watermark: finished.watermark }),
      }),
    async state() {
      const { watermark, sweep, endedAt } = z.parse(storedSchema, (await table.get(key)) ?? {});
      const reached = sweep?.position ?? watermark;
      return {
        ...(reached === undefined ? {} : { watermark: reached }),
        ...(endedAt === undefined ? {} : { endedAt }),
      };
    },
  };
}

import * as z from 'zod/mini';
import type { Watermark } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
import { createLease } from './lease.ts';
import type { Table } from './table.ts';

/** How far the ERP's released orders were read, and whose turn it is to read on. */
export interface Pulling {
  /** Take the lease; undefined when another run has it. */
  readonly begin: (
    owner: string,
    leaseSeconds: number,
  ) => Promise<{ readonly watermark: Watermark | undefined; readonly complete: boolean } | undefined>;
  /** Save how far a run has got; false when the lease was lost to another run. */
  readonly advance: (owner: string, watermark: Watermark) => Promise<boolean>;
  readonly end: (owner: string, complete: boolean) => Promise<void>;
  /** How far it has got, and when its last run ended (ISO); nothing when it never ran. */
  readonly state: () => Promise<{ readonly watermark?: Watermark; readonly endedAt?: string }>;
}

const watermarkSchema = z.optional(z.object({ changedAt: z.string(), id: z.exactOptional(z.string()) }));

const storedSchema = z.object({ watermark: watermarkSchema, endedAt: z.optional(z.string()) });

export function createPulling(table: Table, clock: Clock): Pulling {
  const key = { pk: 'PULL', sk: 'WATERMARK' };
  const lease = createLease(table, clock, key);
  return {
    async begin(owner, leaseSeconds) {
      const before = await lease.take(owner, leaseSeconds, { complete: false });
      if (!before) return undefined;
      const stored = z.parse(watermarkSchema, before.watermark);
      const watermark = stored && {
        changedAt: stored.changedAt,
        ...(stored.id === undefined ? {} : { id: stored.id }),
      };
      return { watermark, complete: before.complete !== false };
    },
    advance: (owner, watermark) => lease.write(owner, { watermark, advancedAt: clock.now().toISOString() }),
    end: (owner, complete) => lease.release(owner, { complete, endedAt: clock.now().toISOString() }),
    async state() {
      const { watermark, endedAt } = z.parse(storedSchema, (await table.get(key)) ?? {});
      return {
        ...(watermark === undefined ? {} : { watermark }),
        ...(endedAt === undefined ? {} : { endedAt }),
      };
    },
  };
}

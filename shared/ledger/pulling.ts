import * as z from 'zod/mini';
import type { Watermark } from '../model/orders.ts';
import type { Clock } from '../platform/clock.ts';
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
}

const key = { pk: 'PULL', sk: 'WATERMARK' } as const;
const watermarkSchema = z.optional(z.object({ changedAt: z.string(), id: z.exactOptional(z.string()) }));

export function createPulling(table: Table, clock: Clock): Pulling {
  return {
    async begin(owner, leaseSeconds) {
      const now = clock.now().getTime();
      const taken = await table.update(key, {
        set: { owner, leaseUntil: now + leaseSeconds * 1000, complete: false },
        condition: 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now',
        values: { now },
      });
      if (!taken) return undefined;
      const stored = z.parse(watermarkSchema, taken.before.watermark);
      const watermark = stored && {
        changedAt: stored.changedAt,
        ...(stored.id === undefined ? {} : { id: stored.id }),
      };
      return { watermark, complete: taken.before.complete !== false };
    },
    async advance(owner, watermark) {
      const updated = await table.update(key, {
        set: { watermark, advancedAt: clock.now().toISOString() },
        condition: '#owner = :owner',
        values: { owner },
      });
      return updated !== undefined;
    },
    async end(owner, complete) {
      await table.update(key, {
        set: { complete },
        remove: ['leaseUntil', 'owner'],
        condition: '#owner = :owner',
        values: { owner },
      });
    },
  };
}

import * as z from 'zod/mini';
import type { Watermark } from '../../model/orders.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';
import { Lease } from '../lease.ts';
import { Records } from './records.ts';

const watermarkSchema = z.object({ changedAt: z.string(), id: z.exactOptional(z.string()) });

const windowSchema = z.object({
  /** When its first run began, by our clock (ISO): for durations, never compared with times of the ERP. */
  startedAt: z.string(),
  /** A time of the ERP (ISO) that had passed when it began. */
  beganAfter: z.string(),
  /** Where its next run continues. */
  position: watermarkSchema,
});
/** A *window*: one reading of the ERP's orders up to the present. It may take several runs. */
export type PullWindow = DeepReadonly<z.output<typeof windowSchema>>;

/** How far the ERP's orders were read. */
export interface PullProgress {
  /** A time of the ERP that had passed when the last finished window began. */
  readonly watermark: Watermark | undefined;
  /** A window that has read at least one page and is not finished. */
  readonly window: PullWindow | undefined;
}

const storedSchema = z.object({
  watermark: z.optional(watermarkSchema),
  window: z.nullish(windowSchema),
  endedAt: z.optional(z.string()),
});
const key = { pk: 'PULL', sk: 'WATERMARK' };

/** How far the ERP's released orders were read, and the lease of the run that reads them. */
export class PullState extends Records {
  readonly #lease = new Lease(this.table, this.clock, key);

  /** Takes the lease; undefined when another run has it. */
  async begin(owner: string, leaseSeconds: number): Promise<PullProgress | undefined> {
    const stored = await this.#lease.take(owner, leaseSeconds);
    if (!stored) return undefined;
    const { watermark, window } = z.parse(storedSchema, stored);
    return { watermark, window: window ?? undefined };
  }

  /** Saves the progress of a window; false when another run has taken over the lease. */
  advance(owner: string, window: PullWindow): Promise<boolean> {
    return this.#lease.write(owner, { window, advancedAt: this.clock.now().toISOString() });
  }

  /** Gives the lease back. @param finished The watermark, if there is one yet, when the window is finished. */
  end(owner: string, finished?: Pick<PullProgress, 'watermark'>): Promise<void> {
    return this.#lease.release(owner, {
      endedAt: this.clock.now().toISOString(),
      ...(finished && { window: null }),
      watermark: finished?.watermark,
    });
  }

  /** How far the pull has got, and when its last run ended (ISO); nothing when it never ran. */
  async state() {
    const { watermark, window, endedAt } = z.parse(storedSchema, (await this.table.get(key)) ?? {});
    return { watermark: window?.position ?? watermark, endedAt };
  }
}

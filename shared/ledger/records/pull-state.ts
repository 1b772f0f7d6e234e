import * as z from 'zod/mini';
import { watermarkSchema } from '../../model/orders.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';
import { Lease } from '../lease.ts';
import { Records } from './records.ts';

const windowSchema = z.object({
  /** When its first run began, by our clock (ISO): for durations, never compared with times of the ERP. */
  startedAt: z.string(),
  /** A time of the ERP (ISO) that had passed when it began. */
  beganAfter: z.string(),
  position: watermarkSchema,
});
/** A *window*: one reading of the ERP's orders up to the present. It may take several runs. */
export type PullWindow = DeepReadonly<z.output<typeof windowSchema>>;

export const progressSchema = z.object({
  /** A time of the ERP that had passed when the last finished window began; an exact one: where that window ended. */
  watermark: z.optional(watermarkSchema),
  /** A window that has read at least one page and is not finished. */
  window: z.optional(windowSchema),
});
export type PullProgress = DeepReadonly<z.output<typeof progressSchema>>;

const key = { pk: 'PULL', sk: 'WATERMARK' };

/** How far the ERP's released orders were read, and the lease of the run that reads them. */
export class PullState extends Records {
  readonly #lease = new Lease(this.table, this.clock, key);

  /** Takes the lease; undefined when another run has it. */
  async beginRun(owner: string, leaseSeconds: number): Promise<PullProgress | undefined> {
    const stored = await this.#lease.take(owner, leaseSeconds);
    return stored && z.parse(progressSchema, stored);
  }

  /** Saves the progress of a window; false when another run has taken over the lease. */
  saveWindow(owner: string, window: PullWindow): Promise<boolean> {
    return this.#lease.setWhileHeld(owner, { window });
  }

  /** Gives the lease back. @param finished The watermark, if there is one yet, when the window is finished. */
  endRun(owner: string, finished?: Pick<PullProgress, 'watermark'>): Promise<void> {
    const set = { endedAt: this.clock.now().toISOString(), watermark: finished?.watermark };
    return this.#lease.release(owner, set, finished ? ['window'] : []);
  }

  /** How far the pull has got, and when its last run ended (ISO); nothing when it never ran. */
  async readState() {
    const { endedAt, ...stored } = (await this.table.get(key)) ?? {};
    const { watermark, window } = z.parse(progressSchema, stored);
    return { watermark: window?.position ?? watermark, endedAt: z.parse(z.optional(z.string()), endedAt) };
  }
}

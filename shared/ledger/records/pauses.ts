import * as z from 'zod/mini';
import { queueKeepsDays } from '../../model/queues.ts';
import type { DeepReadonly } from '../../platform/aws/dynamodb-table.ts';
import { pausesKey } from '../keys.ts';
import { Records } from './records.ts';

const pauseSchema = z.object({ from: z.coerce.date(), until: z.coerce.date() });
export type Pause = DeepReadonly<z.output<typeof pauseSchema>>;

export const pausesSchema = z.object({
  /** The latest ones that have ended, the oldest first. */
  ended: z._default(z.array(pauseSchema), []),
  /** When it was paused last, if not resumed since. It may run nevertheless: a deployment, or the AWS console, records nothing here. */
  since: z.optional(z.coerce.date()),
});
export type PausesOfFlow = DeepReadonly<z.output<typeof pausesSchema>>;

/** The function whose pause is this record alone: its schedule goes on. */
export const pullStage = 'pull-product-orders';

export const bookingsPause = 'bookings';

const maxPauses = 20;
/** Only messages that were tried before a pause need it. */
const keptSeconds = (queueKeepsDays + 1) * 86_400;

/** When flows were paused and resumed; a flow is named by its function. */
export class Pauses extends Records {
  async of(functionName: string): Promise<PausesOfFlow> {
    return z.parse(pausesSchema, (await this.table.get(pausesKey(functionName))) ?? {});
  }

  /**
   * The pauses during which messages of a function waited. One without an end is left out: as the function runs, its
   * flow is not paused. While bookings are paused the function runs all the same, so that pause counts until now.
   */
  async during(functionName: string): Promise<readonly Pause[]> {
    const { ended } = await this.of(functionName);
    if (functionName !== 'book-completion') return ended;
    const bookings = await this.of(bookingsPause);
    const open = bookings.since ? [{ from: bookings.since, until: this.clock.now() }] : [];
    return [...ended, ...bookings.ended, ...open];
  }

  /** The flow is paused from now on. An earlier pause that was not ended here is forgotten, as the flow has run since. */
  async begin(functionName: string): Promise<void> {
    const set = { since: this.clock.now().toISOString() };
    // Without expiry: a pull is paused by this record alone.
    await this.table.update(pausesKey(functionName), { set, remove: ['expiresAt'] });
  }

  /** The flow is resumed; does nothing when the ledger knows of no pause. */
  async end(functionName: string): Promise<void> {
    const { ended, since } = await this.of(functionName);
    if (!since) return;
    const all = [...ended, { from: since, until: this.clock.now() }].slice(-maxPauses);
    const texts = all.map(({ from, until }) => ({ from: from.toISOString(), until: until.toISOString() }));
    // If two operators resume at once, it ends once.
    await this.table.update(pausesKey(functionName), {
      set: { ended: texts, expiresAt: this.expiresAt(keptSeconds) },
      remove: ['since'],
      condition: '#since = :ours',
      values: { ours: since.toISOString() },
    });
  }
}

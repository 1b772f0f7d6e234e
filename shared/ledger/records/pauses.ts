import * as z from 'zod/mini';
import type { DeepReadonly, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { storedInstantSchema } from '../history.ts';
import { expiryAfter, pausesKey } from '../keys.ts';

const pauseSchema = z.object({ from: storedInstantSchema, until: storedInstantSchema });
/** A pause of a flow that has ended. */
export type Pause = DeepReadonly<z.output<typeof pauseSchema>>;

export const storedSchema = z.object({
  /** The latest ones that have ended, the oldest first. */
  ended: z._default(z.array(pauseSchema), []),
  /**
   * When the flow was paused last, if nobody has resumed it since. It may run nevertheless: a deployment, or a person in
   * the AWS console, can switch it on without recording it here.
   */
  since: z.optional(storedInstantSchema),
});
/** The known pauses of a flow. */
export type PausesOfFlow = DeepReadonly<z.output<typeof storedSchema>>;

/** The name of the pause that holds back bookings alone. */
export const bookingsPause = 'bookings';

const maxPauses = 20;
/** Only messages that were tried before a pause need it, and SQS drops those after 14 days. */
const keptSeconds = 15 * 86_400;

export type Pauses = ReturnType<typeof createPauses>;

/** When flows were paused and resumed; a flow is named by its function. */
export function createPauses(table: Table, clock: Clock) {
  const expiresAt = () => expiryAfter(keptSeconds, clock.now());

  async function read(functionName: string): Promise<PausesOfFlow> {
    return z.parse(storedSchema, (await table.get(pausesKey(functionName))) ?? {});
  }

  return {
    of: read,
    /**
     * The pauses during which messages of a function waited. One without an end is left out: as the function runs, its
     * flow is not paused. While bookings are paused the function runs all the same, so that pause counts until now.
     */
    async during(functionName: string): Promise<readonly Pause[]> {
      const { ended } = await read(functionName);
      if (functionName !== 'book-completion') return ended;
      const bookings = await read(bookingsPause);
      const open = bookings.since ? [{ from: bookings.since, until: clock.now() }] : [];
      return [...ended, ...bookings.ended, ...open];
    },
    /** The flow is paused from now on. An earlier pause that was not ended here is forgotten, as the flow has run since. */
    async begin(functionName: string): Promise<void> {
      // Without expiry: a pull is paused by this record alone.
      await table.update(pausesKey(functionName), {
        set: { since: clock.now().toISOString() },
        remove: ['expiresAt'],
      });
    },
    /** The flow is resumed; does nothing when the ledger knows of no pause. */
    async end(functionName: string): Promise<void> {
      const { ended, since } = await read(functionName);
      if (!since) return;
      const all = [...ended, { from: since, until: clock.now() }].slice(-maxPauses);
      const texts = all.map(({ from, until }) => ({ from: from.toISOString(), until: until.toISOString() }));
      // If two operators resume at once, it ends once.
      await table.update(pausesKey(functionName), {
        set: { ended: texts, expiresAt: expiresAt() },
        remove: ['since'],
        condition: '#since = :ours',
        values: { ours: since.toISOString() },
      });
    },
  };
}

/** Milliseconds of an interval (in epoch milliseconds) that fall into pauses; overlapping pauses count once. */
export function pausedMs(pauses: readonly Pause[], from: number, until: number): number {
  const byBegin = pauses.toSorted((a, b) => a.from.getTime() - b.from.getTime());
  let total = 0;
  let counted = from;
  for (const pause of byBegin) {
    const [begin, end] = [Math.max(pause.from.getTime(), counted), Math.min(pause.until.getTime(), until)];
    if (end <= begin) continue;
    total += end - begin;
    counted = end;
  }
  return total;
}

import * as z from 'zod/mini';
import type { Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { expiryAfter, pausesKey } from '../keys.ts';

/** A pause of a flow that is over. */
export interface Pause {
  readonly from: Date;
  readonly until: Date;
}

/** What is known of the pauses of a flow. */
export interface PausesOfFlow {
  /** The latest ones that are over, the oldest first. */
  readonly ended: readonly Pause[];
  /**
   * When the flow was paused last, if nobody has resumed it since. It may run nevertheless: a deployment, or a person
   * in the AWS console, can switch it on and writes nothing.
   */
  readonly since: Date | undefined;
}

/** When a flow was paused and resumed; a flow goes by the name of its function. */
export interface Pauses {
  /** The flow is paused from now on. A pause that nobody has ended is forgotten: the flow has run since. */
  readonly begin: (functionName: string) => Promise<void>;
  /** The flow goes on; nothing happens when it was not paused, as far as the ledger knows. */
  readonly end: (functionName: string) => Promise<void>;
  readonly of: (functionName: string) => Promise<PausesOfFlow>;
}

const maxPauses = 20;
/** Only messages that were tried before a pause ask for it, and SQS drops those after 14 days. */
const keptSeconds = 15 * 86_400;

const instant = z.pipe(
  z.string(),
  z.transform((text) => new Date(text)),
);
export const storedSchema = z.object({
  ended: z._default(z.array(z.object({ from: instant, until: instant })), []),
  since: z.optional(instant),
});

export function createPauses(table: Table, clock: Clock): Pauses {
  const expiresAt = () => expiryAfter(keptSeconds, clock.now());

  async function read(functionName: string): Promise<PausesOfFlow> {
    const { ended, since } = z.parse(storedSchema, (await table.get(pausesKey(functionName))) ?? {});
    return { ended, since };
  }

  return {
    of: read,
    async begin(functionName) {
      // Kept until it ends, however late: a pull is paused by this alone.
      await table.update(pausesKey(functionName), {
        set: { since: clock.now().toISOString() },
        remove: ['expiresAt'],
      });
    },
    async end(functionName) {
      const { ended, since } = await read(functionName);
      if (!since) return;
      const all = [...ended, { from: since, until: clock.now() }].slice(-maxPauses);
      const texts = all.map(({ from, until }) => ({ from: from.toISOString(), until: until.toISOString() }));
      // Two operators at once end it once.
      await table.update(pausesKey(functionName), {
        set: { ended: texts, expiresAt: expiresAt() },
        remove: ['since'],
        condition: '#since = :ours',
        values: { ours: since.toISOString() },
      });
    },
  };
}

/** Milliseconds of an interval (epoch milliseconds) that fall into pauses; where pauses overlap they count once. */
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

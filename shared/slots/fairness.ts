import * as z from 'zod/mini';
import { slotPlacePrefix } from '../ledger/keys.ts';
import type { StoredItem } from '../platform/aws/dynamodb-table.ts';

/** Then a free slot is kept for the first in line. Earlier, it would often stay free while that one is away for a moment. */
const patienceMs = 10_000;
/** A place lapses unless its holder asks again: soon, as a slot may be kept free for one that never comes. */
const placeMs = 20_000;

const leaseSchema = z.object({ sk: z.string(), owner: z.string(), leaseUntil: z.number() });
/** Of one that found no slot free: since when, and when its place lapses (epoch milliseconds). */
export const placeSchema = z.object({ sk: z.string(), since: z.number(), until: z.number() });

/**
 * What a function, for its new messages or for its backlog, sees of a partner's slots and of the line for one. The rule:
 * new messages take what is free until the first in line has waited for ten seconds; then the slot is for that one. A
 * backlog gets one only as the first in line.
 * @param items Of the partner's partition.
 */
export function slotsSeenBy(name: string, isBacklog: boolean, items: readonly StoredItem[], now: number) {
  const asker = isBacklog ? `${name} (backlog)` : name;
  const read = <T>(schema: z.ZodMiniType<T>) => items.flatMap((item) => z.safeParse(schema, item).data ?? []);
  const leases = read(leaseSchema).filter(({ leaseUntil }) => leaseUntil > now);
  const line = read(placeSchema).filter(({ until }) => until > now);
  const [first] = line.sort((a, b) => a.since - b.since);
  const own = line.find(({ sk }) => sk === slotPlacePrefix + asker);
  return {
    asker,
    /** The owner of each slot that is taken, by its sort key. */
    taken: new Map(leases.map(({ sk, owner }) => [sk, owner])),
    isTurn: !first || first === own || (!isBacklog && now - first.since < patienceMs),
    /** The asker's place from now on; undefined if that stays as it is. */
    placeWith(hasSlot: boolean) {
      if (hasSlot) return own && { until: 0 };
      if (own && own.until - now >= placeMs / 2) return undefined;
      return { since: own?.since ?? now, until: now + placeMs };
    },
  };
}

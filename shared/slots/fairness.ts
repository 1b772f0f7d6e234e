import * as z from 'zod/mini';
import { slotKey, slotPlacePrefix } from '../ledger/keys.ts';
import type { Partner } from '../model/partner.ts';
import type { StoredItem } from '../platform/aws/dynamodb-table.ts';

/** Then a free slot is kept for the first in line. Earlier, it would often stay free while that one is away for a moment. */
const patienceMs = 10_000;
/** A place lapses unless its holder asks again: soon, as a slot may be kept free for one that never comes. */
const placeMs = 20_000;

const slotSchema = z.object({ sk: z.string(), owner: z.string(), leaseUntil: z.number() });
/** Of an asker that found no slot free: since when, and when its place lapses (epoch milliseconds). */
const placeSchema = z.object({ sk: z.string(), since: z.number(), until: z.number() });

/** A partner's slots that are taken (their owners by sort key), and the line for one, longest wait first. */
type SlotsSeen = ReturnType<typeof slotsSeen>;
type Places = SlotsSeen['places'];

/** A function that asks for its new messages, or for its backlog: each has one place in line. */
interface Asker {
  readonly name: string;
  readonly isBacklog: boolean;
}

/** `shared`: the function's backlog has a slot already. `none`: others hold all slots, or have waited for long. */
export type NoSlot = 'shared' | 'none';

/** The items of a partner's partition, without leases that have ended and places that have lapsed. */
export function slotsSeen(items: readonly StoredItem[], now: number) {
  const slots = items.flatMap((item) => z.safeParse(slotSchema, item).data ?? []);
  const places = items.flatMap((item) => z.safeParse(placeSchema, item).data ?? []);
  return {
    taken: new Map(slots.flatMap(({ sk, owner, leaseUntil }) => (leaseUntil > now ? [[sk, owner]] : []))),
    places: places
      .filter(({ until }) => until > now)
      .map(({ sk, since, until }) => ({ name: sk.slice(slotPlacePrefix.length), since, until }))
      .sort((a, b) => a.since - b.since),
  };
}

/** Whether it is an asker's turn: not once the first in line has waited for long; a backlog's only as the first. */
export function isTurnOf({ name, isBacklog }: Asker, [first]: Places, now: number): boolean {
  return first === undefined || first.name === name || (!isBacklog && now - first.since < patienceMs);
}

/** The slots to try, if any: of all, or for a backlog of the lower half, rounded up. */
export function slotsFor(
  asker: Asker,
  { taken, places }: SlotsSeen,
  { partner, atOnce }: { readonly partner: Partner; readonly atOnce: number },
  now: number,
): readonly number[] | 'shared' {
  const all = Array.from({ length: atOnce }, (_, at) => atOnce - at);
  const ownerOf = (number: number) => taken.get(slotKey(partner, number).sk);
  const mayHave = asker.isBacklog ? all.slice(Math.floor(atOnce / 2)) : all;
  const free = mayHave.filter((number) => ownerOf(number) === undefined);
  const hasOne = mayHave.some((number) => ownerOf(number)?.startsWith(`${asker.name} `));
  if (asker.isBacklog && hasOne && free.length === 0) return 'shared';
  return isTurnOf(asker, places, now) ? free : [];
}

/** Until when an asker has a place from now on, 0 for none; undefined if that stays as it is. */
export function placeUntil({ name }: Asker, places: Places, hasSlot: boolean, now: number) {
  const own = places.find((place) => place.name === name);
  if (hasSlot) return own && { since: own.since, until: 0 };
  if (own && own.until - now >= placeMs / 2) return undefined;
  return { since: own?.since ?? now, until: now + placeMs };
}

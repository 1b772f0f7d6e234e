import * as z from 'zod/mini';
import type { DeepReadonly, StoredItem } from '../platform/aws/dynamodb-table.ts';

/** A function that asks for a slot, for its new messages or for its backlog. */
export interface Asker {
  readonly name: string;
  readonly isBacklog: boolean;
}

/**
 * For so long a free slot goes to anybody who asks; after that it is kept free for the first in line. With less
 * patience, slots would often be kept free for somebody who is away for the 1 to 3 seconds of a first wait.
 */
export const patienceMs = 10_000;

/**
 * How long a place is kept without being renewed: much longer than a first wait. It must not be long either, as a slot
 * may be kept free for an asker that never comes.
 */
export const placeMs = 20_000;

/** An asker that found no slot of a partner free. Times are epoch milliseconds. */
const placeSchema = z.object({
  name: z.string(),
  /** When it first found none. */
  since: z.number(),
  /** Then its place lapses, unless it asks again. */
  until: z.number(),
});

/** Who waits for a partner's slots, longest first. */
export const lineSchema = z.object({
  places: z._default(z.array(placeSchema), []),
  /** Grows with each change: what was read before another change is not written. */
  revision: z._default(z.number(), 0),
});

export type Place = z.output<typeof placeSchema>;
export type Line = DeepReadonly<z.output<typeof lineSchema>>;

/** The line as it is stored, without the places that have lapsed. */
export function lineOf(stored: StoredItem | undefined, now: number): Line {
  const { places, revision } = z.parse(lineSchema, stored ?? {});
  return { places: places.filter(({ until }) => until > now), revision };
}

/** Whether an asker may try the slots: not once the first in line has waited for too long; a backlog only as the first. */
export function mayTry({ places: [first] }: Line, { name, isBacklog }: Asker, now: number): boolean {
  return first === undefined || first.name === name || (!isBacklog && now - first.since < patienceMs);
}

/** The places with one for the asker at the end, or with its own renewed; undefined while that is young enough. */
export function withPlace({ places }: Line, name: string, now: number): readonly Place[] | undefined {
  const until = now + placeMs;
  const own = places.find((place) => place.name === name);
  if (!own) return [...places, { name, since: now, until }];
  if (own.until - now >= placeMs / 2) return undefined;
  return places.map((place) => (place === own ? { ...own, until } : place));
}

/** The places without the asker, which has a slot; undefined when it had no place. */
export function withoutPlace({ places }: Line, name: string): readonly Place[] | undefined {
  const others = places.filter((place) => place.name !== name);
  return others.length === places.length ? undefined : others;
}

/**
 * Which of the slots 1 … `atOnce` to try, and in which order: beginning at any of them, so that containers do not
 * all try the same one first. A backlog has the lower half, rounded up; new messages have all, the upper half first.
 * @param random In [0, 1).
 */
export function slotsToTry(atOnce: number, random: number, isBacklog: boolean): readonly number[] {
  const half = Math.ceil(atOnce / 2);
  const lower = fromAny(1, half, random);
  return isBacklog ? lower : [...fromAny(half + 1, atOnce, random), ...lower];
}

function fromAny(first: number, last: number, random: number): readonly number[] {
  const count = last - first + 1;
  const start = Math.floor(random * count);
  return Array.from({ length: count }, (_, at) => first + ((start + at) % count));
}

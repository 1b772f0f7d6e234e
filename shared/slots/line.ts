import * as z from 'zod/mini';
import type { StoredItem } from '../platform/aws/dynamodb-table.ts';

/** Who asks for a slot: a function for its new messages, or for its backlog. */
export interface Asker {
  readonly name: string;
  readonly isBacklog: boolean;
}

/** An asker that found no slot of a partner free. Times are epoch milliseconds. */
export interface Place {
  readonly name: string;
  /** When it first found none. */
  readonly since: number;
  /** Then its place lapses, unless it asks again. */
  readonly until: number;
}

/** Who waits for a partner's slots, longest first. */
export interface Line {
  readonly places: readonly Place[];
  /** Grows with each change: what was read before another change is not written. */
  readonly revision: number;
}

/**
 * So long whoever asks in the right moment has a slot; after that it is kept free for the first in line. Earlier, slots
 * would mostly stand free, waiting for somebody who is away for the 1 to 3 seconds of a first wait.
 */
export const patienceMs = 10_000;

/**
 * How long a place is kept without being renewed: much longer than a first wait. A slot may be kept free for it, so it
 * must not be long either: whoever it is kept for may never come.
 */
export const placeMs = 20_000;

export const lineSchema = z.object({
  places: z._default(z.array(z.object({ name: z.string(), since: z.number(), until: z.number() })), []),
  revision: z._default(z.number(), 0),
});

/** The line as it is stored, without the places that have lapsed. */
export function lineOf(stored: StoredItem | undefined, now: number): Line {
  const { places, revision } = z.parse(lineSchema, stored ?? {});
  return { places: places.filter(({ until }) => until > now), revision };
}

/** Whether somebody may try the slots: not while another has lost its patience, and a backlog only in its turn. */
export function mayTry({ places: [first] }: Line, { name, isBacklog }: Asker, now: number): boolean {
  return first === undefined || first.name === name || (!isBacklog && now - first.since < patienceMs);
}

/** The places once the asker has one at the end, or has renewed its own; undefined while that is young enough. */
export function withPlace({ places }: Line, name: string, now: number): readonly Place[] | undefined {
  const until = now + placeMs;
  const own = places.find((place) => place.name === name);
  if (!own) return [...places, { name, since: now, until }];
  if (own.until - now >= placeMs / 2) return undefined;
  return places.map((place) => (place === own ? { ...own, until } : place));
}

/** The places once the asker has a slot; undefined when it had no place. */
export function withoutPlace({ places }: Line, name: string): readonly Place[] | undefined {
  const others = places.filter((place) => place.name !== name);
  return others.length === places.length ? undefined : others;
}

/**
 * Which of the slots 1 … `atOnce` to try, and in which order: from any of them on, so that containers do not all meet at
 * the first. A backlog has the lower half, rounded up; what is new has all, the upper half first.
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

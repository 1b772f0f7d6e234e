import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';

/** How far a product order has got; the last three are ends without a booking. */
export const stages = [
  'wanted',
  'being created',
  'in Azumuta',
  'completed',
  'to be booked',
  'booked',
  'withdrawn',
  'removed',
  'given up',
] as const;
export type Stage = (typeof stages)[number];

const endedStages: ReadonlySet<Stage> = new Set(['booked', 'withdrawn', 'removed', 'given up']);

/** Whether nothing more is to be made or booked of it: it is neither late nor due. */
export function hasEnded(stage: Stage): boolean {
  return endedStages.has(stage);
}

export interface LifeFacts extends Pick<KnownOrder, 'entry'> {
  readonly concerns: readonly Pick<Concern, 'kind'>[];
  readonly bookings: readonly Pick<BookingEntry, 'kind' | 'parts' | 'state' | 'discarded' | 'reason'>[];
}

/**
 * The stage of a product order, derived from what the ledger holds of it and never stored; the first line that fits counts:
 *
 *   its quantity is booked                            booked
 *   a person has given it up                          given up
 *   completed, and the ERP does not know it           completed
 *   a booking is planned, under way or refused        to be booked; given up, once a person has discarded it
 *   Azumuta does not have it any more                 removed
 *   withdrawn                                         withdrawn
 *   created, and it waits for its completion          in Azumuta
 *   created, and it waits no more                     completed; in Azumuta, where the ERP does not want it
 *   being created, or in doubt                        being created
 *   waits, refused, or never became one               wanted
 *
 * @returns It, and the order's own bookings: parts that are booked together have theirs in one place.
 */
export function lifeOf({ entry, concerns, bookings: all }: LifeFacts) {
  const { index } = entry?.part ?? { index: 1 };
  const bookings = all.filter(({ kind, parts }) => kind !== 'quantity' || parts.includes(index));
  return { stage: stageOf({ entry, concerns, bookings }), bookings };
}

function stageOf({ entry, bookings, concerns }: LifeFacts): Stage {
  const isOpen = (kind: Concern['kind']) => concerns.some((concern) => concern.kind === kind);
  const quantities = bookings.filter(({ kind }) => kind === 'quantity');
  if (quantities.some(({ state }) => state === 'done')) return 'booked';
  if (entry?.end?.how === 'given up') return 'given up';
  const open = quantities.filter(({ state }) => state !== 'ignored');
  if (open.some(({ discarded }) => !discarded)) return 'to be booked';
  if (open.length > 0) return 'given up';
  if (!entry && quantities.length > 0) return 'completed';
  if (isOpen('removed')) return 'removed';
  if (entry?.end) return 'withdrawn';
  if (entry?.state === 'done') return entry.awaiting || isOpen('unwanted') ? 'in Azumuta' : 'completed';
  return entry?.state === 'claimed' ? 'being created' : 'wanted';
}

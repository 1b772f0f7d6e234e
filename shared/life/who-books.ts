import { isNothingSent } from '../ledger/claims.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { dayMs, hourMs, isDate, utcInstant } from '../model/time.ts';

/**
 * `people`: it was completed before the integration was live. `unclear`: whether it was, Azumuta does not say. `earlier ledger`:
 * it was completed before its order came here, so a ledger that was lost may have had it booked with other parts.
 */
export type WhoBooks = 'us' | 'people' | 'unclear' | 'earlier ledger';

export interface CompletionTime {
  /** As Azumuta says it: an instant, a local time without a zone, or a day. */
  readonly completedAt?: string | undefined;
}

/** No zone is further from UTC than that (Kiritimati). */
const furthestZoneMs = 14 * hourMs;

/**
 * Who books a completed product order in the ERP:
 *
 *   there is no `liveFrom`                          we do
 *   completed before it                             people did, or will: nothing of it is booked here, ever
 *   completed since                                 we do
 *   no time, and we have created it since           we do
 *   no time, or one that may be before or after     unclear
 *
 * @param liveFrom ISO in UTC.
 * @param createdAt When we have created it (ISO); undefined for one that somebody has typed.
 */
export function decideWhoBooks(
  { completedAt }: CompletionTime,
  { liveFrom, createdAt }: { readonly liveFrom: string | undefined; readonly createdAt: string | undefined },
): Exclude<WhoBooks, 'earlier ledger'> {
  if (liveFrom === undefined) return 'us';
  const from = Date.parse(liveFrom);
  if (completedAt === undefined)
    return createdAt !== undefined && Date.parse(createdAt) >= from ? 'us' : 'unclear';
  const { earliestMs, latestMs } = instantsOf(completedAt);
  if (latestMs < from) return 'people';
  return earliestMs >= from ? 'us' : 'unclear';
}

/** The instants that a time may mean: one, unless it lacks a zone or is a day. */
function instantsOf(time: string): { readonly earliestMs: number; readonly latestMs: number } {
  const instant = utcInstant(time);
  if (instant !== undefined) return { earliestMs: Date.parse(instant), latestMs: Date.parse(instant) };
  const atMs = Date.parse(isDate(time) ? time : `${time}Z`);
  const lastsMs = isDate(time) ? dayMs - 1 : 0;
  return { earliestMs: atMs - furthestZoneMs, latestMs: atMs + lastsMs + furthestZoneMs };
}

/** When we have created a product order in Azumuta (ISO); undefined for one that was adopted, or is not known. */
export function createdByUsAt(entry: Pick<OrderEntry, 'history'> | undefined): string | undefined {
  return entry?.history.findLast(({ event }) => event === 'created')?.at;
}

/**
 * Whether a product order that we neither made nor adopted was completed before its order came here. Where that time is unknown,
 * it was if its creation was refused and surely not sent.
 */
export function isOlderThanItsOrder(
  completed: CompletionTime,
  { productOrder, history: [came], ...step }: OrderEntry,
): boolean {
  if (productOrder || !came) return false;
  const since = decideWhoBooks(completed, { liveFrom: came.at, createdAt: undefined });
  const isSurelyNotOurs = step.state === 'rejected' && isNothingSent(step);
  return since === 'people' || (since === 'unclear' && isSurelyNotOurs);
}

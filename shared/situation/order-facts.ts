import type { BreakerState } from '../circuit-breaker/breaker-for-people.ts';
import type { ViewLedger } from '../ledger/ledger.ts';
import type { JourneyEntry } from '../ledger/records/events.ts';
import { type DueNow, dueStateOf } from '../model/due.ts';
import type { ShownFacts } from '../model/order-facts.ts';
import type { Partner } from '../model/partner.ts';
import { formatQuantity } from '../model/quantity.ts';

/** All that the ledger knows of one product order, as `orderInWords` takes it; by keys, a handful of reads. */
export type OrderFacts = NonNullable<Awaited<ReturnType<typeof readOrderFacts>>>;

/** What the ledger holds of an order now, and what the ERP wants of it; without what happened. */
export async function readFactsForWords(
  number: string,
  { knownOrders, erpOrders }: Pick<ViewLedger, 'knownOrders' | 'erpOrders'>,
  now: DueNow,
) {
  const standing = await knownOrders.readStanding(number);
  const record = standing.entry && (await erpOrders.find(standing.entry.erpOrder));
  // What cannot become a product order has only what its concern says of it.
  const about = standing.concerns.find((concern) => concern.about)?.about;
  const article = standing.entry?.erpOrder.article ?? about?.article;
  const quantity = record ? formatQuantity(record.erpOrder) : about?.quantity;
  const { dueDate } = standing.entry ?? about ?? {};
  const shown = { article, quantity, dueDate } satisfies ShownFacts;
  return { ...standing, ...shown, record, due: dueStateOf({ dueDate }, now) };
}

/** @returns undefined when nothing ever happened to an order of that number. */
export async function readOrderFacts(
  number: string,
  ledger: Pick<ViewLedger, 'journeys' | 'knownOrders' | 'erpOrders'>,
  { now, partners }: { readonly now: DueNow; readonly partners: Readonly<Record<Partner, BreakerState>> },
) {
  const own = await ledger.journeys.readJourney(number);
  if (own.length === 0) return undefined;
  const { deadLetters: open, home, ...standing } = await readFactsForWords(number, ledger, now);
  const journey = home === number ? own : withBookings(own, await ledger.journeys.readJourney(home));
  const deadLetters = open.map((deadLetter) => {
    const name = `dead letter ${deadLetter.messageId}`;
    const begun = journey.findLast(({ of, event }) => of === name && event === 'dead-lettered');
    // The order is the one that its dead letter names: the first part, where parts are booked together. `since` is ISO.
    return { ...deadLetter, since: begun?.at ?? '' };
  });
  return { ...standing, deadLetters, journey, partners };
}

/** The journey of a part, with that of the bookings that are kept with the first part. */
function withBookings(own: readonly JourneyEntry[], ofFirst: readonly JourneyEntry[]): JourneyEntry[] {
  const shared = ofFirst.filter(({ of }) => of.startsWith('booking '));
  return [...own, ...shared].sort((a, b) => a.at.localeCompare(b.at));
}

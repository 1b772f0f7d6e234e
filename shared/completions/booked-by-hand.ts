import { acceptingInWords, ifNoneIsBooked } from '../erp/beyond-order.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import { isBookedTogether } from '../ledger/records/product-orders.ts';
import { createdByUsAt } from '../life/who-books.ts';
import type { Completion } from '../model/completions.ts';
import { Rejected } from '../model/errors.ts';
import { type ErpOrder, partNumbers, quantityOfPart } from '../model/orders.ts';
import { compareDecimals, type Decimal, formatQuantity, sumOf } from '../model/quantity.ts';
import type { PartnerCall } from '../platform/http.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import type { HintDependencies, Inquiry } from './inquiry.ts';

export interface ByHandFacts {
  /** What the ERP says was produced of the order, by whomever; undefined where it does not say. */
  readonly produced: ErpOrder['produced'];
  /** What we have booked on it. */
  readonly ours: { readonly good: Decimal; readonly scrap: Decimal };
  /** What its parts are for that were completed before we were live, or given up: people book them. */
  readonly peoples: Decimal;
  /** Whether the order ends with this booking. */
  readonly final: boolean;
}

/**
 * Whether people may have booked by hand what is to be booked, by what they have booked on the ERP order, next to what its
 * parts are for that are theirs:
 *
 *   as much                            book
 *   more                               ask: it may be part of this
 *   less, and the order goes on        book: they book the rest of theirs later
 *   less, and the order ends with it   ask: they would find it closed
 *   the ERP does not say               as for less, where parts are theirs; else book: the connector's look is all there is
 */
export function decideByHand({ produced, ours, peoples, final }: ByHandFacts): 'book' | 'ask' {
  const areTheirs = compareDecimals(peoples, '0') > 0;
  const asForLess = areTheirs && final ? 'ask' : 'book';
  if (!produced) return asForLess;
  const { good, scrap } = produced;
  const ofScrap = scrap === undefined ? [] : [scrap, `-${ours.scrap}`];
  const byOthers = sumOf([good, `-${ours.good}`, ...ofScrap]);
  const compared = compareDecimals(byOthers, peoples);
  if (compared > 0) return 'ask';
  return compared === 0 ? 'book' : asForLess;
}

type Booking = Pick<Inquiry, 'entry' | 'bookings' | 'home'> & {
  readonly planned: BookingEntry;
  readonly completion: Completion;
};

/**
 * Whether people may have typed or booked some of its ERP order, so that the ERP is asked what was produced. Not of what only
 * Azumuta knows where several product orders may be booked on one ERP order: which these are, nobody knows.
 */
function mayBeBegunByHand(
  { entry, planned: { kind, accepted } }: Booking,
  { liveFrom, erpOrderNumber }: HintDependencies,
): boolean {
  const isAsked = liveFrom === undefined || kind !== 'quantity' || accepted !== undefined;
  if (isAsked) return false;
  if (!entry) return erpOrderNumber === undefined;
  return createdByUsAt(entry) === undefined || isBookedTogether(entry);
}

/**
 * Asks the ERP, right before a first attempt to book, what was produced of an order that people had begun by hand when we went
 * live. @throws Rejected with both figures
 */
export async function refuseBookedByHand(
  booking: Booking,
  { signal, guard }: PartnerCall,
  dependencies: HintDependencies,
): Promise<void> {
  if (!mayBeBegunByHand(booking, dependencies)) return;
  const { planned, completion } = booking;
  const { ours, peoples, areAllCreated } = await readOwnShare(booking, dependencies);
  if (areAllCreated) return;
  const found = await dependencies.erp.readOrder?.(planned.erpOrder, signal, guard);
  const facts = { produced: found?.produced, ours, peoples, final: completion.final };
  if (decideByHand(facts) === 'ask') throw refusalByHand(booking, facts, found?.quantity.unit);
}

/** What we have booked on the ERP order, and what is people's of it. */
async function readOwnShare(
  { entry, bookings }: Booking,
  { ledger }: Pick<HintDependencies, 'ledger'>,
): Promise<Pick<ByHandFacts, 'ours' | 'peoples'> & { readonly areAllCreated: boolean }> {
  const record =
    entry && entry.part.book !== 'alone' ? await ledger.erpOrders.find(entry.erpOrder) : undefined;
  const parts: readonly Pick<KnownOrder, 'entry' | 'bookings'>[] = record
    ? await mapConcurrently(partNumbers(record.split), atOnce, (number) => ledger.knownOrders.read(number))
    : [{ entry, bookings }];
  const entries = parts.flatMap((part) => part.entry ?? []);
  const all = isBookedTogether(entry) ? bookings : parts.flatMap((part) => part.bookings);
  const booked = all.filter(({ kind, state }) => kind === 'quantity' && state === 'done');
  const sumFor = (figure: 'good' | 'scrap') =>
    sumOf(booked.flatMap((one) => one.figures?.[figure]?.amount ?? []));
  const left = entries.filter(({ end }) => end?.by === 'going live');
  return {
    ours: { good: sumFor('good'), scrap: sumFor('scrap') },
    peoples: sumOf(left.map((one) => quantityOfPart(one.part, one.erpOrder).amount)),
    areAllCreated: entries.length > 0 && left.length === 0 && entries.every(createdByUsAt),
  };
}

function refusalByHand(
  { planned: { erpOrder, productOrder }, completion, home }: Booking,
  { produced, ours, peoples }: ByHandFacts,
  unit: string | undefined,
): Rejected {
  const amount = (of: Decimal) => formatQuantity({ amount: of, unit });
  const good = completion.quantity?.amount ?? '0';
  const scrapOf = (scrap: Decimal | undefined) => (scrap === undefined ? '' : ` and ${scrap} scrap`);
  const says = produced
    ? `says that ${amount(produced.good)} good${scrapOf(produced.scrap)} were produced of it, of which ${ours.good} good were booked here`
    : 'does not say what was produced of it';
  const before = peoples === '0' ? '' : `${amount(peoples)} of it before the integration was live, and now `;
  const sentence = `Part of ERP order ${erpOrder.number} may be booked by hand: the ERP ${says}, and Azumuta has completed ${before}${good} good${scrapOf(completion.scrap?.amount)} in product order ${productOrder.number}. Have the ERP show just what people were to book, then replay; or book the rest by hand.`;
  return new Rejected(`${sentence}${acceptingInWords(ifNoneIsBooked, home, good)}`, {
    causeCode: 'booked-otherwise',
    wrote: 'nothing',
  });
}

import { isNothingSent } from '../ledger/claims.ts';
import { type BookingEntry, bookedQuantity } from '../ledger/records/bookings.ts';
import type { Concern, OrderConcernKind } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import {
  type ErpOrder,
  homeOf,
  isSameErpOrder,
  type MappedProductOrder,
  type Part,
} from '../model/orders.ts';
import {
  type Kept,
  type KnownErpOrder,
  nameOf,
  type PartDecision,
  type WantedOrder,
} from './wanted-order.ts';

/** What is over once its product order is made anew, or withdrawn. */
export function ofContent(known: KnownErpOrder, number: string): readonly Concern[] {
  const kinds: readonly OrderConcernKind[] = ['changed', 'unwanted', 'removed', 'used-again'];
  return known.productOrders.get(number)?.concerns.filter(({ kind }) => kinds.includes(kind)) ?? [];
}

/** @param looks Whether a look at Azumuta may show that it is over. */
export function conflict(
  entry: OrderEntry,
  begins: readonly [Concern, ...Concern[]],
  sentence: string,
  looks = entry.state === 'done',
): Kept {
  return stays(entry, { action: 'concern', begins, sentence, looks });
}

export function stays(entry: OrderEntry, how: Partial<Kept> = {}): Kept {
  const unchanged = { action: 'unchanged', begins: [], ends: [], looks: false, sentence: '' } as const;
  return { number: entry.number, entry, ...unchanged, ...how };
}

/** Its booking is planned, refused or done, or it is completed and waits for other parts. */
export function isBuilt(known: KnownErpOrder, number: string, part: Part): boolean {
  const bookings = bookingsOf(known, number, part);
  const isOfPart = ({ discarded, parts }: BookingEntry) => !discarded && parts.includes(part.index);
  return known.completed?.has(part.index) || bookings.some(isOfPart);
}

/** Nothing can be put right in Azumuta any more. */
export function isBookedFinally(known: KnownErpOrder, { number, part }: OrderEntry): boolean {
  return bookedQuantity(bookingsOf(known, number, part), part.index) !== undefined;
}

function bookingsOf({ productOrders }: KnownErpOrder, number: string, part: Part): readonly BookingEntry[] {
  return productOrders.get(homeOf({ number, part }))?.bookings ?? [];
}

/** Surplus, or of an order that the ERP does not want any more. */
export function unwanted(entry: OrderEntry, known: KnownErpOrder, wanted: WantedOrder): PartDecision {
  const { number, part } = entry;
  if (entry.end) return stays(entry);
  if (isBookedFinally(known, entry)) return overAsBooked(entry, known);
  const of = wanted.mapped?.split.of;
  const why =
    of === undefined
      ? (wanted.ended ?? 'It was cancelled in the ERP')
      : `The ERP order has ${of} part${of === 1 ? '' : 's'} now, and part ${part.index} is ${part.index > of ? 'one too many' : 'the one that is not built'}`;
  if (isNothingSent(entry)) {
    const sentence = `${why} before it was created: it will not be, unless the ERP wants it again.`;
    const ends = ofContent(known, number);
    const event = of === undefined ? ({ event: 'cancelled in the ERP' } as const) : {};
    return { number, action: 'withdraw', entry, ends, sentence, ...event };
  }
  const { content, sayOf } = isBuilt(known, number, part) ? ofBuilt(why) : ofUnbuilt(why, entry);
  const cause = of === undefined ? 'order-state' : 'conflict';
  const concern = { kind: 'unwanted', content, note: sayOf('it'), cause } as const;
  return conflict(entry, [concern], `${sayOf(`product order ${number}`)}.`);
}

/** What a person is told of an order that is not wanted any more. */
interface UnwantedWords {
  readonly content: string;
  readonly sayOf: (name: string) => string;
}

/** Removing it in Azumuta loses its recordings: a booking that was refused could not be repeated. */
function ofBuilt(why: string): UnwantedWords {
  const content = `${why}, and it is built`;
  const then = 'Book it in the ERP by hand, or have the ERP want it again and replay it';
  return { content, sayOf: (name) => `${content}: leave ${name} in Azumuta. ${then}` };
}

/** It may be completed all the same: its trigger may be on its way. */
function ofUnbuilt(why: string, { state }: OrderEntry): UnwantedWords {
  const there = state === 'done' ? '' : ' if it is there';
  const say = (name: string) =>
    `${why}: remove ${name} in Azumuta by hand${there}, unless it is built by now`;
  return { content: why, sayOf: say };
}

export function overAsBooked(entry: OrderEntry, known: KnownErpOrder): Kept {
  // Whether a number was used again, only a person knows.
  const ends = ofContent(known, entry.number).filter(({ kind }) => kind !== 'used-again');
  return stays(entry, ends.length === 0 ? {} : { action: 'over', ends, sentence: 'It is built and booked.' });
}

/** An ERP without ids may use its numbers again: a day later nobody repeats a call any more. */
const usedAgainMs = 86_400_000;

export function afterBooking(
  entry: OrderEntry,
  mapped: MappedProductOrder,
  known: KnownErpOrder,
  { order, now }: WantedOrder,
): Kept {
  const { number } = entry;
  if (order.id === undefined && now.getTime() - allBookedAt(known, order) >= usedAgainMs) {
    const note = `The ERP wants ${number} once more, and it is built and booked: let productOrders.number tell the orders apart that have one number, such as by the year of their due date`;
    const concern = { kind: 'used-again', content: 'used again', note, cause: 'configuration' } as const;
    return conflict(entry, [concern], `${note}.`, false);
  }
  const [was, is] = [entry.erpOrder.amount, order.quantity.amount].map(Number);
  if (entry.contentHash === mapped.contentHash || !(Number(is) > Number(was)))
    return overAsBooked(entry, known);
  const note = `it is built and booked, and the ERP wants ${is} instead of ${was}: release another order for the rest`;
  const concern = { kind: 'changed', content: mapped.contentHash, note, cause: 'conflict' } as const;
  return conflict(entry, [concern], `Product order ${number}: ${note}.`, false);
}

/** Of an ERP order that has another number now: it is not made again, as only a person knows whether its id was used again. */
export function numberedAfterBooking(entry: OrderEntry, known: KnownErpOrder, { order }: WantedOrder): Kept {
  const { article, quantity } = order;
  const { erpOrder: made, number } = entry;
  if (article === made.article && !(Number(quantity.amount) > Number(made.amount)))
    return overAsBooked(entry, known);
  const note = `it is built and booked, and ERP order ${nameOf(order)} wants ${quantity.amount} of ${article} now: release another order, with an id of its own, for what is still to be built`;
  const content = `${order.number}: ${quantity.amount} of ${article}`;
  const concern = { kind: 'changed', content, note, cause: 'conflict' } as const;
  return conflict(entry, [concern], `Product order ${number}: ${note}.`, false);
}

/** When the last part of an ERP order was booked; infinity while one is not: the ERP lists such an order again and again. */
function allBookedAt(known: KnownErpOrder, order: ErpOrder): number {
  const all = [...known.productOrders.values()];
  const isOpen = all.some(
    ({ entry }) =>
      entry && isSameErpOrder(entry.erpOrder, order) && !entry.end && !isBookedFinally(known, entry),
  );
  const times = all.flatMap(({ bookings }) => bookings.map(({ doneAt }) => Date.parse(doneAt ?? '') || 0));
  return isOpen ? Number.POSITIVE_INFINITY : Math.max(...times);
}

import { bookedQuantity } from '../ledger/records/bookings.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { type MappedProductOrder, type Part, partNumber, type Split } from '../model/orders.ts';
import { differencesFrom, unitDifference } from './differences.ts';
import {
  claimantOf,
  factsOf,
  type KnownErpOrder,
  nameOf,
  type PartDecision,
  type WantedOrder,
} from './wanted-order.ts';

/** What a person must see to about a product order that may exist, as accepting its ERP order finds it. */

export function changed(
  entry: OrderEntry,
  { draft, contentHash }: MappedProductOrder,
  { order }: WantedOrder,
  open: readonly Concern[],
): PartDecision {
  const erpOrder = factsOf(order);
  const differences = [
    ...differencesFrom(entry.draft, draft, { withVariants: true }),
    ...unitDifference(entry.erpOrder, erpOrder),
  ];
  const note = differences.join('; ') || 'the content is another';
  const wanted = { draft, contentHash, erpOrder };
  const concern = { kind: 'changed', content: note, note, cause: 'conflict', wanted } as const;
  const sentence = `Product order ${entry.number} exists with other content: ${note}.`;
  const again = open.flatMap((one) => (one.kind === 'unwanted' ? [{ ...one, wanted }] : []));
  return { ...conflict(entry, concern, sentence), again };
}

export function takenByAnother(entry: OrderEntry, { order }: WantedOrder): PartDecision {
  const { number, erpOrder } = entry;
  const note = `ERP order ${nameOf(order)} is mapped to its number as well, and it was made for ERP order ${nameOf(erpOrder)}: let productOrders.number tell them apart`;
  const claimant = claimantOf(order);
  return conflict(
    entry,
    { kind: 'number-taken', content: 'mapped', note, cause: 'configuration', claimant },
    `Product order ${number} was made for ERP order ${nameOf(erpOrder)}, not for ${nameOf(order)}: let productOrders.number give each its own number.`,
    false,
  );
}

/** Surplus, or of an order that the ERP does not want any more. @param why As a sentence begins. */
export function unwantedConcern(
  entry: OrderEntry,
  why: string,
  cause: 'order-state' | 'conflict',
): PartDecision {
  const { number, state } = entry;
  const there = state === 'done' ? '' : ' if it is there';
  const note = `${why}: remove it in Azumuta by hand${there}`;
  const concern = { kind: 'unwanted', content: why, note, cause } as const;
  return conflict(entry, concern, `${why}: remove product order ${number} in Azumuta by hand${there}.`);
}

export function renumbered(entry: OrderEntry, was: Split, is: Split, wanted: WantedOrder): PartDecision {
  const { number, part } = entry;
  if (entry.withdrawn && part.index > was.of) return { number, action: 'unchanged', entry };
  const now = `${numbersOf(is)} (${is.book})`;
  const note = `ERP order ${nameOf(wanted.order)} is mapped to ${now} now, and keeps what it has in Azumuta, ${numbersOf(was)} (${was.book}): change that there by hand`;
  const made = entry.surelyNotCreated ? 'is about to be made' : 'exists';
  const concern = { kind: 'changed', content: `numbered ${now}`, note, cause: 'conflict' } as const;
  const sentence = `Product order ${number} ${entry.withdrawn ? 'is not made' : made}: ${note}.`;
  return conflict(entry, concern, sentence, false);
}

function conflict(
  entry: OrderEntry,
  concern: Concern,
  sentence: string,
  looks = entry.state === 'done',
): Extract<PartDecision, { action: 'concern' }> {
  return { number: entry.number, action: 'concern', entry, concern, again: [], sentence, looks };
}

/** Whether a part is completed, or booked with others. */
export function isBuilt({ completed, productOrders }: KnownErpOrder, { first, index }: Part): boolean {
  const { bookings = [] } = productOrders.get(first) ?? {};
  return (
    completed?.has(index) || bookings.some(({ discarded, parts }) => !discarded && parts.includes(index))
  );
}

/** Nothing can be put right in Azumuta any more. */
export function isBookedFinally(known: KnownErpOrder, { number, part }: OrderEntry): boolean {
  const { first, book, index } = part;
  const home = book === 'when-all-done' ? first : number;
  const { bookings = [] } = known.productOrders.get(home) ?? {};
  return bookedQuantity(bookings, index) !== undefined;
}

/** An ERP without ids may use its numbers again: a day later nobody repeats a call any more. */
const usedAgainMs = 86_400_000;

export function afterBooking(
  entry: OrderEntry,
  mapped: MappedProductOrder,
  known: KnownErpOrder,
  { order, now }: WantedOrder,
  same: boolean,
): PartDecision {
  const { number } = entry;
  const { bookings = [] } = known.productOrders.get(number) ?? {};
  const doneAt = Math.max(...bookings.map(({ doneAt: at }) => Date.parse(at ?? '') || 0));
  const unchanged = { number, action: 'unchanged', entry } as const;
  if (order.id === undefined && now.getTime() - doneAt >= usedAgainMs) {
    const note = `The ERP wants ${number} once more, and it is built and booked: let productOrders.number tell the orders apart that have one number, such as by the year of their due date`;
    const concern = { kind: 'used-again', content: 'used again', note, cause: 'configuration' } as const;
    return conflict(entry, concern, `${note}.`, false);
  }
  if (same) return unchanged;
  const [was, is] = [known.record?.erpOrder.amount, order.quantity.amount].map(Number);
  if (!(Number(is) > Number(was))) return unchanged;
  const note = `it is built and booked, and the ERP wants ${is} instead of ${was}: release another order for the rest`;
  const concern = { kind: 'changed', content: mapped.contentHash, note, cause: 'conflict' } as const;
  return conflict(entry, concern, `Product order ${number}: ${note}.`, false);
}

export function numbersOf(split: Split): string {
  const first = partNumber(split, 1);
  return split.of === 1 ? first : `${first} to ${partNumber(split, split.of)}`;
}

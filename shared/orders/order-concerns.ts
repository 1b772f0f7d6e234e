import { bookedQuantity } from '../ledger/records/bookings.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import { type MappedProductOrder, type Part, partNumber, type Split } from '../model/orders.ts';
import { differencesFrom, unitDifference } from './differences.ts';
import { factsOf, type Kept, type KnownErpOrder, nameOf, type WantedOrder } from './wanted-order.ts';

/** What a person must see to about a product order that may exist, as accepting its ERP order finds it. */

export function changed(
  entry: OrderEntry,
  { draft, contentHash }: MappedProductOrder,
  { order }: WantedOrder,
  open: readonly Concern[],
): Kept {
  const erpOrder = factsOf(order);
  const differences = [
    ...differencesFrom(entry.draft, draft, { withVariants: true }),
    ...unitDifference(entry.erpOrder, erpOrder),
  ];
  const note = differences.join('; ') || 'the content is another';
  const wanted = { draft, contentHash, erpOrder };
  const concern = { kind: 'changed', content: note, note, cause: 'conflict', wanted } as const;
  const sentence = `Product order ${entry.number} exists with other content: ${note}.`;
  // What is open since the ERP did not want it knows now that it does.
  const again = open.filter(({ kind }) => kind === 'unwanted').map((one) => ({ ...one, wanted }));
  return conflict(entry, [concern, ...again], sentence);
}

export function takenByAnother(entry: OrderEntry, { order }: WantedOrder): Kept {
  const { number, erpOrder } = entry;
  const note = `ERP order ${nameOf(order)} is mapped to its number as well, and it was made for ERP order ${nameOf(erpOrder)}: let productOrders.number tell them apart`;
  const claimant = order.id ?? order.number;
  const concern = {
    kind: 'number-taken',
    content: 'mapped',
    note,
    cause: 'configuration',
    claimant,
  } as const;
  return conflict(
    entry,
    [concern],
    `Product order ${number} was made for ERP order ${nameOf(erpOrder)}, not for ${nameOf(order)}: let productOrders.number give each its own number.`,
    false,
  );
}

/** Surplus, or of an order that the ERP does not want any more. @param why As a sentence begins. */
export function unwantedConcern(entry: OrderEntry, why: string, cause: 'order-state' | 'conflict'): Kept {
  const { number, state } = entry;
  const there = state === 'done' ? '' : ' if it is there';
  const note = `${why}: remove it in Azumuta by hand${there}`;
  const concern = { kind: 'unwanted', content: why, note, cause } as const;
  return conflict(entry, [concern], `${why}: remove product order ${number} in Azumuta by hand${there}.`);
}

export function renumbered(entry: OrderEntry, was: Split, is: Split, wanted: WantedOrder): Kept {
  const { number, part } = entry;
  if (entry.withdrawn && part.index > was.of) return stays(entry);
  const now = `${numbersOf(is)} (${is.book})`;
  const note = `ERP order ${nameOf(wanted.order)} is mapped to ${now} now, and keeps what it has in Azumuta, ${numbersOf(was)} (${was.book}): change that there by hand`;
  const made = entry.surelyNotCreated ? 'is about to be made' : 'exists';
  const concern = { kind: 'changed', content: `numbered ${now}`, note, cause: 'conflict' } as const;
  const sentence = `Product order ${number} ${entry.withdrawn ? 'is not made' : made}: ${note}.`;
  return conflict(entry, [concern], sentence, false);
}

/** @param looks Whether a look at Azumuta may show that it is over. */
function conflict(
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
): Kept {
  const { number } = entry;
  const { bookings = [] } = known.productOrders.get(number) ?? {};
  const doneAt = Math.max(...bookings.map(({ doneAt: at }) => Date.parse(at ?? '') || 0));
  if (order.id === undefined && now.getTime() - doneAt >= usedAgainMs) {
    const note = `The ERP wants ${number} once more, and it is built and booked: let productOrders.number tell the orders apart that have one number, such as by the year of their due date`;
    const concern = { kind: 'used-again', content: 'used again', note, cause: 'configuration' } as const;
    return conflict(entry, [concern], `${note}.`, false);
  }
  if (same) return stays(entry);
  const [was, is] = [known.record?.erpOrder.amount, order.quantity.amount].map(Number);
  if (!(Number(is) > Number(was))) return stays(entry);
  const note = `it is built and booked, and the ERP wants ${is} instead of ${was}: release another order for the rest`;
  const concern = { kind: 'changed', content: mapped.contentHash, note, cause: 'conflict' } as const;
  return conflict(entry, [concern], `Product order ${number}: ${note}.`, false);
}

export function numbersOf(split: Split): string {
  const first = partNumber(split, 1);
  return split.of === 1 ? first : `${first} to ${partNumber(split, split.of)}`;
}

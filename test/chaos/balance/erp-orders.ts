import type { BookedEntry, Books, BuiltOrder, ReleasedOrder } from './books.ts';
import type { ChangedOrder, Injected } from './injected.ts';

/** A product order in Azumuta's books, as part of the ERP order that it was made for. */
export interface BuiltPart extends BuiltOrder {
  /** The number with which it was created. */
  readonly madeAs: string;
  /** 1 for an order that is not split. */
  readonly index: number;
}

/** An order of the ERP, with everything about it in both partners' books. */
export interface ErpOrderBooks extends ReleasedOrder {
  /** What planners changed of it; most orders are not changed. */
  readonly changed: ChangedOrder | undefined;
  /** Parts that it has now; 1 for an order that is not split. */
  readonly wanted: number;
  readonly parts: readonly BuiltPart[];
  /** What was booked on it with a reference. */
  readonly entries: readonly BookedEntry[];
}

/** Groups product orders and bookings by ERP order, with the run's own knowledge of numbers. */
export function sortBooks(
  books: Pick<Books, 'released' | 'built' | 'booked'>,
  { changed, renamed }: Pick<Injected, 'changed' | 'renamed'>,
): { readonly erpOrders: readonly ErpOrderBooks[]; readonly unmatched: readonly BuiltOrder[] } {
  const changeOf = new Map(changed.map((one) => [one.id, one]));
  const idByName = new Map(
    books.released.flatMap(({ id, number }) => [
      [number, id] as const,
      ...(changeOf.get(id)?.names ?? []).map((name) => [name, id] as const),
    ]),
  );
  const parts = new Map<string, BuiltPart[]>();
  const unmatched: BuiltOrder[] = [];
  for (const built of books.built) {
    const madeAs = renamed.get(built.number) ?? built.number;
    const [, ofSplit = '', index] = /^(.*)\/(\d+)$/.exec(madeAs) ?? [];
    const id = idByName.get(madeAs);
    const splitId = id === undefined ? idByName.get(ofSplit) : undefined;
    const part = { ...built, madeAs, index: splitId === undefined ? 1 : Number(index) };
    const owner = id ?? splitId;
    if (owner === undefined) unmatched.push(built);
    else parts.set(owner, [...(parts.get(owner) ?? []), part]);
  }
  const entries = Map.groupBy(
    books.booked.filter(({ reference }) => reference !== null),
    ({ order }) => order,
  );
  const erpOrders = books.released.map((order) => {
    const change = changeOf.get(order.id);
    return {
      ...order,
      changed: change,
      wanted: change && change.split !== 'one' ? (change.quantities.at(-1) ?? 1) : 1,
      parts: parts.get(order.id) ?? [],
      entries: entries.get(order.number) ?? [],
    };
  });
  return { erpOrders, unmatched };
}

/** Productions in the ERP's books that link to a recording of this part. */
export function productionsOf(
  { recordings }: BuiltPart,
  entries: readonly BookedEntry[],
): readonly BookedEntry[] {
  return entries.filter(
    ({ kind, links }) =>
      kind === 'production' && links.some(({ url }) => recordings.some((id) => url.endsWith(`/${id}`))),
  );
}

/** Whether the ERP order once had this part, and later a smaller quantity. */
export function wasSurplus({ changed }: ErpOrderBooks, index: number): boolean {
  const { quantities = [] } = changed ?? {};
  return quantities.some(
    (quantity, at) => quantity < index && quantities.slice(0, at).some((before) => before >= index),
  );
}

/**
 * Whether a part may be a dead letter instead of a booking: it was surplus for a while; or a part that is surplus now
 * was booked before the quantity became smaller, and closed the order.
 */
export function mayBeDeadLetter(order: ErpOrderBooks, index: number): boolean {
  if (wasSurplus(order, index)) return true;
  return order.parts.some(
    (other) => wasSurplus(order, other.index) && productionsOf(other, order.entries).length > 0,
  );
}

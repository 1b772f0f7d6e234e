import type { BookedEntry, Books, BuiltOrder, ReleasedOrder } from './books.ts';
import type { ChangedOrder, Injected } from './injected.ts';

/** A product order in Azumuta's books, as part of the ERP order that it was made for. */
export interface BuiltPart extends BuiltOrder {
  /** The number that it was made with. */
  readonly madeAs: string;
  /** 1 for an order that is not split. */
  readonly index: number;
}

/** An order of the ERP, with what both partners have of it. */
export interface ErpOrderBooks extends ReleasedOrder {
  /** What planners did to it: nothing for most. */
  readonly changed: ChangedOrder | undefined;
  /** Parts that it has now; 1 for an order that is not split. */
  readonly wanted: number;
  readonly parts: readonly BuiltPart[];
  /** What was booked on it with a reference. */
  readonly entries: readonly BookedEntry[];
}

/** Sorts the product orders and bookings by the ERP orders that they belong to, by what the run itself knows. */
export function sortBooks(
  books: Pick<Books, 'released' | 'built' | 'booked'>,
  { changed, renamed }: Pick<Injected, 'changed' | 'renamed'>,
): { readonly erpOrders: readonly ErpOrderBooks[]; readonly strangers: readonly BuiltOrder[] } {
  const changeOf = new Map(changed.map((one) => [one.id, one]));
  const idByName = new Map(
    books.released.flatMap(({ id, number }) => [
      [number, id] as const,
      ...(changeOf.get(id)?.names ?? []).map((name) => [name, id] as const),
    ]),
  );
  const parts = new Map<string, BuiltPart[]>();
  const strangers: BuiltOrder[] = [];
  for (const built of books.built) {
    const madeAs = renamed.get(built.number) ?? built.number;
    const [, ofSplit = '', index] = /^(.*)\/(\d+)$/.exec(madeAs) ?? [];
    const id = idByName.get(madeAs);
    const splitId = id === undefined ? idByName.get(ofSplit) : undefined;
    const part = { ...built, madeAs, index: splitId === undefined ? 1 : Number(index) };
    const owner = id ?? splitId;
    if (owner === undefined) strangers.push(built);
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
  return { erpOrders, strangers };
}

/** Productions in the ERP's books that tell of a recording of this part. */
export function productionsOf(
  { recordings }: BuiltPart,
  entries: readonly BookedEntry[],
): readonly BookedEntry[] {
  return entries.filter(
    ({ kind, links }) =>
      kind === 'production' && links.some(({ url }) => recordings.some((id) => url.endsWith(`/${id}`))),
  );
}

/** Whether the ERP order once had a place for this part, and then had none. */
export function wasSurplus({ changed }: ErpOrderBooks, index: number): boolean {
  const { quantities = [] } = changed ?? {};
  return quantities.some(
    (quantity, at) => quantity < index && quantities.slice(0, at).some((before) => before >= index),
  );
}

/**
 * Whether a person may have been asked about a part instead of booking it: it was surplus for a while, or one that is
 * surplus now was booked in its place before the ERP took that place away, and closed the order.
 */
export function mayBeLeft(order: ErpOrderBooks, index: number): boolean {
  if (wasSurplus(order, index)) return true;
  return order.parts.some(
    (other) => wasSurplus(order, other.index) && productionsOf(other, order.entries).length > 0,
  );
}

import type { OrdersLedger } from '../ledger/ledger.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import { type ErpOrderRecord, numbersOfRecord } from '../ledger/records/erp-orders.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import {
  type ErpOrder,
  type ErpOrderFacts,
  erpOrderFactsFrom,
  isSameErpOrder,
  type MappedOrder,
  type MappedProductOrder,
  type Split,
} from '../model/orders.ts';
import { clocksDifferMs } from '../platform/clock.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';

/** What the ledger knows about one ERP order: its record, and each product order that it has, had, or is mapped to. */
export interface KnownErpOrder {
  readonly record: ErpOrderRecord | undefined;
  readonly productOrders: ReadonlyMap<string, KnownOrder>;
  /** Indexes of the parts that are noted as completed: read where the ERP order has fewer parts than before, or is not wanted any more. */
  readonly completed?: ReadonlySet<number> | undefined;
}

/** How an order came: it was posted, listed (as the same orders are again and again), or read. */
export type Via = 'endpoint' | 'pull' | 'daily look' | 'replay';

export interface WantedOrder {
  readonly order: ErpOrder;
  /** Undefined when the ERP does not want the order any more, as its mapping does not matter then. */
  readonly mapped: MappedOrder | undefined;
  /** Why the ERP does not want it, for a person: `It was cancelled in the ERP`. */
  readonly ended?: string | undefined;
  readonly via: Via;
  /** The product order that a person asks for. */
  readonly askedFor?: string | undefined;
  /** Its change time, when that is in the future: the order counts as changed now. */
  readonly changedAhead?: string | undefined;
  readonly now: Date;
}

/** What to do about one product order. `ends`: concerns whose cause is gone. */
export type PartDecision = { readonly number: string; readonly ends: readonly Concern[] } & (
  | { readonly action: 'create'; readonly wanted: MappedProductOrder }
  | { readonly action: 'replace'; readonly wanted: MappedProductOrder; readonly entry: OrderEntry }
  | {
      readonly action: 'withdraw';
      readonly entry: OrderEntry;
      readonly event?: 'cancelled in the ERP';
      readonly sentence: string;
    }
  /** The number belongs to another ERP order, and this one is not mapped to it any more. */
  | { readonly action: 'unclaimed'; readonly sentence: string }
  | Kept
);

/**
 * A product order that is kept.
 *
 *   given up        by a person: only the caller hears of it
 *   older           the ERP has sent what is newer: nothing is changed
 *   unchanged       as it is wanted
 *   ends concerns   the same, and so the concerns that it had end
 *   look            the same, and only a look at Azumuta shows whether its concerns, which know that now, end
 *   concern         it needs a person
 */
export interface Kept {
  readonly number: string;
  readonly action: 'given up' | 'older' | 'unchanged' | 'ends concerns' | 'look' | 'concern';
  readonly entry: OrderEntry;
  /** Concerns that are open from now on, or know more; the caller hears of the first. */
  readonly begins: readonly Concern[];
  readonly ends: readonly Concern[];
  /** Azumuta is looked at, where it may have been put right already. */
  readonly looks: boolean;
  /** A later mapping adds parameters to it: as the ERP wants nothing else, it is kept as it was made. */
  readonly isRemapped?: boolean;
  /** For the caller, and for what ends. */
  readonly sentence: string;
}

export interface OrderDecision {
  /**
   * What to do about old numbers while the record still has them. If it had the new ones already, an old one that is
   * claimed at this moment, or left by a crash, would be created besides them. Then it is decided again: `parts` is what
   * comes of it.
   */
  readonly first: readonly PartDecision[];
  readonly split: Split;
  readonly mostParts: number;
  readonly earlier: readonly Split[];
  readonly parts: readonly PartDecision[];
}

export function factsOf(order: ErpOrder): ErpOrderFacts {
  return erpOrderFactsFrom({
    number: order.number,
    id: order.id,
    article: order.article,
    amount: order.quantity.amount,
    unit: order.quantity.unit,
  });
}

/**
 * Whether an order is older than what is recorded of it: two posts may overtake each other. A record that is dated ahead of
 * our clock, as nobody hears of while it is less than an hour, hides no order that is not.
 */
export function isOlder({ order, now }: Pick<WantedOrder, 'order' | 'now'>, record: ErpOrderRecord): boolean {
  const { changedAt } = order;
  if (changedAt === undefined || record.changedAt === undefined) return false;
  const isAhead = (instant: string) => Date.parse(instant) > now.getTime() + clocksDifferMs;
  return changedAt < record.changedAt && isAhead(changedAt) === isAhead(record.changedAt);
}

export function nameOfErpOrder({ number, id }: { readonly number: string; readonly id?: string }): string {
  return id === undefined || id === number ? number : `${number} (${id})`;
}

/** Reads what the ledger knows about an ERP order, under its id or number and under the numbers that it is mapped to. */
export async function readKnown(
  { order, mapped }: Pick<WantedOrder, 'order'> & Partial<Pick<WantedOrder, 'mapped'>>,
  ledger: Pick<OrdersLedger, 'erpOrders' | 'knownOrders'>,
): Promise<KnownErpOrder> {
  const productOrders = new Map<string, KnownOrder>();
  const read = (numbers: readonly string[]) =>
    mapConcurrently(numbers, atOnce, async (number) => {
      if (!productOrders.has(number)) productOrders.set(number, await ledger.knownOrders.read(number));
    });
  await read((mapped?.productOrders ?? []).map(({ draft }) => draft.number));
  // It may come without its id now, and there is one record for each order.
  const same = [...productOrders.values()].find(
    ({ entry }) => entry && isSameErpOrder(entry.erpOrder, order),
  );
  let record = await ledger.erpOrders.find(order.id === undefined ? (same?.entry?.erpOrder ?? order) : order);
  // It came without its id before.
  if (!record && order.id !== undefined) record = await ledger.erpOrders.find({ number: order.number });
  if (record) {
    await read(numbersOfRecord(record));
  }
  // Of an order that is not wanted any more, those count that are built as well.
  const { of, book } = mapped?.split ?? { of: 0, book: record?.split.book };
  if (!record) return { record, productOrders };
  const hasFewerParts = of < record.mostParts;
  if (!hasFewerParts || book !== 'when-all-done') return { record, productOrders };
  const { completed } = await ledger.erpOrders.partsOf(record);
  return { record, productOrders, completed: new Set(completed.keys()) };
}

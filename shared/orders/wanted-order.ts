import type { Concern } from '../ledger/records/concerns.ts';
import type { ErpOrderRecord } from '../ledger/records/erp-orders.ts';
import type { KnownOrder } from '../ledger/records/known-orders.ts';
import type { OrderEntry } from '../ledger/records/product-orders.ts';
import type { ErpOrder, ErpOrderFacts, MappedOrder, MappedProductOrder, Split } from '../model/orders.ts';

/** What the ledger knows about one ERP order: its record, and each product order that it has, had, or is mapped to. */
export interface KnownErpOrder {
  readonly record: ErpOrderRecord | undefined;
  readonly productOrders: ReadonlyMap<string, KnownOrder>;
  /** Indexes of the parts that are noted as completed: read where the ERP order has fewer parts than before. */
  readonly completed?: ReadonlySet<number> | undefined;
}

/** How an order came: noted in the journey. `daily look` and `replay` have read it from the ERP. */
export type Via = 'endpoint' | 'pull' | 'daily look' | 'replay';

/** What the ERP wants now. */
export interface WantedOrder {
  readonly order: ErpOrder;
  /** Undefined when the ERP does not want the order any more, as its mapping does not matter then. */
  readonly mapped: MappedOrder | undefined;
  /** Why the ERP does not want it, for a person: `It was cancelled in the ERP`. */
  readonly ended?: string | undefined;
  /** The ERP itself posted it, so that a rejected order is tried again; a pull reads the same orders again and again. */
  readonly asked: boolean;
  /** Its change time, when that is in the future: the order counts as changed now. */
  readonly changedAhead?: string | undefined;
  readonly now: Date;
}

/** What to do about one product order. `ends`: concerns that are over, as what they are about is replaced. */
export type PartDecision = { readonly number: string } & (
  | { readonly action: 'create'; readonly wanted: MappedProductOrder; readonly ends: readonly Concern[] }
  | {
      readonly action: 'replace';
      readonly wanted: MappedProductOrder;
      readonly ends: readonly Concern[];
      readonly entry: OrderEntry;
    }
  | {
      readonly action: 'withdraw';
      readonly entry: OrderEntry;
      readonly ends: readonly Concern[];
      readonly event: 'cancelled in the ERP' | 'withdrawn';
      readonly sentence: string;
    }
  /**
   * A person must see to it; then Azumuta is looked at, where it may have been put right already. `again`: what is open
   * since the ERP did not want it, and knows now that it does.
   */
  | {
      readonly action: 'concern';
      readonly entry: OrderEntry;
      readonly concern: Concern;
      readonly again: readonly Concern[];
      /** For the caller. */
      readonly sentence: string;
      readonly looks: boolean;
    }
  /** The ERP wants it as it was made: only a look at Azumuta shows whether the concerns, which know that now, are over. */
  | {
      readonly action: 'look';
      readonly entry: OrderEntry;
      readonly concerns: readonly [Concern, ...Concern[]];
    }
  | {
      readonly action: 'over';
      readonly entry: OrderEntry;
      readonly concerns: readonly [Concern, ...Concern[]];
      readonly sentence: string;
    }
  | { readonly action: 'unchanged'; readonly entry: OrderEntry }
);

export interface OrderDecision {
  /**
   * What to do about old numbers while the record still has them. If it had the new ones already, an old one that is
   * claimed at this moment, or left by a crash, would be created beside them. The rest follows once this is done.
   */
  readonly first: readonly PartDecision[];
  /** The record from now on. */
  readonly split: Split;
  readonly mostParts: number;
  readonly earlier: readonly Split[];
  readonly parts: readonly PartDecision[];
}

/** What a product order is made for, in the ERP's own terms. */
export function factsOf({ number, id, article, quantity: { amount, unit } }: ErpOrder): ErpOrderFacts {
  return {
    ...{ number, article, amount },
    ...(id === undefined ? {} : { id }),
    ...(unit === undefined ? {} : { unit }),
  };
}

/** Whether an order is older than what is recorded of it: two posts may overtake each other. */
export function isOlder({ changedAt }: Pick<ErpOrder, 'changedAt'>, record: ErpOrderRecord): boolean {
  return changedAt !== undefined && record.changedAt !== undefined && changedAt < record.changedAt;
}

/** An ERP order, for a person. */
export function nameOf({ number, id }: { readonly number: string; readonly id?: string }): string {
  return id === undefined || id === number ? number : `${number} (${id})`;
}

/** Identifies an ERP order that is mapped to another order's number. */
export function claimantOf({ number, id }: ErpOrder): string {
  return id ?? number;
}

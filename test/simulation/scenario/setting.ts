import type { ArticleKind, ErpName } from '../partners/erp.ts';

/** One order that planners release and operators build; times in minutes from the beginning. */
export interface PlannedOrder {
  readonly article: ArticleKind;
  readonly quantity: number;
  readonly scrap: number;
  readonly releasedAt: number;
  /** Minutes after it is in Azumuta. */
  readonly builtAfter: number;
}

/** A plant and its orders, without any events. */
export interface Setting {
  readonly erp: ErpName;
  readonly split: 'one' | 'each' | 'when-all-done';
  readonly via: 'pull' | 'endpoint';
  readonly orders: readonly PlannedOrder[];
}

/** Number of product orders that the orders are split into. */
export function productOrdersOf({ split, orders }: Setting): number {
  return orders.reduce((sum, { quantity }) => sum + (split === 'one' ? 1 : quantity), 0);
}

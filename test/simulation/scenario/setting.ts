import type { ArticleKind, ErpName } from '../partners/erp.ts';

/** One order that planners release and operators build; times in minutes from the beginning. */
export interface PlannedOrder {
  readonly article: ArticleKind;
  readonly quantity: number;
  readonly scrap: number;
  readonly releasedAt: number;
  /** Minutes after it is in Azumuta. */
  readonly builtAfter: number;
  /** Whether operators build its last part first, which may be for a rest. */
  readonly lastPartFirst?: boolean;
}

/** How Azumuta groups product orders in batch orders, whose numbers its triggers name. */
export interface BatchSetting {
  /** Once, when all of a batch order is completed, or for each of its product orders. */
  readonly triggers: 'once' | 'for each';
  /** Whether all ERP orders are in one batch order. */
  readonly isShared: boolean;
}

/** A plant and its orders, without any events. */
export interface Setting {
  readonly erp: ErpName;
  readonly split: 'one' | 'each' | 'when-all-done';
  /** How many units each part is for, where orders are split; absent for one. */
  readonly per?: number;
  /** Absent where product orders are in no batch order. */
  readonly batch?: BatchSetting;
  readonly via: 'pull' | 'endpoint';
  readonly orders: readonly PlannedOrder[];
}

/** Number of product orders that an order of this quantity becomes; the last one is for the rest. */
export function partsOf({ split, per = 1 }: Pick<Setting, 'split' | 'per'>, quantity: number): number {
  return split === 'one' ? 1 : Math.ceil(quantity / per);
}

/** What the product order with this index is for, counted from 1. */
export function shareOf(
  { split, per = 1 }: Pick<Setting, 'split' | 'per'>,
  quantity: number,
  index: number,
): number {
  return split === 'one' ? quantity : Math.min(per, quantity - per * (index - 1));
}

/** The quantity without its last part. */
export function withoutLastPart(setting: Pick<Setting, 'split' | 'per'>, quantity: number): number {
  return quantity - shareOf(setting, quantity, partsOf(setting, quantity));
}

/** Number of product orders that the orders are split into. */
export function productOrdersOf(setting: Setting): number {
  return setting.orders.reduce((sum, { quantity }) => sum + partsOf(setting, quantity), 0);
}

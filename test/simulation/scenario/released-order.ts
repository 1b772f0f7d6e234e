import type { PlannedOrderRef } from '../../shared/erp/conformance/target.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { Happening, OtherFigures } from './happening.ts';
import type { PlannedOrder } from './setting.ts';

/** An order of the scenario, once it is released, and what people did to it. */
export interface ReleasedOrder {
  readonly planned: PlannedOrder;
  /** As the ERP calls it now. */
  ref: PlannedOrderRef;
  /** All numbers that it has had, and the one that it shares. */
  readonly numbers: Set<string>;
  /** The order that a planner split it off from, and itself otherwise: the ERP keeps the books of both together. */
  readonly family: string;
  /** How much of it the ERP wants. */
  quantity: number;
  /** What people did that changes how it may end, oldest first; nothing of what nobody had taken in before. */
  readonly changes: Happening['kind'][];
  /** What operators record of it, if not what was planned. */
  readonly figures: OtherFigures | undefined;
  /** Ids of the product orders that operators typed by hand, equal to what is wanted. */
  readonly typed: Set<string>;
  /** Product orders that operators removed in Azumuta, as they were. */
  readonly removed: BuiltProductOrder[];
  /** Recordings of product orders that were opened again: only their trigger tells of them. */
  readonly later: Set<string>;
  /** When its product orders were open again; times in epoch milliseconds. */
  readonly reworked: {
    readonly id: string;
    readonly number: string;
    readonly from: number;
    readonly until: number;
  }[];
}

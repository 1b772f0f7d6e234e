import type { PlannedOrderRef } from '../../shared/erp/conformance/target.ts';
import type { Happening, PlannedOrder } from './scenario.ts';

/** An order of the scenario, once it is released, and what people did to it. */
export interface ReleasedOrder {
  readonly planned: PlannedOrder;
  readonly ref: PlannedOrderRef;
  /** How much of it the ERP wants. */
  quantity: number;
  /** What people did that changes how it may end, oldest first. */
  readonly changes: Happening['kind'][];
  /** Recordings of product orders that were opened again: only their trigger tells of them. */
  readonly later: Set<string>;
}

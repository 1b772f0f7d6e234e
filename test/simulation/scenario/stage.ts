import type { ReleasedOrder } from './released-order.ts';

/** What people need to know of each other. */
export interface Stage {
  /** By their place in the scenario, once they are released; behind those, what planners split off. */
  readonly orders: readonly ReleasedOrder[];
  /** Something is to be done until what this answers is called. */
  readonly begun: () => () => void;
  /** An order is there now that none was before: somebody builds it. */
  readonly appear: (order: ReleasedOrder) => void;
}

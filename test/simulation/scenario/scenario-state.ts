import type { ReleasedOrder } from './released-order.ts';

/** What the simulated people share. */
export interface ScenarioState {
  /** By their place in the scenario, once they are released; orders that a planner split off come after those. */
  readonly orders: readonly ReleasedOrder[];
  /** Registers something to do. The returned function marks it as done. */
  readonly addTask: () => () => void;
  /** Adds a new order, which is then posted and built like the others. */
  readonly addOrder: (order: ReleasedOrder) => void;
}

import type { PlannedOrderRef } from '../../shared/erp/conformance/target.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { World } from '../world/world.ts';
import type { OtherFigures, ScenarioEvent } from './scenario-event.ts';
import type { PlannedOrder } from './setting.ts';

/** A released order of the scenario, and what people did to it. */
export interface ReleasedOrder {
  readonly planned: PlannedOrder;
  /** Its current number and id in the ERP. */
  ref: PlannedOrderRef;
  /** All its numbers so far, and the one that it shares with another order. */
  readonly numbers: Set<string>;
  /** The order from which it was split off, or itself: the ERP keeps the books of both together. */
  readonly family: string;
  /** The quantity that the ERP wants. */
  quantity: number;
  /** Whether it was put back or deleted, and not released again since. */
  isWithheld: boolean;
  /** ISO date by which the ERP wants it. */
  dueDate: string;
  /** Acts that affect how it may end, oldest first; without those that came before anybody had accepted the order. */
  readonly changes: ScenarioEvent['kind'][];
  /** How the operators' recordings deviate from the plan, if they do. */
  readonly figures: OtherFigures | undefined;
  /** What a person has accepted although it is more than the order. */
  readonly accepted: Set<string>;
  /** The most that the ERP has wanted of it so far. */
  mostWanted: number;
  /** Whether the operators record the good quantity under another name. */
  readonly isStepRenamed: boolean;
  /** Whether the operators complete all its parts at the same moment. */
  readonly areBuiltAtOnce: boolean;
  /** Ids of the product orders that operators typed by hand and that equal the wanted ones. */
  readonly typed: Set<string>;
  /** Product orders that operators removed in Azumuta, as they were. */
  readonly removed: BuiltProductOrder[];
  /** Recordings of reopened product orders: only their trigger reports them. */
  readonly later: Set<string>;
  /** Recordings that were corrected after they were booked: the good quantity that was booked, and when it was changed last. */
  readonly corrected: Map<string, { readonly booked: number; readonly at: number }>;
  /** When its product orders were open for rework; times in epoch milliseconds. */
  readonly reworked: {
    readonly id: string;
    readonly number: string;
    readonly from: number;
    readonly until: number;
  }[];
}

/** Whether a dead letter is about an order: by any present or past number or id of the order or its product orders. */
export function isAbout(
  { numbers, body }: { readonly numbers: readonly string[]; readonly body: string },
  order: ReleasedOrder,
  world: World,
): boolean {
  const built = [...world.madeFor(order.ref), ...order.removed];
  const names = [...order.numbers, ...built.flatMap(({ id, number }) => [id, number])];
  return names.some(
    (name) =>
      body.includes(JSON.stringify(name)) ||
      numbers.some((number) => number === name || number.startsWith(`${name}/`)),
  );
}

/** What the simulated people share. */
export interface ScenarioState {
  /** By their place in the scenario, once they are released; orders that a planner split off come after those. */
  readonly orders: readonly ReleasedOrder[];
  /** Registers something to do. The returned function marks it as done. */
  readonly addTask: () => () => void;
  /** Adds a new order, which is then posted and built like the others. */
  readonly addOrder: (order: ReleasedOrder) => void;
}

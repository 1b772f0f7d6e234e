import { clocksDifferMs } from '../../../shared/platform/clock.ts';
import type { PlannedOrderRef } from '../../shared/erp/conformance/target.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { World } from '../world/world.ts';
import type { EndedByPerson, OtherFigures, ScenarioEvent } from './scenario-event.ts';
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
  /** When it was posted last, in answer or not (epoch milliseconds). */
  postedAt: number;
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
  /** Whether the operators record the good quantity under another name, and who corrects that. */
  readonly renamedStep: 'corrected soon' | 'corrected once told' | undefined;
  /** Whether the operators complete all its parts at the same moment. */
  readonly areBuiltAtOnce: boolean;
  /** Whether the operators forget to complete it when it is built. */
  readonly isForgotten: boolean;
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
  /** What people ended about its product orders by a command, oldest first. */
  readonly done: DoneAct[];
}

/** What a person did by a command to one product order, and what was there when it was done. */
export interface DoneAct {
  readonly event: EndedByPerson;
  /** As the ledger has it. */
  readonly number: string;
  /** Which part of its ERP order it is. */
  readonly index: number;
  /** When the command began, and when it had ended (epoch milliseconds). */
  readonly from: number;
  readonly at: number;
  /** Ids of its product orders in Azumuta. */
  readonly made: ReadonlySet<string>;
  /** Marks of the bookings of its ERP order that were ours. */
  readonly booked: ReadonlySet<string>;
  /** Keys of the bookings that a discarded letter was about. */
  readonly keys: readonly string[];
  /** A person has had it made again, or has replayed it. */
  isTakenBack: boolean;
}

/** The number with which a product order was made: operators append to it when they rename it. */
export const numberAsMade = (number: string): string => number.replace(/(?:-R)+$/, '');

/** What Azumuta has of the product order that was made with this number, whatever it is called there by now. */
export const madeAs = (number: string, { ref }: ReleasedOrder, { madeFor }: World) =>
  madeFor(ref).filter((one) => numberAsMade(one.number) === number);

/** Whether a person has given up the product order that was made with this number, and nobody has taken that back. */
export function isGivenUp({ done }: Pick<ReleasedOrder, 'done'>, number: string): boolean {
  return done.some(
    (act) =>
      act.event.kind.startsWith('person gives up') && act.number === numberAsMade(number) && !act.isTakenBack,
  );
}

/** Whether a booking was read from Azumuta before its product order was given up, and planned or booked after that: nothing stops it. */
export function isOvertaken(order: ReleasedOrder, booking: Readonly<Record<string, unknown>>): boolean {
  const { parts, readAt } = booking;
  return order.done.some(
    ({ event, index, at, isTakenBack }) =>
      /gives up/.test(event.kind) &&
      !isTakenBack &&
      Array.isArray(parts) &&
      parts.includes(index) &&
      Date.parse(String(readAt)) < at + clocksDifferMs,
  );
}

/** Which of its parts a person has given up. */
export function givenUpParts({ done }: ReleasedOrder): ReadonlySet<number> {
  const ended = done.filter(({ event, isTakenBack }) => /gives up/.test(event.kind) && !isTakenBack);
  return new Set(ended.map(({ index }) => index));
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
  /** What people mean to end as soon as there is something to end. */
  readonly meant: Set<EndedByPerson>;
  /** Has the person who follows the advice read what is open, and do it. */
  readonly followAdvice: () => void;
}

/**
 * Whether a letter with these numbers is of what was given up. Those of further parts are kept with the first one, whatever
 * became of that.
 */
export function isOfGivenUp(order: Pick<ReleasedOrder, 'done'>, numbers: readonly string[]): boolean {
  const isHomeOfAnother = (number: string) =>
    numbers.some((other) => other !== number && firstPartOf(other) === number);
  return numbers.some((number) => !isHomeOfAnother(number) && isGivenUp(order, number));
}

/** An operator may have renamed the part. */
function firstPartOf(number: string): string {
  return number.replace(/\/\d+(-R)?$/, '/1');
}

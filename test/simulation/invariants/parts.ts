import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { givenUpParts, isGivenUp, numberAsMade, type ReleasedOrder } from '../scenario/released-order.ts';
import { harmless, type ScenarioEvent } from '../scenario/scenario-event.ts';
import type { World } from '../world/world.ts';
import { type Find, type Item, isOpenConcern } from './finding.ts';
import { familyOf, indexOf, keysOf, quantitiesOf } from './quantities.ts';

/**
 * An attempt that read before a change may still write for this long: its timeout, plus the difference of the clocks.
 */
const attemptMs = 65_000;

/**
 * Checks an ERP order that is now split into fewer or more parts: built are the parts that the ledger accepted last.
 */
export function judgeParts(
  world: World,
  order: ReleasedOrder,
  all: readonly BuiltProductOrder[],
  find: Find,
): void {
  const { plant, scenario, erp } = world;
  const { ref, changes } = order;
  if (scenario.split === 'one' || !changes.every(isHarmless)) return;
  const items: readonly Item[] = plant.table.items();
  const key = ref.id === undefined ? `number ${ref.number}` : `id ${ref.id}`;
  const record = items.find(({ pk, sk }) => pk === `ERP-ORDER#${key}` && sk === 'ORDER');
  // What a person has given up is no part any more.
  const made = all.filter(({ number }) => !isGivenUp(order, number));
  const of = wantedParts(Number(Object(record?.split).of), order, made);
  const isReported = ({ number }: BuiltProductOrder) =>
    items.some((item) => item.pk === `ORDER#${numberAsMade(number)}` && isOpenConcern(item));
  // What is booked needs nobody: nothing can be put right in Azumuta any more.
  const isBooked = (one: BuiltProductOrder) =>
    items.some(
      ({ pk, sk, state, productOrder, parts }) =>
        String(sk).startsWith('BOOKING#') &&
        state === 'done' &&
        familyOf(String(pk).slice('ORDER#'.length), true) === familyOf(one.number, true) &&
        Array.isArray(parts) &&
        (parts.length === 1 ? Object(productOrder).id === one.id : parts.includes(indexOf(one))),
    );
  // What is surplus goes by what is built, not by its index.
  const booked = made.filter(isBooked);
  const open = made.filter((one) => !isBooked(one) && !isReported(one));
  if (open.length > Math.max(0, of - booked.length)) {
    const numbers = open.map(({ number }) => number).join(', ');
    find(
      'reported',
      `${numbers} are open in Azumuta, the ERP order has ${of} part(s), and nothing reports it.`,
    );
  }
  const isTold = made.some(isReported) || order.done.some(({ event }) => event.kind === 'person settles');
  // One that was given up may never have been in Azumuta.
  const isNoneGivenUp = givenUpParts(order).size === 0;
  const isAllBooked = booked.length === made.length;
  const hasEnded = ({ number }: BuiltProductOrder) =>
    items.some(({ pk, sk }) => pk === `ORDER#${numberAsMade(number)}` && sk === 'CONCERN#changed');
  // A booking ends what people were told, and nothing can be put right in Azumuta any more.
  const wasTold = isAllBooked && made.some(hasEnded);
  if (!isTold && !wasTold && isNoneGivenUp) judgeSizes(world, order, { made, isAllBooked }, find);
  if (scenario.split !== 'when-all-done') return;
  const isBuilt = made.filter(({ status }) => status === 'completed').length >= of;
  const marks = new Set(erp.books(ref).bookings.map(({ mark }) => mark));
  if (of > 0 && isBuilt && !keysOf(world, made).some((key) => marks.has(erp.markOf(key))))
    find('booked', `All ${of} part(s) of ${ref.number} are completed, but it is not booked.`);
}

/** Checks that nobody waits for what no part is for: as people see the parts in Azumuta, they come to what the ERP wants. */
function judgeSizes(
  { scenario }: World,
  { ref, quantity }: ReleasedOrder,
  { made, isAllBooked }: { readonly made: readonly BuiltProductOrder[]; readonly isAllBooked: boolean },
  find: Find,
): void {
  if (scenario.per === undefined || made.length === 0) return;
  const comesTo = made.reduce((sum, { parameters }) => sum + Number(parameters.Quantity), 0);
  // Once all is booked, nothing can be put right in Azumuta any more.
  const isTooMuch = comesTo > quantity && !isAllBooked;
  if (comesTo < quantity || isTooMuch)
    find(
      'reported',
      `The parts of ${ref.number} come to ${comesTo}, the ERP wants ${quantity}, and nothing reports it.`,
    );
}

/** Checks that no part is in two bookings of parts that are booked together. */
export function judgeTogether(world: World, made: readonly BuiltProductOrder[], find: Find): void {
  if (world.scenario.split !== 'when-all-done') return;
  for (const one of made) {
    // What was taken for an order typed by hand, while the index did not show its id, was refused under its own number.
    const byHome = Map.groupBy(quantitiesOf(world, one), ({ pk }) => pk);
    for (const quantities of byHome.values())
      if (quantities.length > 1)
        find('booked', `${one.number} is in ${quantities.map(({ sk }) => String(sk)).join(' and ')}.`);
  }
}

/** Those that the ERP order has, without those of them that were given up, unless others were built instead. */
function wantedParts(of: number, order: ReleasedOrder, made: readonly BuiltProductOrder[]): number {
  const missing = [...givenUpParts(order)].filter((index) => index <= of).length;
  const beyond = made.filter((one) => one.status === 'completed' && indexOf(one) > of).length;
  return Math.min(of, of - missing + beyond);
}

const isHarmless = (one: ScenarioEvent['kind']) =>
  one === 'planner changes the quantity' || one === 'person gives up a part' || harmless.has(one);

/** Checks that nothing is planned to be booked while a product order is open for rework. */
export function judgeRework(
  { plant, scenario }: World,
  { reworked, figures }: ReleasedOrder,
  find: Find,
): void {
  // An operator who records nothing completes it once more, perhaps before the rework is over.
  if (reworked.length === 0 || figures === 'no recording') return;
  const bookings: readonly Item[] = plant.table.items().filter(({ sk }) => String(sk).startsWith('BOOKING#'));
  const isSplit = scenario.split !== 'one';
  for (const { id, number, from, until } of reworked) {
    const index = isSplit ? indexOf({ number }) : 1;
    // One that was removed meanwhile, and made again, is another one.
    const isOfIt = ({ pk, parts, productOrder }: Item) =>
      familyOf(String(pk).slice('ORDER#'.length), isSplit) === familyOf(number, isSplit) &&
      Array.isArray(parts) &&
      parts.includes(index) &&
      (parts.length > 1 || Object(productOrder).id === id);
    for (const booking of bookings.filter(isOfIt)) {
      const readAt = Date.parse(String(booking.readAt));
      if (readAt > from + attemptMs && readAt < until - attemptMs)
        find('nothingElse', `${String(booking.sk)} was planned while ${number} was open for rework.`);
    }
  }
}

import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { entriesOf } from '../scenario/acting.ts';
import type { People } from '../scenario/people.ts';
import { isGivenUp, type ReleasedOrder } from '../scenario/released-order.ts';
import { harmless, type ScenarioEvent } from '../scenario/scenario-event.ts';
import { furtherParameter, sourceParameter } from '../world/integration.ts';
import type { World } from '../world/world.ts';
import { type Find, type Item, isOpenConcern } from './finding.ts';

/**
 * Checks, after quiet days with their daily looks, that a concern is open exactly while its cause is: what the ERP wants
 * is its own data, and what is there is Azumuta's.
 */
export function judgeConcerns(world: World, { orders }: Pick<People, 'orders'>, find: Find): void {
  const items: readonly Item[] = world.plant.table.items();
  const inAzumuta = world.azumuta.productOrders();
  for (const item of items.filter(isOpenConcern)) {
    const its = itsOf(item, items, inAzumuta);
    const order = orders.find(
      (one) => one && its?.parameters[sourceParameter] === (one.ref.id ?? one.ref.number),
    );
    const isBooked = items.some(
      // What was taken back is a booking of no part.
      ({ kind, state, productOrder, parts }) =>
        kind === 'quantity' &&
        state === 'done' &&
        Object(parts).length > 0 &&
        its?.id === Object(productOrder).id,
    );
    const entry = items.find(({ pk, sk }) => pk === item.pk && sk === 'ORDER');
    const why = whyOver(item, its, order, { isBooked, madeNumber: Object(entry?.draft).number });
    if (why !== undefined) find('concerns', `${String(item.pk)} ${String(item.sk)} is open, and ${why}.`);
  }
  for (const order of orders.filter(Boolean)) {
    const { ref, changes, numbers, typed } = order;
    // The letters of orders that share a number are kept with the other one.
    if (changes.includes('planner shares a number')) continue;
    const books = world.erp.books(ref);
    // What somebody booked is theirs, and what a person has discarded is that person's.
    const isTheirs = books.bookings.length > 0 || changes.includes('dead letter is discarded');
    if (isWantedByErp(order, books) || isTheirs) continue;
    // What operators renamed keeps its number in the ledger.
    const made = world
      .madeFor(ref)
      .map(({ id, number }) => ({ number: number.replace(/(?:-R)+$/, ''), isTyped: typed.has(id) }));
    // What they typed is theirs to remove.
    const isOver = (number: string) => isGivenUp(order, number) || isSettled(order, number);
    const parts = made.flatMap(({ number, isTyped }) => (isTyped || isOver(number) ? [] : [number]));
    const has = (number: string, is: (item: Item) => boolean) =>
      items.some((item) => item.pk === `ORDER#${number}` && is(item));
    // The letter of parts that are booked together is kept with one of them, which may have been typed or removed.
    const isLetter = ({ sk }: Item) => String(sk).startsWith('DEAD-LETTER');
    const kept = entriesOf(order, world).map(({ number }) => number);
    const named = new Set([...made.map(({ number }) => number), ...numbers, ...kept]);
    if ([...named].some((one) => has(one, isLetter))) continue;
    for (const number of parts)
      if (![number, ...numbers].some((one) => has(one, isOpenConcern)))
        find(
          'concerns',
          `${number} is in Azumuta, the ERP does not want its order, and nothing tells of it.`,
        );
  }
}

/** Whether the ERP wants an order now: it was neither cancelled nor put back since it was released. */
export function isWantedByErp(
  { isWithheld }: ReleasedOrder,
  { state }: ReturnType<World['erp']['books']>,
): boolean {
  return state !== 'cancelled' && !isWithheld;
}

function isSettled({ done }: ReleasedOrder, of: string): boolean {
  return done.some(({ event, number }) => event.kind === 'person settles' && number === of);
}

/** The product order that a concern is about, by its id in Azumuta or its number. */
function itsOf(
  { pk }: Item,
  items: readonly Item[],
  made: readonly BuiltProductOrder[],
): BuiltProductOrder | undefined {
  const entry = items.find((item) => item.pk === pk && item.sk === 'ORDER');
  return made.find(({ id, number }) => id === entry?.azumutaId || number === entry?.number);
}

/** Why the cause of a concern is over; undefined while it is not, or where no look can show it. */
function whyOver(
  { sk, wanted }: Item,
  its: BuiltProductOrder | undefined,
  order: ReleasedOrder | undefined,
  { isBooked, madeNumber }: { readonly isBooked: boolean; readonly madeNumber: unknown },
): string | undefined {
  const kind = String(sk).slice('CONCERN#'.length);
  if (kind === 'removed' && its) return `Azumuta has ${its.number}`;
  if (kind === 'unwanted' && isBooked) return 'its quantity is booked';
  if (kind === 'unwanted' && !its) return 'Azumuta does not have it any more';
  if (kind === 'unwanted' && order && isWantedAgain(order)) return `the ERP wants ${order.ref.number} again`;
  if (kind !== 'changed' || wanted === undefined || !its) return undefined;
  const { article, parameters, number } = Object(Object(wanted).draft);
  // A planner who renames the ERP order may want it renamed there, too.
  if (number !== madeNumber && number !== its.number) return undefined;
  // What only a later mapping sends along is no change in the ERP.
  const isSame = Object.entries(Object(parameters)).every(
    ([name, value]) => name in furtherParameter || String(its.parameters[name]) === String(value),
  );
  return isSame && its.article === article ? 'Azumuta has what the ERP wants' : undefined;
}

const endings: ReadonlySet<ScenarioEvent['kind']> = new Set([
  'planner cancels',
  'planner puts it back',
  'planner deletes it',
]);

/** Whether the ERP did not want an order for a while, and wants it now as it was. */
function isWantedAgain({ changes }: ReleasedOrder): boolean {
  const last = changes.findLast((one) => one === 'planner releases it again' || endings.has(one));
  return (
    last === 'planner releases it again' &&
    changes.every((one) => one === last || endings.has(one) || harmless.has(one))
  );
}

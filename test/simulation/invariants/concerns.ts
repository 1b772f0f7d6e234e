import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { People } from '../scenario/people.ts';
import { furtherParameter } from '../world/integration.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';
import { isOpenConcern } from './ledger.ts';

type Item = Readonly<Record<string, unknown>>;

/**
 * Checks, after quiet days with their daily looks, that a concern is open exactly while its cause is: what the ERP wants
 * is its own data, and what is there is Azumuta's.
 */
export function judgeConcerns(world: World, { orders }: Pick<People, 'orders'>, find: Find): void {
  const items: readonly Item[] = world.plant.table.items();
  const inAzumuta = world.azumuta.productOrders();
  for (const item of items.filter(isOpenConcern)) {
    const why = whyOver(item, itsOf(item, items, inAzumuta));
    if (why !== undefined) find('concerns', `${String(item.pk)} ${String(item.sk)} is open, and ${why}.`);
  }
  for (const { ref, changes, numbers, typed } of orders.filter(Boolean)) {
    // The letters of orders that share a number are kept with the other one.
    if (changes.includes('planner shares a number')) continue;
    const { state, bookings } = world.erp.books(ref);
    // What somebody booked is theirs, and what a person has discarded is that person's.
    if (state !== 'cancelled' || bookings.length > 0 || changes.includes('dead letter is discarded'))
      continue;
    // What operators renamed keeps its number in the ledger.
    const made = world
      .madeFor(ref)
      .map(({ id, number }) => ({ number: number.replace(/(?:-R)+$/, ''), isTyped: typed.has(id) }));
    // What they typed is theirs to remove.
    const parts = made.flatMap(({ number, isTyped }) => (isTyped ? [] : [number]));
    const has = (number: string, is: (item: Item) => boolean) =>
      items.some((item) => item.pk === `ORDER#${number}` && is(item));
    // The letter of parts that are booked together is kept with one of them, which may have been typed.
    const isLetter = ({ sk }: Item) => String(sk).startsWith('DEAD-LETTER');
    if ([...made.map(({ number }) => number), ...numbers].some((one) => has(one, isLetter))) continue;
    for (const number of parts)
      if (![number, ...numbers].some((one) => has(one, isOpenConcern)))
        find(
          'concerns',
          `${number} is in Azumuta, the ERP has cancelled its order, and nothing tells of it.`,
        );
  }
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
function whyOver({ sk, wanted }: Item, its: BuiltProductOrder | undefined): string | undefined {
  const kind = String(sk).slice('CONCERN#'.length);
  if (kind === 'removed' && its) return `Azumuta has ${its.number}`;
  if (kind === 'unwanted' && !its) return 'Azumuta does not have it any more';
  if (kind !== 'changed' || wanted === undefined || !its) return undefined;
  const { article, parameters } = Object(Object(wanted).draft);
  // What only a later mapping sends along is no change in the ERP.
  const isSame = Object.entries(Object(parameters)).every(
    ([name, value]) => name in furtherParameter || String(its.parameters[name]) === String(value),
  );
  return isSame && its.article === article ? 'Azumuta has what the ERP wants' : undefined;
}

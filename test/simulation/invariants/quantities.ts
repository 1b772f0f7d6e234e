import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { World } from '../world/world.ts';
import type { Item } from './finding.ts';

type Named = Pick<BuiltProductOrder, 'id' | 'number'>;

/**
 * The number of the part that a product order was created as: `…/2` is the second. A renamed one keeps it at the start.
 */
export function indexOf({ number }: Pick<BuiltProductOrder, 'number'>): number {
  return Number(/\/(\d+)(?:-R)*$/.exec(number)?.[1] ?? 1);
}

/** The name that all parts of an ERP order share; numbers of ERP orders can contain slashes themselves. */
export function familyOf(number: string, isSplit: boolean): string {
  const made = number.replace(/(?:-R)+$/, '');
  return isSplit ? made.replace(/\/\d+$/, '') : made;
}

/** The quantities that the ledger has of a product order, alone or together with other parts. */
export function quantitiesOf(
  { plant, scenario }: Pick<World, 'plant' | 'scenario'>,
  one: Named,
): readonly Item[] {
  const items: readonly Item[] = plant.table.items();
  if (scenario.split !== 'when-all-done') return items.filter(({ sk }) => sk === `BOOKING#${keyOfOne(one)}`);
  return items.filter(
    ({ pk, kind, parts }) =>
      kind === 'quantity' &&
      Array.isArray(parts) &&
      parts.includes(indexOf(one)) &&
      familyOf(String(pk).slice('ORDER#'.length), true) === familyOf(one.number, true),
  );
}

/** The keys under which they may be in the ERP. */
export function keysOf(
  world: Pick<World, 'plant' | 'scenario'>,
  orders: readonly Named[],
): readonly string[] {
  if (world.scenario.split !== 'when-all-done') return orders.map(keyOfOne);
  const all = orders.flatMap((one) => quantitiesOf(world, one));
  return [...new Set(all.map(({ sk }) => String(sk).slice('BOOKING#'.length)))];
}

const keyOfOne = ({ id }: Named) => `${id}#quantity`;

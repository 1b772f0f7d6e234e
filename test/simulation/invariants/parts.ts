import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { Happening } from '../scenario/happening.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

/** Which part of its ERP order a product order was made as: `…/2` is the second; an operator's new name begins with it. */
export function indexOf({ number }: Pick<BuiltProductOrder, 'number'>): number {
  return Number(/\/(\d+)(?:-R)*$/.exec(number)?.[1] ?? 1);
}

/** An attempt that looked before a change may write so long after it: its time, and how far clocks are apart. */
const attemptMs = 65_000;

type Item = Readonly<Record<string, unknown>>;

/** What the ERP wants in fewer parts, or more, is built in the parts that the ledger has taken in last. */
export function judgeParts(
  { plant, scenario, erp }: World,
  { ref, changes }: ReleasedOrder,
  made: readonly BuiltProductOrder[],
  find: Find,
): void {
  if (scenario.split === 'one' || !changes.every((one) => harmless.has(one))) return;
  const items: readonly Item[] = plant.table.items();
  const key = ref.id === undefined ? `number ${ref.number}` : `id ${ref.id}`;
  const record = items.find(({ pk, sk }) => pk === `ERP-ORDER#${key}` && sk === 'ORDER');
  const of = Number(Object(record?.split).of);
  const isTold = ({ number }: BuiltProductOrder) =>
    items.some(
      ({ pk, sk, content }) =>
        pk === `ORDER#${number.replace(/(?:-R)+$/, '')}` && sk === 'CONFLICT' && content !== '',
    );
  for (const one of made)
    if (indexOf(one) > of && !isTold(one))
      find('told', `${one.number} is in Azumuta, the ERP order has ${of} part(s), and nobody was told.`);
  if (scenario.split !== 'when-all-done') return;
  const wanted = made.filter((one) => indexOf(one) <= of);
  const isBuilt = wanted.length === of && wanted.every(({ status }) => status === 'completed');
  const first = wanted.find((one) => indexOf(one) === 1);
  const marks = new Set(erp.books(ref).bookings.map(({ mark }) => mark));
  if (first && isBuilt && !marks.has(erp.markOf(`${first.id}#quantity`)))
    find('booked', `All ${of} part(s) of ${ref.number} are completed, and it is not booked.`);
}

/** Changes after which each part has the number and the article that it was made with. */
const harmless: ReadonlySet<Happening['kind']> = new Set([
  'planner changes the quantity',
  'planner touches',
  'operator renames',
  'operator opens it again',
]);

/** Nothing is going to be booked of what is open for rework. */
export function judgeRework(
  { plant, scenario }: World,
  { reworked, figures }: ReleasedOrder,
  find: Find,
): void {
  // Whoever recorded nothing completes it once more, perhaps before the rework is over.
  if (reworked.length === 0 || figures === 'no recording') return;
  const bookings: readonly Item[] = plant.table.items().filter(({ sk }) => String(sk).startsWith('BOOKING#'));
  const isSplit = scenario.split !== 'one';
  for (const { number, from, until } of reworked) {
    const index = isSplit ? indexOf({ number }) : 1;
    const isOfIt = ({ pk, parts }: Item) =>
      familyOf(String(pk).slice('ORDER#'.length), isSplit) === familyOf(number, isSplit) &&
      Array.isArray(parts) &&
      parts.includes(index);
    for (const booking of bookings.filter(isOfIt)) {
      const plannedAt = Date.parse(String(booking.plannedAt));
      if (plannedAt > from + attemptMs && plannedAt < until - attemptMs)
        find('nothingElse', `${String(booking.sk)} was planned while ${number} was open again.`);
    }
  }
}

/** What all parts of an ERP order have in common; numbers of ERP orders have slashes, too. */
function familyOf(number: string, isSplit: boolean): string {
  const made = number.replace(/(?:-R)+$/, '');
  return isSplit ? made.replace(/\/\d+$/, '') : made;
}

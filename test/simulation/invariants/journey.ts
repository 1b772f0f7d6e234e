import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { isAbout, type ReleasedOrder } from '../scenario/released-order.ts';
import type { World } from '../world/world.ts';
import type { Find, Item } from './finding.ts';
import { keysOf, quantitiesOf } from './quantities.ts';

/** Clocks of containers differ by less. */
const clocksDifferMs = 5000;

/** Checks that the ledger shows what became of product orders in both partners. */
export function judgeJourneys(
  world: World,
  made: readonly BuiltProductOrder[],
  marks: ReadonlySet<string | undefined>,
  isReopened: boolean,
  find: Find,
): void {
  const { plant, erp } = world;
  const items: readonly Item[] = plant.table.items();
  for (const one of made) {
    const { id, number, status, completedAt } = one;
    const entry = items.find((one) => one.sk === 'ORDER' && one.azumutaId === id);
    if (!entry || !tells(entry, ['created', 'adopted']))
      find('journey', `${number} (${id}) is in Azumuta, but its journey does not show it.`);
    const [booking] = quantitiesOf(world, one);
    if (
      keysOf(world, [one]).some((key) => marks.has(erp.markOf(key))) &&
      (booking?.state !== 'done' || !tells(booking, ['booked']))
    )
      find('journey', `${number} (${id}) is booked, but its journey does not show it.`);
    if (!booking || isReopened) continue;
    if (
      status !== 'completed' ||
      Date.parse(String(booking.readAt)) + clocksDifferMs < Date.parse(completedAt ?? '')
    )
      find(
        'nothingElse',
        `${number} (${id}) has a booking that was planned before the product order was completed.`,
      );
    if (booking.state === 'done' && entry?.awaiting !== undefined)
      find('waiting', `${number} (${id}) is booked, but its completion is still awaited.`);
  }
}

/** A full history drops its oldest entries and counts them. */
function tells({ history, historyLeft }: Item, events: readonly string[]): boolean {
  if (Number(historyLeft ?? 0) > 0) return true;
  return (
    Array.isArray(history) &&
    history.some((one: { readonly event?: unknown }) => events.includes(String(one.event)))
  );
}

/**
 * Checks that the ERP knows the product orders of an order.
 * @param links One entry, with the id or number of the product order, for each time that the ERP was sent one.
 */
export function judgeLinks(
  world: World,
  order: ReleasedOrder,
  made: readonly BuiltProductOrder[],
  links: readonly string[],
  find: Find,
): void {
  const { number } = order.ref;
  const known = new Set(links).size;
  if (known !== made.length)
    find(
      'linked',
      `${number} has ${made.length} product order(s), but the ERP knows ${links.join(', ') || 'none'}.`,
    );
  // Two messages for one product order may both link it, because no claim separates them.
  const isSentTwice = [...world.watch.sentTwice].some((sent) =>
    isAbout({ numbers: [sent], body: '' }, order, world),
  );
  if (links.length > known && !isSentTwice)
    find('linkedOnce', `${number}: the ERP was sent ${links.join(', ')}.`);
}

import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { isAbout } from '../scenario/names.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

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

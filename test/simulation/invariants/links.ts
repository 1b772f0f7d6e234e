import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { isAbout } from '../scenario/names.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

/**
 * Whether the ERP knows what an order became.
 * @param links Each time that it was told of a product order, by its id or number.
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
      `${number} became ${made.length} product order(s), and the ERP knows ${links.join(', ') || 'none'}.`,
    );
  // Two messages of one product order may both link it, which no claim keeps apart.
  const isSentTwice = [...world.watch.sentTwice].some((sent) =>
    isAbout({ numbers: [sent], body: '' }, order, world),
  );
  if (links.length > known && !isSentTwice)
    find('linkedOnce', `${number}: the ERP is told of ${links.join(', ')}.`);
}

import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { attachLinks, missingLinks } from './booking/attachments.ts';
import type { Writer } from './desk.ts';
import type { TrytonOptions } from './options.ts';
import { findProduction } from './order.ts';

/**
 * Attaches the product order to its production, as a link that a planner can follow. The production itself is
 * left alone: its `reference` is the planner's, and its change time must not move.
 */
export async function linkProductOrder(
  desk: Writer,
  link: Exclude<TrytonOptions['link'], false>,
  order: ErpOrderRef,
  productOrder: ProductOrderRef,
): Promise<void> {
  const { production } = await findProduction(desk, order);
  const attached = {
    name: `Azumuta product order ${productOrder.number}`,
    url: link?.url?.(productOrder) ?? productOrder.url ?? '',
  };
  await attachLinks(desk, production, await missingLinks(desk, production, [attached]));
}

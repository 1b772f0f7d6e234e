import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import type { AzumutaProductOrder } from '../../../shared/azumuta/resources.ts';
import type { ProductOrderDraft } from '../../../shared/model/orders.ts';
import { readOrWhy } from '../../../shared/model/unread.ts';
import { UsageError } from '../cli/command.ts';
import { reads } from './recognise/json-nodes.ts';
import type { ScreenValues } from './screen-values.ts';

/**
 * Creates one test order of an article, with a parameter and a variant if they were seen, and reads it back by its id
 * and by its number.
 * @returns Its id, and a sentence for each field that came back different.
 * @throws UsageError when there is such an order already, or no such article: nothing was created.
 */
export async function createTestOrder(
  azumuta: Pick<AzumutaClient, 'findArticle' | 'findProductOrder' | 'createProductOrder' | 'productOrder'>,
  number: string,
  { article: articleNumber, parameter, variant }: ScreenValues,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly differing: readonly string[] }> {
  if (articleNumber === undefined) throw new UsageError('Say of which article: nothing was created.');
  if (await azumuta.findProductOrder(number, signal))
    throw new UsageError('Azumuta has a product order of this number already: nothing was created.');
  const article = await azumuta.findArticle(articleNumber, signal);
  if (!article) throw new UsageError('Azumuta has no article of this number: nothing was created.');
  const draft: ProductOrderDraft = {
    number,
    article: articleNumber,
    parameters: parameter ? { [parameter.name]: typedValue(parameter.value) } : {},
    variants: variant === undefined ? [] : [variant],
  };
  const { id } = await azumuta.createProductOrder(draft, article, signal);
  const byId = await azumuta.productOrder(id, signal);
  const byNumber = await azumuta.findProductOrder(number, signal);
  return {
    id,
    differing: [...compare('by its id', byId, draft), ...compare('by its number', byNumber, draft)],
  };
}

/** Sends a figure as a number, unless that would change how it is written. */
function typedValue(seen: string): string | number {
  return /^-?\d+(\.\d+)?$/.test(seen) && String(Number(seen)) === seen ? Number(seen) : seen;
}

function compare(how: string, order: AzumutaProductOrder | undefined, draft: ProductOrderDraft): string[] {
  if (!order) return [`read ${how}, it is not there`];
  const isSame = new Map([
    ['number', order.number === draft.number],
    ['article', order.article === draft.article],
  ]);
  for (const [name, value] of Object.entries(draft.parameters))
    isSame.set(
      `parameter ${name}`,
      reads(
        readOrWhy(() => order.parameters[name]),
        String(value),
      ),
    );
  for (const variant of draft.variants)
    isSame.set(
      `variant ${variant}`,
      readOrWhy(() => order.variants.some((each) => reads(each, variant))) === true,
    );
  isSame.set('status (it is taken for completed)', !order.completed);
  return [...isSame].flatMap(([field, same]) => (same ? [] : `read ${how}, it has another ${field}`));
}

import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import type { AzumutaProductOrder } from '../../../shared/azumuta/resources.ts';
import type { ProductOrderDraft } from '../../../shared/model/orders.ts';
import { UsageError } from '../cli/errors.ts';
import type { Seen } from './seen.ts';
import { reads } from './spots.ts';

/** What came back of a test order. */
export interface Created {
  readonly id: string;
  /** Names of what came back otherwise than it was sent. */
  readonly differing: readonly string[];
}

/**
 * Creates one test order of an article, with a parameter and a variant if they were seen, and reads it back by its id
 * and by its number.
 * @throws UsageError when there is such an order already, or no such article: nothing was created.
 */
export async function createTestOrder(
  azumuta: Pick<AzumutaClient, 'findArticle' | 'findProductOrder' | 'createProductOrder' | 'productOrder'>,
  number: string,
  { article: articleNumber, parameter, variant }: Seen,
  signal: AbortSignal,
): Promise<Created> {
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
    differing: [...differing('by its id', byId, draft), ...differing('by its number', byNumber, draft)],
  };
}

/** A figure is sent as such. */
function typedValue(seen: string): string | number {
  return /^-?\d+(\.\d+)?$/.test(seen) && String(Number(seen)) === seen ? Number(seen) : seen;
}

function differing(how: string, order: AzumutaProductOrder | undefined, draft: ProductOrderDraft): string[] {
  if (!order) return [`read ${how}, it is not there`];
  const { number, article, parameters, variants } = draft;
  const fields: readonly (readonly [string, boolean])[] = [
    ['number', order.number === number],
    ['article', order.article === article],
    ...Object.entries(parameters).map(
      ([name, value]) => [`parameter ${name}`, reads(order.parameters[name], String(value))] as const,
    ),
    ...variants.map(
      (variant) => [`variant ${variant}`, order.variants.some((each) => reads(each, variant))] as const,
    ),
    ['status (it is taken for completed)', !order.completed],
  ];
  return fields.flatMap(([field, isSame]) => (isSame ? [] : `read ${how}, it has another ${field}`));
}

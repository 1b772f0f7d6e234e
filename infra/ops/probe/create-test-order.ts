import type { AzumutaClient } from '../../../shared/azumuta/client.ts';
import type { AzumutaProductOrder } from '../../../shared/azumuta/resources.ts';
import { UsageError } from '../cli/command.ts';
import { differing } from './complaints.ts';
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
  seen: ScreenValues,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly differing: readonly string[] }> {
  const { article: articleNumber, parameter, variant } = seen;
  if (articleNumber === undefined) throw new UsageError('Say of which article: nothing was created.');
  if (await azumuta.findProductOrder(number, signal))
    throw new UsageError('Azumuta has a product order of this number already: nothing was created.');
  const article = await azumuta.findArticle(articleNumber, signal);
  if (!article) throw new UsageError('Azumuta has no article of this number: nothing was created.');
  const parameters = parameter ? { [parameter.name]: typedValue(parameter.value) } : {};
  const variants = variant === undefined ? [] : [variant];
  const draft = { number, article: articleNumber, parameters, variants };
  const { id } = await azumuta.createProductOrder(draft, article, signal);
  const byId = await azumuta.productOrder(id, signal);
  const byNumber = await azumuta.findProductOrder(number, signal);
  const wanted = { ...seen, number };
  const differing = [...compare('by its id', byId, wanted), ...compare('by its number', byNumber, wanted)];
  return { id, differing };
}

/** Sends a figure as a number, unless that would change how it is written. */
function typedValue(seen: string): string | number {
  return /^-?\d+(\.\d+)?$/.test(seen) && String(Number(seen)) === seen ? Number(seen) : seen;
}

function compare(how: string, order: AzumutaProductOrder | undefined, wanted: ScreenValues): string[] {
  if (!order) return [`read ${how}, it is not there`];
  const fields = differing(order, wanted).map(({ called }) => called);
  if (order.completed) fields.push('status (it is taken for completed)');
  return fields.map((field) => `read ${how}, it has another ${field}`);
}

import type { ErpOrderFacts, ProductOrderDraft } from '../model/orders.ts';
import { shorten } from '../model/text.ts';

/** What a product order is made of. */
export interface OrderContent {
  readonly draft: ProductOrderDraft;
  readonly erpOrder: Pick<ErpOrderFacts, 'article' | 'unit'>;
}

/** What differs between two contents, as paths with both values, for a person. */
export function diffOf(before: OrderContent, after: OrderContent): string[] {
  const flat = ({ draft, erpOrder }: OrderContent): Map<string, string> =>
    new Map([
      ...(erpOrder.article === draft.article ? [] : [['article in the ERP', erpOrder.article] as const]),
      ['unit in the ERP', erpOrder.unit ?? 'none'],
      ['article', draft.article],
      ['variants', draft.variants.join(', ') || 'none'],
      ...Object.entries(draft.parameters).map(([key, value]): [string, string] => [
        `parameters["${key}"]`,
        String(value),
      ]),
    ]);
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path))
    .map((path) => `${path}: was ${shown(was.get(path))}, is ${shown(is.get(path))}`);
}

/** Enough to know a value by: a drawing as a parameter may have 200 KB. */
function shown(value = 'absent'): string {
  return shorten(value, 200);
}

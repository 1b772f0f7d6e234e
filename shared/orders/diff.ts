import type { ErpOrderFacts, ParameterValue, Part, ProductOrderDraft } from '../model/orders.ts';
import { shorten } from '../model/text.ts';

/** What a product order is made of. */
export interface OrderContent {
  readonly draft: ProductOrderDraft;
  readonly erpOrder: Pick<ErpOrderFacts, 'article' | 'unit'>;
  readonly part: Pick<Part, 'book'>;
}

/** What differs between two contents, as paths with both values, for a person. */
export function diffOf(before: OrderContent, after: OrderContent): string[] {
  // Where both call it the same, the article need not be told twice.
  const isMapped = [before, after].some(({ draft, erpOrder }) => erpOrder.article !== draft.article);
  // One that is not told says nothing.
  const hasUnits = before.erpOrder.unit !== undefined && after.erpOrder.unit !== undefined;
  const flat = ({ draft, erpOrder, part }: OrderContent): Map<string, ParameterValue> =>
    new Map([
      ...(isMapped ? [['article in the ERP', erpOrder.article] as const] : []),
      ...(hasUnits ? [['unit in the ERP', erpOrder.unit ?? 'none'] as const] : []),
      ['booked', part.book],
      ['article', draft.article],
      ['variants', draft.variants.join(', ') || 'none'],
      ...Object.entries(draft.parameters).map(([key, value]) => [`parameters["${key}"]`, value] as const),
    ]);
  const [was, is] = [flat(before), flat(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path))
    .map((path) => {
      const [old, now] = [was.get(path), is.get(path)];
      const show = String(old) === String(now) ? JSON.stringify : shown;
      return `${path}: was ${show(old)}, is ${show(now)}`;
    });
}

/** Enough to know a value by: a drawing as a parameter may have tens of KB. */
function shown(value: ParameterValue = 'absent'): string {
  return shorten(String(value), 200);
}

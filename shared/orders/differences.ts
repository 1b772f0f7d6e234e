import type { ProductOrderDraft } from '../model/orders.ts';

/** What differs between two drafts, as paths with both values, for a person. */
export function differences(before: ProductOrderDraft, after: ProductOrderDraft): string[] {
  const flat = (draft: ProductOrderDraft): Map<string, string> =>
    new Map([
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
    .map((path) => `${path}: was ${was.get(path) ?? 'absent'}, is ${is.get(path) ?? 'absent'}`);
}

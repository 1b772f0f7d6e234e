import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { ErpOrderFacts, ParameterValue, Part, ProductOrderDraft } from '../model/orders.ts';
import { toDecimal } from '../model/quantity.ts';
import { shorten } from '../model/text.ts';

/** The content of a product order. */
export interface OrderContent {
  readonly draft: ProductOrderDraft;
  readonly erpOrder: Pick<ErpOrderFacts, 'article' | 'unit'>;
  readonly part: Pick<Part, 'book'>;
}

/** The differences between two contents, as paths with both values, for a person. */
export function diffOf(before: OrderContent, after: OrderContent): string[] {
  // If both call the article the same, it is listed once.
  const isMapped = [before, after].some(({ draft, erpOrder }) => erpOrder.article !== draft.article);
  // A missing unit is no difference.
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

/** Enough to recognise a value: a drawing as a parameter may have tens of KB. */
function shown(value: ParameterValue = 'absent'): string {
  return shorten(String(value), 200);
}

/**
 * Why a product order that Azumuta has already is not the one that is wanted, for a person; undefined when it is.
 * Only what Azumuta's answer contains is compared: it may have no parameters or variants. Variants are compared by name,
 * so a variant that is wanted by its id differs.
 * @param mayBeOurs An earlier attempt may have created it: it may be completed by now, and its variants are ours.
 */
export function whyNotAdopted(
  existing: AzumutaProductOrder,
  draft: ProductOrderDraft,
  { mayBeOurs }: { readonly mayBeOurs: boolean },
): string | undefined {
  const has = `Azumuta has a product order ${existing.number} already`;
  const differences = [
    ...(existing.article === undefined ? [] : difference('article', existing.article, draft.article)),
    ...parameterDifferences(existing, draft),
    ...(mayBeOurs ? [] : variantDifferences(existing, draft)),
  ];
  if (differences.length > 0)
    return `${has}, which is not the one that is wanted: ${differences.join('; ')}. Make it equal, rename it or remove it there, then replay.`;
  if (existing.completed && !mayBeOurs)
    return `${has}, and it is completed: book it in the ERP by hand, or rename it in Azumuta and replay.`;
  return undefined;
}

function parameterDifferences({ parameters }: AzumutaProductOrder, draft: ProductOrderDraft): string[] {
  if (Object.keys(parameters).length === 0) return [];
  return Object.entries(draft.parameters).flatMap(([key, wanted]) =>
    difference(`parameters["${key}"]`, parameters[key], wanted),
  );
}

function variantDifferences({ variants }: AzumutaProductOrder, draft: ProductOrderDraft): string[] {
  if (variants.length === 0) return [];
  const listed = (names: readonly string[]) =>
    names
      .map((name) => name.toLowerCase())
      .sort()
      .join(', ');
  return difference('variants', listed(variants), listed(draft.variants) || 'none');
}

/** `5`, 5 and `5.0` are equal, and so are an empty text and an absent value. */
function difference(path: string, is: unknown, wanted: unknown): string[] {
  const plain = (value: unknown) => toDecimal(value) ?? String(value ?? '');
  const shown = (value: unknown) => shorten(plain(value), 200) || 'absent';
  return plain(is) === plain(wanted) ? [] : [`${path} is ${shown(is)}, wanted ${shown(wanted)}`];
}

import type { AzumutaProductOrder } from '../azumuta/resources.ts';
import type { ProductOrderDraft } from '../model/orders.ts';
import { toDecimal } from '../model/quantity.ts';
import { shorten } from '../model/text.ts';

/**
 * Why a product order that Azumuta has already is not the one that is wanted, for a person; undefined when it is.
 * Only what Azumuta tells can be compared: an answer without parameters or variants says nothing of them. Variants
 * are compared by name, so that one wanted by its id differs.
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

/** `5`, 5 and `5.0` are the same, and so are an empty text and none. */
function difference(path: string, is: unknown, wanted: unknown): string[] {
  const plain = (value: unknown) => toDecimal(value) ?? String(value ?? '');
  const shown = (value: unknown) => shorten(plain(value), 200) || 'absent';
  return plain(is) === plain(wanted) ? [] : [`${path} is ${shown(is)}, wanted ${shown(wanted)}`];
}

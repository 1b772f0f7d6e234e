import { isDeepStrictEqual } from 'node:util';
import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import type { OrderContent } from '../ledger/records/order-content.ts';
import type { ErpOrderFacts, ProductOrderDraft } from '../model/orders.ts';
import { toDecimal } from '../model/quantity.ts';
import { shorten } from '../model/text.ts';

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
  const differences = differencesFrom(existing, draft, { withVariants: !mayBeOurs });
  if (differences.length > 0)
    return `${has}, which is not the one that is wanted: ${differences.join('; ')}. Make it equal, rename it or remove it there, then replay.`;
  if (existing.completed && !mayBeOurs)
    return `${has}, and it is completed: book it in the ERP by hand, or rename it in Azumuta and replay.`;
  return undefined;
}

type Had = Pick<AzumutaProductOrder, 'parameters' | 'variants'> & { readonly article?: string | undefined };

export function differencesFrom(
  had: Had,
  draft: ProductOrderDraft,
  { withVariants }: { readonly withVariants: boolean },
): string[] {
  const { article, parameters, variants } = had;
  const wanted = Object.keys(parameters).length === 0 ? [] : Object.entries(draft.parameters);
  const listed = (names: readonly string[]) =>
    names
      .map((name) => name.toLowerCase())
      .sort()
      .join(', ');
  return [
    ...(article === undefined ? [] : difference('article', article, draft.article)),
    ...wanted.flatMap(([key, value]) => difference(`parameters["${key}"]`, parameters[key], value)),
    ...(withVariants && variants.length > 0
      ? difference('variants', listed(variants), listed(draft.variants) || 'none')
      : []),
  ];
}

/**
 * What the ERP wants otherwise than there is. Accepting an order, which does not know Azumuta, compares what was made; a look
 * compares what Azumuta has.
 */
export function differencesFromWanted(
  had: Had & { readonly number: string },
  made: OrderContent,
  wanted: OrderContent,
): string[] {
  const { draft } = wanted;
  // It may be renamed in Azumuta, unless the ERP wants another number.
  const isNumberWanted = draft.number !== made.draft.number;
  // Azumuta names variants, and those that we made may be wanted by their ids.
  const withVariants = !isDeepStrictEqual(draft.variants, made.draft.variants);
  return [
    ...(isNumberWanted ? numberDifference(had.number, draft.number) : []),
    ...differencesFrom(had, draft, { withVariants }),
    ...unitDifference(made.erpOrder, wanted.erpOrder),
  ];
}

function numberDifference(is: string, wanted: string): string[] {
  return is === wanted ? [] : [`number is ${shorten(is, 200)}, wanted ${shorten(wanted, 200)}`];
}

/** What the ERP wants in another unit than it was made for: Azumuta does not show that. A missing one is no difference. */
export function unitDifference(made: ErpOrderFacts, wanted: ErpOrderFacts): string[] {
  if (made.unit === undefined || wanted.unit === undefined) return [];
  return difference('unit in the ERP', made.unit, wanted.unit);
}

/** `5`, 5 and `5.0` are equal, and so are an empty text and an absent value. */
function difference(path: string, is: unknown, wanted: unknown): string[] {
  const plain = (value: unknown) => toDecimal(value) ?? String(value ?? '');
  const shown = (value: unknown) => shorten(plain(value), 200) || 'absent';
  return plain(is) === plain(wanted) ? [] : [`${path} is ${shown(is)}, wanted ${shown(wanted)}`];
}

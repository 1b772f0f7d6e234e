import { callConfigured } from '../model/configured.ts';
import { Rejected } from '../model/errors.ts';
import type { ProductOrderDraft } from '../model/orders.ts';
import type { HttpRequest, PartnerCall } from '../platform/http.ts';
import { valueAt } from '../platform/places.ts';
import { mostFieldsNamed } from './field-readers.ts';
import {
  type AzumutaArticle,
  type AzumutaOperation,
  articlePlaceholder,
  type PlaceInBatch,
  placeholdersIn,
  placePlaceholders,
} from './operations.ts';
import { requestForOperation } from './requests.ts';
import type { AzumutaOptions } from './session.ts';

/** The request that creates a product order. @throws Rejected naming a variant that the article does not have. */
export function requestForCreation(
  { baseUrl, contract }: Pick<AzumutaOptions, 'baseUrl' | 'contract'>,
  draft: ProductOrderDraft,
  article: AzumutaArticle,
  call: PartnerCall,
  place?: PlaceInBatch,
): HttpRequest {
  const { createProductOrder } = contract.operations;
  if (!place) refuseWithoutBatch(createProductOrder, draft.number);
  const variantIds = variantIdsOf(draft, article);
  const { number, parameters, variants: variantNames } = draft;
  const parameterList = Object.entries(parameters).map(([key, value]) => ({ key, value }));
  const values = {
    number,
    article: fieldsOfArticle(createProductOrder, article),
    parameters,
    parameterList,
    variantIds,
    variantNames,
    batch: place?.batch,
    part: place?.part,
  };
  const asked = requestForOperation(createProductOrder, values, { ...call, baseUrl });
  const request = { ...asked, writes: true };
  const { body } = createProductOrder;
  if (typeof body !== 'function') return request;
  const failed = `azumuta.contract.operations.createProductOrder.body failed for ${number}`;
  return { ...request, body: callConfigured(failed, () => body(draft, article, variantIds, place)) };
}

/** @throws Rejected where a template names a batch order: without it something else would be created. */
function refuseWithoutBatch(operation: AzumutaOperation, number: string): void {
  const named = batchPlaceholderIn(operation);
  if (named === undefined) return;
  throw new Rejected(
    `Product order ${number} is in no batch order, and azumuta.contract.operations.createProductOrder has {${named}}: give productOrders.split.batch, and send its order again.`,
    { causeCode: 'configuration' },
  );
}

/** A placeholder that only a product order in a batch order has a value for. */
export function batchPlaceholderIn(operation: AzumutaOperation): string | undefined {
  const known: readonly string[] = placePlaceholders;
  return placeholdersIn(templatesOf(operation)).find((name) => known.includes(name));
}

const templatesOf = ({ path, query, body }: AzumutaOperation): readonly unknown[] =>
  typeof body === 'function' ? [path, query] : [path, query, body];

/**
 * All fields of the article as it was answered, with its id and number by the contract.
 * @throws Rejected for one that a placeholder names and the article does not have: without it something else would be created.
 */
function fieldsOfArticle(operation: AzumutaOperation, { id, number, raw }: AzumutaArticle): object {
  const article = { ...Object(raw), id, number };
  const named = placeholdersIn(templatesOf(operation)).filter((name) => name.startsWith(articlePlaceholder));
  const missing = named.find((name) => valueAt({ article }, name) === undefined);
  if (missing === undefined) return article;
  const known = Object.keys(article).slice(0, mostFieldsNamed);
  throw new Rejected(
    `Azumuta's article ${number} has no field for {${missing}}, among ${known.join(', ')}: correct azumuta.contract.operations.createProductOrder.`,
    { causeCode: 'configuration' },
  );
}

/** @throws Rejected naming the variant that the article does not have. */
export function variantIdsOf(draft: ProductOrderDraft, article: AzumutaArticle): string[] {
  return draft.variants.map((wanted) => {
    const variant = article.variants.find(
      ({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase(),
    );
    if (variant) return variant.id;
    const known = article.variants.map(({ name }) => name).join(', ') || 'none';
    throw new Rejected(
      `Article ${article.number} has no variant "${wanted}" in Azumuta (it has: ${known}).`,
      { causeCode: 'unknown-article' },
    );
  });
}
